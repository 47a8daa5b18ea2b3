//! Fenced code, quotes and lists, line by line; everything else is prose.

use super::{Block, Inline, Item, inline};

/// Quotes and lists within one another; further in, their marks show as typed.
const MAX_DEPTH: usize = 6;

/// A mark may stand this far from the left, as everywhere in Markdown.
const MAX_INDENT: usize = 3;

/// A line this much further in than a point's mark belongs to the point.
const INSIDE: usize = 2;

/// Reads lines of text that are `depth` quotes and lists deep.
pub(super) fn read(lines: &[&str], depth: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut prose_from, mut at) = (0, 0);
    while at < lines.len() {
        let in_prose = at > prose_from && !is_blank(lines[at - 1]);
        match block_at(&lines[at..], in_prose, depth) {
            Some((block, len)) => {
                blocks.extend(prose(&lines[prose_from..at]));
                blocks.push(block);
                at += len;
                prose_from = at;
            }
            None => at += 1,
        }
    }
    blocks.extend(prose(&lines[prose_from..]));
    blocks
}

/// The block that begins with the first of `lines`, and how many of them it takes.
fn block_at(lines: &[&str], in_prose: bool, depth: usize) -> Option<(Block, usize)> {
    fence(lines).or_else(|| {
        if depth >= MAX_DEPTH {
            return None;
        }
        quote(lines, depth).or_else(|| list(lines, in_prose, depth))
    })
}

fn prose(lines: &[&str]) -> Option<Block> {
    let first = lines.iter().position(|line| !is_blank(line))?;
    let last = lines.iter().rposition(|line| !is_blank(line))?;
    let mut inlines = Vec::new();
    // A mark left open ends with its paragraph.
    for (index, paragraph) in lines[first..=last]
        .chunk_by(|a, b| is_blank(a) == is_blank(b))
        .enumerate()
    {
        if index % 2 == 0 {
            inlines.extend(inline::read(&paragraph.join("\n")));
        } else {
            inlines.push(Inline::Text("\n".repeat(paragraph.len() + 1)));
        }
    }
    Some(Block::Prose(inlines))
}

fn fence(lines: &[&str]) -> Option<(Block, usize)> {
    let (indent, opening) = unindent(lines[0], MAX_INDENT);
    let mark = opening.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let width = opening.chars().take_while(|c| *c == mark).count();
    let language = opening[width..].trim();
    // ```so``` within a line is code within a line.
    if width < 3 || language.contains('`') {
        return None;
    }
    let closes = |line: &str| {
        let line = unindent(line, MAX_INDENT).1.trim_end();
        line.len() >= width && line.chars().all(|c| c == mark)
    };
    let body = &lines[1..];
    let end = body.iter().position(|line| closes(line));
    let body = &body[..end.unwrap_or(body.len())];
    // A fence that holds nothing is no fence yet.
    if body.iter().all(|line| is_blank(line)) {
        return None;
    }
    let text: Vec<&str> = body.iter().map(|line| unindent(line, indent).1).collect();
    let code = Block::Code {
        language: language.to_owned(),
        text: text.join("\n"),
    };
    Some((code, 1 + body.len() + usize::from(end.is_some())))
}

fn quote(lines: &[&str], depth: usize) -> Option<(Block, usize)> {
    let inner: Vec<&str> = lines.iter().map_while(|line| quoted(line)).collect();
    let said = inner.iter().any(|line| !is_blank(line));
    said.then(|| (Block::Quote(read(&inner, depth + 1)), inner.len()))
}

/// What a line of a quote says. `>_<` is a face, and no quote.
fn quoted(line: &str) -> Option<&str> {
    let rest = unindent(line, MAX_INDENT).1.strip_prefix('>')?;
    match rest.strip_prefix(' ') {
        Some(text) => Some(text),
        None => (rest.is_empty() || rest.starts_with('>')).then_some(rest),
    }
}

fn list(lines: &[&str], in_prose: bool, depth: usize) -> Option<(Block, usize)> {
    let first = Mark::of(lines[0])?;
    // "… in the year\n1986. Then …" is no list.
    if in_prose && first.number.is_some_and(|number| number != 1) {
        return None;
    }
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(mark) = lines.get(at).and_then(|line| Mark::of(line)) {
        if mark.number.is_some() != first.number.is_some() {
            break;
        }
        let inside = at + 1..at + 1 + mark.reach(&lines[at + 1..]);
        let rest = lines[inside.clone()]
            .iter()
            .map(|line| unindent(line, mark.width).1);
        let inner: Vec<&str> = [mark.text].into_iter().chain(rest).collect();
        items.push(Item {
            number: mark.number,
            blocks: read(&inner, depth + 1),
        });
        at = inside.end;
        // Points may stand apart.
        let gap = lines[at..].iter().take_while(|line| is_blank(line)).count();
        if lines.get(at + gap).is_some_and(|line| Mark::of(line).is_some()) {
            at += gap;
        }
    }
    Some((Block::List(items), at))
}

/// How a point begins.
struct Mark<'a> {
    number: Option<u32>,
    indent: usize,
    /// How far in its text stands.
    width: usize,
    text: &'a str,
}

impl<'a> Mark<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (indent, rest) = unindent(line, MAX_INDENT);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, marks) = if digits == 0 {
            (None, ['-', '*', '+'].as_slice())
        } else {
            // Shown as typed, so nothing a number would lose.
            let number = rest[..digits]
                .parse()
                .ok()
                .filter(|_| digits == 1 || !rest.starts_with('0'))?;
            (Some(number), ['.', ')'].as_slice())
        };
        let text = rest[digits..].strip_prefix(marks)?.strip_prefix(' ')?;
        (!is_blank(text)).then(|| Self {
            number,
            indent,
            width: indent + digits + 2,
            text,
        })
    }

    /// How many of the lines below belong to the point.
    fn reach(&self, lines: &[&str]) -> usize {
        let mut reach = 0;
        for (index, line) in lines.iter().enumerate() {
            if is_blank(line) {
                continue;
            }
            if unindent(line, usize::MAX).0 < self.indent + INSIDE {
                break;
            }
            reach = index + 1;
        }
        reach
    }
}

/// A line without its first white space, of which at most so much is taken; and how much that was.
fn unindent(line: &str, most: usize) -> (usize, &str) {
    let indent = line
        .bytes()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
        .min(most);
    (indent, &line[indent..])
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}
