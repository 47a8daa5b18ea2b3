//! Code between fences: ```` ``` ```` as people type it in a chat, or standard `~~~`.

use crate::markdown::MarkdownBlock;
use crate::markdown::block::{MAX_INDENT, is_blank, unindent};

const MIN_WIDTH: usize = 3;

/// Longest name of a language, in bytes.
const MAX_LANGUAGE: usize = 24;

/// A fenced code block, from the line of its opening mark.
pub(super) struct Fence<'a> {
    pub(super) code: MarkdownBlock,
    /// Number of whole lines it takes.
    pub(super) lines: usize,
    /// The rest of the line in which it ends.
    pub(super) behind: Option<&'a str>,
}

/// Fences already found to be unclosed: a fence that does not end below this line does not end
/// below the next one.
#[derive(Default)]
pub(super) struct Unclosed {
    tildes: bool,
    within: bool,
}

/// The fence that begins a line. An unclosed one of backticks extends to the end; tildes must be
/// closed, because people lengthen words with them.
pub(super) fn at_start<'a>(line: &'a str, below: &[&'a str], unclosed: &mut Unclosed) -> Option<Fence<'a>> {
    let opening = FenceStart::of(line)?;
    if opening.sign == '~' && unclosed.tildes {
        return None;
    }
    let end = opening.end(below);
    if opening.sign == '~' && end.is_none() {
        unclosed.tildes = true;
        return None;
    }
    opening.fence(below, end)
}

/// The closed fence that begins within a line, and the text before it.
pub(super) fn within<'a>(
    line: &'a str,
    below: &[&'a str],
    unclosed: &mut Unclosed,
) -> Option<(&'a str, Fence<'a>)> {
    if unclosed.within || !line.contains("```") {
        return None;
    }
    // A pair within the line is inline code.
    let wide = runs(line).filter(|(at, width)| *width >= MIN_WIDTH && !line[..*at].ends_with('\\'));
    let (mut last, mut count) = (0, 0);
    for (at, _) in wide {
        (last, count) = (at, count + 1);
    }
    if count % 2 == 0 {
        return None;
    }
    let opening = FenceStart::of(&line[last..])?;
    let Some(end) = opening.end(below) else {
        unclosed.within = true;
        return None;
    };
    Some((line[..last].trim_end(), opening.fence(below, Some(end))?))
}

/// The opening mark of a fence.
struct FenceStart<'a> {
    sign: char,
    width: usize,
    indent: usize,
    language: &'a str,
    /// Code in the same line.
    code: Option<&'a str>,
}

/// The end of a fence.
struct End<'a> {
    /// Its line, counted from the one below the opening.
    line: usize,
    /// Code in the same line.
    code: Option<&'a str>,
    behind: Option<&'a str>,
}

impl<'a> FenceStart<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (indent, rest) = unindent(line, MAX_INDENT);
        let sign = rest.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
        let width = rest.chars().take_while(|c| *c == sign).count();
        let behind = &rest[width..];
        // ```so``` within a line is inline code.
        if width < MIN_WIDTH || sign == '`' && runs(behind).any(|(_, other)| other >= width) {
            return None;
        }
        let info = behind.trim();
        let is_named = info.is_empty() || is_language(info);
        if sign == '~' && !is_named {
            return None;
        }
        Some(Self {
            sign,
            width,
            indent,
            language: if is_named { info } else { "" },
            code: (!is_named).then_some(behind),
        })
    }

    /// Finds the end in the lines below: on a line of its own, or at either end of another line.
    fn end(&self, below: &[&'a str]) -> Option<End<'a>> {
        below.iter().enumerate().find_map(|(at, line)| {
            let line_end = |code, behind| End {
                line: at,
                code,
                behind,
            };
            let inner = unindent(line, MAX_INDENT).1.trim_end();
            let marks = inner.bytes().take_while(|byte| *byte == self.sign as u8).count();
            if marks >= self.width && marks == inner.len() {
                return Some(line_end(None, None));
            }
            if self.sign == '~' {
                return None;
            }
            let behind = &inner[marks..];
            if marks >= self.width && !runs(behind).any(|(_, width)| width >= self.width) {
                // "```rust" opens another fence.
                return (!is_language(behind.trim())).then(|| line_end(None, Some(behind.trim_start())));
            }
            let mut wide = runs(inner).filter(|(_, width)| *width >= self.width);
            match (wide.next(), wide.next()) {
                (Some((from, width)), None) if from + width == inner.len() => {
                    let whole = &line[..line.trim_end().len() - width];
                    Some(line_end(Some(whole), None))
                }
                _ => None,
            }
        })
    }

    /// Builds the code block; an empty one is not a fence.
    fn fence(&self, below: &[&'a str], end: Option<End<'a>>) -> Option<Fence<'a>> {
        let body = &below[..end.as_ref().map_or(below.len(), |end| end.line)];
        let lines = 1 + body.len() + usize::from(end.is_some());
        let (last, behind) = end.map_or((None, None), |end| (end.code, end.behind));
        let inner = body
            .iter()
            .copied()
            .chain(last)
            .map(|line| unindent(line, self.indent).1);
        let text: Vec<&str> = self.code.into_iter().chain(inner).collect();
        if text.iter().all(|line| is_blank(line)) || self.code.is_some() && lines == 1 {
            return None;
        }
        let code = MarkdownBlock::Code {
            language: self.language.to_owned(),
            text: text.join("\n"),
        };
        Some(Fence { code, lines, behind })
    }
}

/// A name such as `c++`, `objective-c` or `.net`. A text with a space or another character is code.
fn is_language(info: &str) -> bool {
    let name = info.strip_prefix('.').unwrap_or(info);
    info.len() <= MAX_LANGUAGE
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '#'))
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+#._-".contains(&byte))
}

/// The runs of backticks in a text: position and width.
fn runs(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + text[at..].find('`')?;
        let width = text[from..].bytes().take_while(|byte| *byte == b'`').count();
        at = from + width;
        Some((from, width))
    })
}
