//! Finds the code in a text, in which mentions do not count.
//!
//! This is a subset of the page's Markdown: code found here is code there too, but some code of the page is
//! plain text here.

use std::ops::Range;

/// Fewest marks of a fence.
const FENCE: usize = 3;
/// Most spaces before a fence.
const INDENT: usize = 3;

/// The code in a text, ascending: between fences on lines of their own, and between backticks in
/// one line. The search stops at a line in which a fence may begin or end in another way.
pub fn spans(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut fence: Option<(u8, usize, usize)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let line = line.trim_end();
        match fence {
            Some((mark, width, from)) if closes(line, mark, width) => {
                found.push(from..end);
                fence = None;
            }
            Some((b'`', width, from)) if runs(line).any(|(_, other)| other >= width) => {
                found.push(from..start);
                return found;
            }
            Some(_) => {}
            None => match opens(line) {
                Some((mark, width)) if mark == b'`' || is_closed(&text[end..], mark, width) => {
                    fence = Some((mark, width, start));
                }
                _ => {
                    if !within_line(line, start, &mut found) {
                        return found;
                    }
                }
            },
        }
        start = end;
    }
    // An unclosed fence of backticks reaches to the end.
    found.extend(fence.map(|(_, _, from)| from..text.len()));
    found
}

/// The mark and the width of a fence opened by a whole line: only the name of a language may follow it.
fn opens(line: &str) -> Option<(u8, usize)> {
    let rest = line.trim_start_matches(' ');
    let mark = rest.bytes().next().filter(|mark| matches!(mark, b'`' | b'~'))?;
    let width = rest.bytes().take_while(|byte| *byte == mark).count();
    let language = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '.' | '_');
    (width >= FENCE && line.len() - rest.len() <= INDENT && rest[width..].trim().chars().all(language))
        .then_some((mark, width))
}

/// Whether a line closes a fence: it contains nothing else.
fn closes(line: &str, mark: u8, width: usize) -> bool {
    let rest = line.trim_start_matches(' ');
    rest.len() >= width && line.len() - rest.len() <= INDENT && rest.bytes().all(|byte| byte == mark)
}

fn is_closed(below: &str, mark: u8, width: usize) -> bool {
    below.lines().any(|line| closes(line.trim_end(), mark, width))
}

/// Adds code between two runs of backticks of the same length. Returns whether every wide run of the line is closed in it.
fn within_line(line: &str, start: usize, found: &mut Vec<Range<usize>>) -> bool {
    if line.contains("\\`") {
        return runs(line).all(|(_, width)| width < FENCE);
    }
    let mut after = 0;
    for (at, width) in runs(line) {
        if at < after {
            continue;
        }
        let from = at + width;
        let mut behind = runs(line).skip_while(|(other, _)| *other <= at);
        match behind.find(|(_, other)| *other == width) {
            Some((end, _)) if is_code(&line[..at], &line[from..end], width) => {
                after = end + width;
                found.push(start + at..start + after);
            }
            None if width >= FENCE => return false,
            _ => {}
        }
    }
    true
}

/// Whether the text between two runs is code, and not that of an apostrophe (`` don`t, it`s ``) or an emoticon (`` (´・ω・`)
/// ``).
fn is_code(before: &str, inner: &str, width: usize) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let apostrophe = is_word(before.chars().next_back()) && is_word(inner.chars().next());
    !(inner.trim().is_empty() || width == 1 && (apostrophe || inner.contains('´')))
}

/// The runs of backticks in a line: position and width.
fn runs(line: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + line[at..].find('`')?;
        let width = line[from..].bytes().take_while(|byte| *byte == b'`').count();
        at = from + width;
        Some((from, width))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Vec<&str> {
        spans(text).into_iter().map(|span| &text[span]).collect()
    }

    #[test]
    fn code_stands_between_backticks_of_one_length_in_one_line() {
        assert_eq!(code("a `b` c ``d`e`` f"), ["`b`", "``d`e``"]);
        assert_eq!(code("`a\nb`"), [""; 0]);
        assert_eq!(code(r"\`a`"), [""; 0]);
        assert_eq!(code("```so``` 라고"), ["```so```"]);
        assert_eq!(code("don`t, it`s (´・ω・`)"), [""; 0]);
    }

    #[test]
    fn code_stands_between_fences() {
        assert_eq!(code("a\n```rust\nb\n```\nc"), ["```rust\nb\n```\n"]);
        assert_eq!(code("```\nto the end"), ["```\nto the end"]);
        assert_eq!(code("~~~\nb\n~~~"), ["~~~\nb\n~~~"]);
        assert_eq!(code("~~~\ndrawn out~~~"), [""; 0]);
    }

    #[test]
    fn where_it_is_not_certain_that_a_fence_ends_or_begins_nothing_is_code() {
        assert_eq!(code("```\na\n``` b\n`c`"), ["```\na\n"]);
        assert_eq!(code("see ```a\nb```\n`c`"), [""; 0]);
    }

    #[test]
    fn a_text_of_nothing_but_marks_is_read_in_a_moment() {
        for marks in ["`", "``` ", "~~~\n", "`\n", "` `` ``` "] {
            spans(&marks.repeat(limit()));
        }
    }

    fn limit() -> usize {
        crate::limit::MESSAGE_BYTES / 8
    }
}
