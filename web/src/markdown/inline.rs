//! Bold, italic, struck and monospaced text, links and mentions.
//!
//! Marks are matched as in CommonMark, where [`edge`] lets them open and close. A run of more than
//! three is text.
//!
//! A text with backslashes is parsed twice: first ignoring them, to find out which of them escape a
//! mark. Those are removed; all others are shown: `¯\_(ツ)_/¯`, `C:\_temp`.

use steadfast_shared::{is_blank, is_unseen};

use crate::markdown::edge::Delimiter;
use crate::markdown::{Inline, SizeBudget, block, edge, link, mention};

/// Maximum number of open marks: beyond it the oldest is dropped. With at most two pairs per mark,
/// it bounds the tree's depth.
const MAX_OPEN: usize = 8;

/// Longest run that is a mark.
const MAX_RUN: usize = 3;

/// Longest face, in bytes between its marks.
const MAX_FACE: usize = 32;

/// Longest part of an e-mail address before its `@`.
const MAX_LOCAL: usize = 64;

pub(super) fn read(text: &str, budget: &SizeBudget) -> Vec<Inline> {
    if !text.contains('\\') {
        return InlineReader::new(text, budget).read();
    }
    let mut trial = InlineReader::new(text, budget);
    trial.is_trial = true;
    trial.marks = vec![false; text.len()];
    let left = budget.left();
    let kept = trial.find_marks();
    budget.restore(left);
    let mut reader = InlineReader::new(text, budget);
    reader.marks = kept;
    reader.read()
}

struct InlineReader<'a> {
    text: &'a str,
    budget: &'a SizeBudget,
    at: usize,
    /// Start of the text not yet turned into a node.
    plain_from: usize,
    /// End of the last letter, digit or picture before `words_to`, the position scanned so far.
    word_end: usize,
    words_to: usize,
    nodes: Vec<InlineNode>,
    /// Indices in `nodes` of open runs and brackets.
    open: Vec<usize>,
    /// Whether backslashes are ignored.
    is_trial: bool,
    /// Whether the trial found a mark at each byte.
    marks: Vec<bool>,
}

enum InlineNode {
    Done(Inline),
    Run(Run),
    Bracket(usize),
}

/// Consecutive marks of one kind.
#[derive(Clone, Copy)]
struct Run {
    mark: Delimiter,
    /// Number of marks not yet used.
    left: usize,
    opens: bool,
    closes: bool,
    at: usize,
    /// Whether a parenthesis precedes it.
    in_parenthesis: bool,
}

impl Run {
    /// Whether the two may enclose a text. The rule of three is CommonMark's: it distinguishes
    /// `*a**b*` from two words.
    fn pairs_with(&self, closing: &Self) -> bool {
        let either_way = self.closes || closing.opens;
        let (len, other) = (self.mark.len, closing.mark.len);
        let odd = (len + other).is_multiple_of(3) && !len.is_multiple_of(3);
        // "**a*" is a typing error.
        let fit = self.left == closing.left || self.left.max(closing.left) == MAX_RUN;
        self.opens && self.mark.sign == closing.mark.sign && fit && !(either_way && odd)
    }
}

impl<'a> InlineReader<'a> {
    fn new(text: &'a str, budget: &'a SizeBudget) -> Self {
        Self {
            text,
            budget,
            at: 0,
            plain_from: 0,
            word_end: 0,
            words_to: 0,
            nodes: Vec::new(),
            open: Vec::new(),
            is_trial: false,
            marks: Vec::new(),
        }
    }

    fn read(mut self) -> Vec<Inline> {
        self.walk();
        settle(self.nodes)
    }

    fn find_marks(mut self) -> Vec<bool> {
        self.walk();
        self.marks
    }

    fn walk(&mut self) {
        while let Some(byte) = self
            .text
            .as_bytes()
            .get(self.at)
            .filter(|_| self.budget.has_left())
        {
            self.step(*byte);
        }
        self.at = self.text.len();
        self.flush();
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b'\\' => self.backslash(),
            b'`' => self.code(),
            b'*' | b'_' | b'~' => self.run(char::from(byte)),
            b'[' => {
                self.flush();
                self.open(InlineNode::Bracket(self.at));
                self.skip(1);
            }
            b']' => self.close_bracket(),
            b'<' => match mention::at_start(&self.text[self.at..]) {
                Some((len, user)) => self.take(len, Inline::Mention(user)),
                None => self.at += 1,
            },
            byte if byte.is_ascii_alphanumeric() => self.word(byte),
            _ => self.at += self.char_len(),
        }
    }

    /// Removes a backslash if it escapes a mark; otherwise it is shown.
    fn backslash(&mut self) {
        let next = self
            .byte_at(1)
            .map(char::from)
            .filter(|next| block::is_escapable(*next));
        let Some(next) = next.filter(|_| !self.is_trial) else {
            self.at += 1;
            return;
        };
        let escaped = self.at + 1;
        if self.marks.get(escaped) == Some(&true) {
            self.flush();
            self.plain_from = escaped;
        }
        self.at = escaped;
        // Not for a backslash: the next one may escape a mark itself.
        if next != '\\' {
            self.at += if matches!(next, '*' | '_' | '~' | '`') {
                self.run_len(next as u8)
            } else {
                1
            };
        }
    }

    /// A word may be an address.
    fn word(&mut self, byte: u8) {
        let before = self.before();
        let link = if matches!(byte, b'h' | b'H' | b'w' | b'W')
            && !before.is_some_and(|c| c.is_ascii_alphanumeric())
        {
            link::bare(before, &self.text[self.at..])
        } else {
            None
        };
        let link = link.or_else(|| {
            let goes_on = before.is_some_and(|c| link::is_local(c) || matches!(c, '/' | '@'));
            if goes_on {
                None
            } else {
                link::mail(&self.text[self.at..], MAX_LOCAL)
            }
        });
        match link {
            Some((len, Some(to))) => {
                let words = self.text[self.at..self.at + len].to_owned();
                let words = vec![Inline::Text(words)];
                self.take(len, Inline::Link { to, words });
            }
            Some((len, None)) => self.at += len,
            None => self.at += 1,
        }
    }

    fn code(&mut self) {
        let width = self.run_len(b'`');
        let from = self.at + width;
        let body = &self.text[from..];
        let after = body.chars().next();
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        // "don`t", as some keyboards produce it.
        let apostrophe = width == 1 && is_word(self.before()) && is_word(after);
        // Inline code with fewer than three backticks ends within its line.
        let line = if width < 3 {
            body.split('\n').next().unwrap_or(body)
        } else {
            body
        };
        let end = closing_backticks(line, width).filter(|end| {
            let code = &body[..*end];
            // `(´・ω・`)` is a face.
            !(apostrophe || is_blank(code) || width == 1 && code.contains('´'))
        });
        match end {
            Some(len) => {
                self.mark(self.at);
                self.mark(from + len);
                let code = body[..len].to_owned();
                self.take(width + len + width, Inline::Code(unpadded(code)));
            }
            None => self.at += width,
        }
    }

    fn run(&mut self, sign: char) {
        let len = self.run_len(sign as u8);
        let fits = if sign == '~' { len == 2 } else { len <= MAX_RUN };
        let after = &self.text[self.at + len..];
        // "*️⃣" is a picture.
        if !fits || after.starts_with(['\u{FE0F}', '\u{20E3}']) {
            self.at += len;
            return;
        }
        let before = match self.text[..self.at].strip_suffix('\\') {
            Some(before) if self.is_trial => before,
            _ => &self.text[..self.at],
        };
        let mark = Delimiter { sign, len };
        let before_mark = before.chars().next_back();
        let mut run = Run {
            mark,
            left: len,
            opens: mark.opens(before_mark, after),
            closes: mark.closes(before, after),
            at: self.at,
            in_parenthesis: before_mark == Some('('),
        };
        self.flush();
        self.note_words();
        if run.closes {
            self.close(&mut run);
        }
        match run {
            Run { left: 0, .. } => {}
            Run { opens: true, .. } => self.open(InlineNode::Run(run)),
            _ => self.nodes.push(InlineNode::Run(run)),
        }
        self.skip(len);
    }

    /// Closes earlier runs of the same mark, while both have marks left.
    fn close(&mut self, closing: &mut Run) {
        while closing.left > 0 {
            let opener = self.open.iter().rposition(|&index| match &self.nodes[index] {
                InlineNode::Run(opener) => {
                    opener.pairs_with(closing) && self.encloses_a_word(opener, closing)
                }
                _ => false,
            });
            let Some(place) = opener else { return };
            let index = self.open[place];
            self.open.truncate(place);
            let inner = settle(self.nodes.split_off(index + 1));
            let Some(InlineNode::Run(mut opener)) = self.nodes.pop() else {
                return;
            };
            self.mark(opener.at);
            self.mark(closing.at);
            let used = opener.left.min(closing.left).min(2);
            opener.left -= used;
            closing.left -= used;
            if opener.left > 0 {
                self.open.push(self.nodes.len());
                self.nodes.push(InlineNode::Run(opener));
            }
            self.budget.spend(1);
            self.nodes.push(InlineNode::Done(match (opener.mark.sign, used) {
                ('~', _) => Inline::Struck(inner),
                (_, 2) => Inline::Strong(inner),
                _ => Inline::Emphasis(inner),
            }));
        }
    }

    /// Whether the two enclose a word, and not a face: `(*^_^*)`, `(*ﾉωﾉ*)`, `_(:3」∠)_`. `/**a**/`
    /// is a comment.
    fn encloses_a_word(&self, opener: &Run, closing: &Run) -> bool {
        let from = opener.at + opener.mark.len;
        if self.word_end <= from {
            return false;
        }
        let (inner, after) = (
            &self.text[from..closing.at],
            &self.text[closing.at + closing.mark.len..],
        );
        let is_comment = self.text[..opener.at].ends_with('/') && after.starts_with('/');
        let has_arms = opener.mark.sign == '_' && inner.starts_with('(') && inner.ends_with(')');
        let is_face = opener.mark.len == 1
            && inner.len() <= MAX_FACE
            && (has_arms || opener.in_parenthesis && after.starts_with(')') && !edge::has_syllables(inner));
        !(is_comment || is_face)
    }

    /// Advances `word_end` to the current position. Invisible letters do not count: a message of them
    /// would show nothing.
    fn note_words(&mut self) {
        let passed = &self.text[self.words_to..self.at];
        if let Some((at, c)) = passed
            .char_indices()
            .rfind(|(_, c)| edge::is_word(*c) && !is_unseen(*c))
        {
            self.word_end = self.words_to + at + c.len_utf8();
        }
        self.words_to = self.at;
    }

    fn close_bracket(&mut self) {
        let bracket = self
            .open
            .iter()
            .rposition(|&index| matches!(self.nodes[index], InlineNode::Bracket(_)));
        let Some(place) = bracket else {
            self.at += 1;
            return;
        };
        let index = self.open[place];
        let Some((len, to)) = link::destination(&self.text[self.at + 1..]) else {
            // A closed bracket is no longer a mark.
            self.open.remove(place);
            self.at += 1;
            return;
        };
        self.flush();
        let words = without_links(settle(self.nodes.split_off(index + 1)));
        // A link without visible text would hide its target.
        if !is_seen(&words) {
            self.nodes.extend(words.into_iter().map(InlineNode::Done));
            self.open.truncate(place);
            self.at += 1;
            return;
        }
        if let Some(InlineNode::Bracket(from)) = self.nodes.pop() {
            self.mark(from);
            self.mark(self.at);
        }
        self.open.truncate(place);
        // Links do not nest.
        self.open
            .retain(|&index| !matches!(self.nodes[index], InlineNode::Bracket(_)));
        self.budget.spend(1);
        self.nodes.push(InlineNode::Done(Inline::Link { to, words }));
        self.skip(1 + len);
    }

    /// Notes a mark that the trial found.
    fn mark(&mut self, at: usize) {
        if self.is_trial
            && let Some(mark) = self.marks.get_mut(at)
        {
            *mark = true;
        }
    }

    fn open(&mut self, node: InlineNode) {
        if self.open.len() == MAX_OPEN {
            self.open.remove(0);
        }
        self.open.push(self.nodes.len());
        self.nodes.push(node);
    }

    /// Takes `len` bytes as one piece.
    fn take(&mut self, len: usize, inline: Inline) {
        if matches!(inline, Inline::Mention(_)) {
            self.mark(self.at);
        }
        self.flush();
        self.budget.spend(1);
        self.nodes.push(InlineNode::Done(inline));
        self.skip(len);
    }

    fn skip(&mut self, len: usize) {
        self.at += len;
        self.plain_from = self.at;
    }

    fn flush(&mut self) {
        if self.plain_from < self.at {
            let text = self.text[self.plain_from..self.at].to_owned();
            self.nodes.push(InlineNode::Done(Inline::Text(text)));
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

/// The next run of exactly `width` backticks.
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

/// Code that begins or ends with a backtick is typed with a space on both sides.
fn unpadded(code: String) -> String {
    let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
    match inner {
        Some(inner) if !inner.trim().is_empty() => inner.to_owned(),
        _ => code,
    }
}

/// Marks left open are text.
fn settle(nodes: Vec<InlineNode>) -> Vec<Inline> {
    let mut settled = Vec::with_capacity(nodes.len());
    for node in nodes {
        let inline = match node {
            InlineNode::Done(inline) => inline,
            InlineNode::Run(run) => Inline::Text(run.mark.sign.to_string().repeat(run.left)),
            InlineNode::Bracket(_) => Inline::Text("[".to_owned()),
        };
        push(&mut settled, inline);
    }
    settled
}

fn is_seen(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Text(text) | Inline::Code(text) => !is_blank(text),
        Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Struck(inner) => is_seen(inner),
        Inline::Link { words, .. } => is_seen(words),
        Inline::Mention(_) => true,
    })
}

/// Adds a piece; adjacent texts are joined.
pub(super) fn push(inlines: &mut Vec<Inline>, inline: Inline) {
    match (inlines.last_mut(), inline) {
        (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
        (_, inline) => inlines.push(inline),
    }
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
