//! Cuts texts at a byte. The standard library's searches for a character or a text add kilobytes of code to a page.

/// Where a byte is first.
pub(crate) fn position(text: &str, byte: u8) -> Option<usize> {
    text.bytes().position(|other| other == byte)
}

/// The text before a byte, and after it.
pub(crate) fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = position(text, byte)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The text before the last of a byte, and after it.
pub(crate) fn cut_last(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|other| other == byte)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The text without a byte at its end.
pub(crate) fn without_end(text: &str, byte: u8) -> Option<&str> {
    cut_last(text, byte).and_then(|(before, after)| after.is_empty().then_some(before))
}
