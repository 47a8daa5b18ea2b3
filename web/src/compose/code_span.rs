//! Whether the caret is inside code, where `@` and `:` are plain text.

/// Fewest marks that open a fence.
const FENCE: usize = 3;

/// Whether text typed after `before` is code: in an open fence, or after backticks that nothing has
/// closed. The closing mark may not be typed yet, so an open one counts.
pub fn is_open(before: &str) -> bool {
    let mut fence: Option<(char, usize)> = None;
    let mut paragraph = 0;
    let mut at = 0;
    for line in before.split_inclusive('\n') {
        at += line.len();
        let whole = line.ends_with('\n');
        let line = line.trim_end();
        let (mark, width) = opening(line);
        match fence {
            Some((open, least)) if whole && ends_fence(line, open, least) => {
                fence = None;
                paragraph = at;
            }
            None if width >= FENCE && !line.trim_start()[width..].contains(mark) => {
                fence = Some((mark, width));
            }
            None if line.is_empty() => paragraph = at,
            Some(_) | None => {}
        }
    }
    fence.is_some() || span_is_open(&before[paragraph..])
}

/// The mark a line begins with, and how often it repeats.
fn opening(line: &str) -> (char, usize) {
    let line = line.trim_start();
    let mark = line.chars().next().unwrap_or_default();
    if !matches!(mark, '`' | '~') {
        return (mark, 0);
    }
    (mark, line.chars().take_while(|c| *c == mark).count())
}

/// Whether a line ends with a closing fence.
fn ends_fence(line: &str, mark: char, least: usize) -> bool {
    line.chars().rev().take_while(|c| *c == mark).count() >= least
}

/// Whether a run of backticks has no closing run of the same length.
fn span_is_open(paragraph: &str) -> bool {
    let mut rest = paragraph;
    while let Some(from) = rest.find('`') {
        let width = run(&rest[from..]);
        rest = &rest[from + width..];
        match closing(rest, width) {
            Some(end) => rest = &rest[end..],
            None => return true,
        }
    }
    false
}

/// The end of a span opened by `width` backticks.
fn closing(text: &str, width: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(from) = text[at..].find('`') {
        let found = run(&text[at + from..]);
        at += from + found;
        if found == width {
            return Some(at);
        }
    }
    None
}

fn run(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_f19_code_that_is_open_is_known() {
        for before in [
            "`",
            "run `git ",
            "a `b` and `c",
            "``a ` b",
            "```\n",
            "```rust\nlet a = 1;\n",
            "~~~\nx ` y",
            "text\n```\ncode ",
            "```\na\n```\n```\n",
            "```let x = 1;\nlet y",
        ] {
            assert!(is_open(before), "{before:?}");
        }
    }

    #[test]
    fn fault_f19_what_is_closed_is_text_again() {
        for before in [
            "",
            "plain",
            "`a` ",
            "``a ` b`` ",
            "```\ncode\n```\n",
            "```let x = 1;\nlet y = 2;```\n",
            "it`s\n\nanother paragraph ",
            "```so``` ",
            "~~~\nx ` y\n~~~\n",
        ] {
            assert!(!is_open(before), "{before:?}");
        }
    }
}
