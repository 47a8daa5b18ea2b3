//! Why a text is not acceptable.

use std::fmt;

/// Why a text is not acceptable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextError {
    /// It has no visible character.
    Empty,
    /// It is longer than its limit.
    TooLong {
        /// The limit, in the unit of the text's kind.
        limit: usize,
    },
    /// It has a character that cannot be stored or shown.
    Forbidden {
        /// The first such character.
        character: char,
        /// The line it is in, from 1.
        line: usize,
        /// Its position in that line, in characters, from 1.
        column: usize,
    },
    /// It is not exactly one emoji.
    NotOneEmoji,
}

impl TextError {
    /// The error for the character at this byte of a text.
    pub(crate) fn forbidden(text: &str, at: usize, character: char) -> Self {
        let before = &text[..at];
        let line_from = before.rfind('\n').map_or(0, |end| end + 1);
        Self::Forbidden {
            character,
            line: 1 + before.matches('\n').count(),
            column: 1 + before[line_from..].chars().count(),
        }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the text has nothing that can be seen"),
            Self::TooLong { limit } => write!(f, "the text is longer than {limit}"),
            Self::Forbidden {
                character,
                line,
                column,
            } => {
                let code = u32::from(*character);
                write!(
                    f,
                    "the text has a character that is not allowed: U+{code:04X}, line {line}, character {column}"
                )
            }
            Self::NotOneEmoji => f.write_str("the text is not exactly one emoji"),
        }
    }
}

impl std::error::Error for TextError {}
