//! Bold, italic, struck and monospaced text, links and mentions.
//!
//! Marks are matched as in CommonMark, with two differences. An asterisk needs no space or punctuation around it to
//! end what it began: Korean puts its particles right behind. And a run of more than three is no mark.

use super::{Inline, link, mention};

/// Marks that may be open at once: the oldest is given up. With at most two pairs per mark, it bounds the tree's depth.
const MAX_OPEN: usize = 8;

/// The longest run that is a mark.
const MAX_RUN: usize = 3;

/// What a backslash takes the meaning from.
const ESCAPABLE: &[u8] = b"\\`*_~[]<>";

/// Reads one paragraph.
pub(super) fn read(text: &str) -> Vec<Inline> {
    let mut reader = Reader {
        text,
        at: 0,
        plain_from: 0,
        nodes: Vec::new(),
        open: Vec::new(),
    };
    while let Some(byte) = text.as_bytes().get(reader.at) {
        reader.step(*byte);
    }
    reader.flush();
    settle(reader.nodes)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Where the text begins that has no meaning yet but itself.
    plain_from: usize,
    nodes: Vec<Node>,
    /// Where in `nodes` something is open: runs, and brackets.
    open: Vec<usize>,
}

enum Node {
    Done(Inline),
    Run(Run),
    Bracket,
}

/// Some marks in a row.
#[derive(Clone, Copy)]
struct Run {
    mark: char,
    /// How many are not used up.
    left: usize,
    /// How many there were.
    len: usize,
    opens: bool,
    closes: bool,
}

impl Run {
    /// Whether both may stand around one thing. The rule of three is CommonMark's: it tells `*a**b*` from two words.
    fn pairs_with(&self, closing: &Self) -> bool {
        let either_way = self.closes || closing.opens;
        let odd = (self.len + closing.len).is_multiple_of(3) && !self.len.is_multiple_of(3);
        self.opens && self.mark == closing.mark && !(either_way && odd)
    }
}

impl Reader<'_> {
    fn step(&mut self, byte: u8) {
        match byte {
            b'\\' if self.byte_at(1).is_some_and(|next| ESCAPABLE.contains(&next)) => {
                self.flush();
                self.plain_from = self.at + 1;
                self.at += 2;
            }
            b'`' => self.code(),
            b'*' | b'_' | b'~' => self.run(char::from(byte)),
            b'[' => {
                self.flush();
                self.open(Node::Bracket);
                self.skip(1);
            }
            b']' => self.close_bracket(),
            b'<' => match mention::at_start(&self.text[self.at..]) {
                Some((len, user)) => self.take(len, Inline::Mention(user)),
                None => self.at += 1,
            },
            b'h' | b'H' | b'w' | b'W' if !self.before().is_some_and(char::is_alphanumeric) => {
                match link::bare(&self.text[self.at..]) {
                    Some((len, Some(to))) => {
                        let words = self.text[self.at..self.at + len].to_owned();
                        let words = vec![Inline::Text(words)];
                        self.take(len, Inline::Link { to, words });
                    }
                    Some((len, None)) => self.at += len,
                    None => self.at += 1,
                }
            }
            _ => self.at += self.char_len(),
        }
    }

    fn code(&mut self) {
        let width = self.run_len(b'`');
        let body = &self.text[self.at + width..];
        let end = closing_backticks(body, width).filter(|end| !body[..*end].trim().is_empty());
        match end {
            Some(len) => {
                let code = body[..len].to_owned();
                self.take(width + len + width, Inline::Code(unpadded(code)));
            }
            None => self.at += width,
        }
    }

    fn run(&mut self, mark: char) {
        let len = self.run_len(mark as u8);
        let fits = if mark == '~' { len == 2 } else { len <= MAX_RUN };
        if !fits {
            self.at += len;
            return;
        }
        let before = self.before();
        let after = self.text[self.at + len..].chars().next();
        let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let within_word = mark == '_';
        let mut run = Run {
            mark,
            left: len,
            len,
            opens: !(is_space(after) || within_word && is_word(before)),
            closes: !(is_space(before) || within_word && is_word(after)),
        };
        self.flush();
        if run.closes {
            self.close(&mut run);
        }
        match run {
            Run { left: 0, .. } => {}
            Run { opens: true, .. } => self.open(Node::Run(run)),
            _ => self.nodes.push(Node::Run(run)),
        }
        self.skip(len);
    }

    /// Ends what a run of the same mark began, as often as both have marks left.
    fn close(&mut self, closing: &mut Run) {
        while closing.left > 0 {
            let opener = self.open.iter().rposition(|&index| match &self.nodes[index] {
                Node::Run(opener) => opener.pairs_with(closing),
                _ => false,
            });
            let Some(place) = opener else { return };
            let index = self.open[place];
            self.open.truncate(place);
            let inner = settle(self.nodes.split_off(index + 1));
            let Some(Node::Run(mut opener)) = self.nodes.pop() else {
                return;
            };
            let used = opener.left.min(closing.left).min(2);
            opener.left -= used;
            closing.left -= used;
            if opener.left > 0 {
                self.open.push(self.nodes.len());
                self.nodes.push(Node::Run(opener));
            }
            self.nodes.push(Node::Done(match (opener.mark, used) {
                ('~', _) => Inline::Struck(inner),
                (_, 2) => Inline::Strong(inner),
                _ => Inline::Emphasis(inner),
            }));
        }
    }

    fn close_bracket(&mut self) {
        let bracket = self
            .open
            .iter()
            .rposition(|&index| matches!(self.nodes[index], Node::Bracket));
        let Some(place) = bracket else {
            self.at += 1;
            return;
        };
        let index = self.open[place];
        let Some((len, to)) = link::destination(&self.text[self.at + 1..]) else {
            // A bracket that is closed is no mark any more.
            self.open.remove(place);
            self.at += 1;
            return;
        };
        self.flush();
        let words = without_links(settle(self.nodes.split_off(index + 1)));
        if words.is_empty() {
            self.open.truncate(place);
            self.at += 1;
            return;
        }
        self.nodes.pop();
        self.open.truncate(place);
        // A link holds no other link.
        self.open
            .retain(|&index| !matches!(self.nodes[index], Node::Bracket));
        self.nodes.push(Node::Done(Inline::Link { to, words }));
        self.skip(1 + len);
    }

    fn open(&mut self, node: Node) {
        if self.open.len() == MAX_OPEN {
            self.open.remove(0);
        }
        self.open.push(self.nodes.len());
        self.nodes.push(node);
    }

    /// Takes so many bytes for one thing.
    fn take(&mut self, len: usize, inline: Inline) {
        self.flush();
        self.nodes.push(Node::Done(inline));
        self.skip(len);
    }

    fn skip(&mut self, len: usize) {
        self.at += len;
        self.plain_from = self.at;
    }

    fn flush(&mut self) {
        if self.plain_from < self.at {
            let text = self.text[self.plain_from..self.at].to_owned();
            self.nodes.push(Node::Done(Inline::Text(text)));
        }
        self.plain_from = self.at;
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    fn byte_at(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn char_len(&self) -> usize {
        self.text[self.at..].chars().next().map_or(1, char::len_utf8)
    }

    fn run_len(&self, mark: u8) -> usize {
        let bytes = &self.text.as_bytes()[self.at..];
        bytes.iter().take_while(|byte| **byte == mark).count()
    }
}

/// Where the next run of exactly so many backticks begins.
fn closing_backticks(text: &str, width: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let run = text[at + found..]
            .bytes()
            .take_while(|byte| *byte == b'`')
            .count();
        if run == width {
            return Some(at + found);
        }
        at += found + run;
    }
    None
}

/// Code that begins or ends with a backtick is typed with a space before and after.
fn unpadded(code: String) -> String {
    let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
    match inner {
        Some(inner) if !inner.trim().is_empty() => inner.to_owned(),
        _ => code,
    }
}

/// What stays open is text.
fn settle(nodes: Vec<Node>) -> Vec<Inline> {
    let mut settled = Vec::with_capacity(nodes.len());
    for node in nodes {
        let inline = match node {
            Node::Done(inline) => inline,
            Node::Run(run) => Inline::Text(run.mark.to_string().repeat(run.left)),
            Node::Bracket => Inline::Text("[".to_owned()),
        };
        match (settled.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, inline) => settled.push(inline),
        }
    }
    settled
}

fn without_links(inlines: Vec<Inline>) -> Vec<Inline> {
    let each = |inline| match inline {
        Inline::Link { words, .. } => words,
        Inline::Strong(inner) => vec![Inline::Strong(without_links(inner))],
        Inline::Emphasis(inner) => vec![Inline::Emphasis(without_links(inner))],
        Inline::Struck(inner) => vec![Inline::Struck(without_links(inner))],
        inline => vec![inline],
    };
    inlines.into_iter().flat_map(each).collect()
}
