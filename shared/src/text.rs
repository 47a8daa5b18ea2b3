//! What people type, validated once, at the border.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limit;

/// Why a text is not acceptable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextError {
    /// Nothing but white space.
    Empty,
    /// Longer than the named limit.
    TooLong {
        /// The limit, in the unit of the text's kind.
        limit: usize,
    },
    /// A character that cannot be stored or shown.
    Forbidden {
        /// The first such character.
        character: char,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the text is empty"),
            Self::TooLong { limit } => write!(f, "the text is longer than {limit}"),
            Self::Forbidden { character } => {
                write!(
                    f,
                    "the text has a character that is not allowed: U+{:04X}",
                    u32::from(*character)
                )
            }
        }
    }
}

impl std::error::Error for TextError {}

/// A message's text: 1 to [`limit::MESSAGE_BYTES`] bytes, not blank, no control characters but tab and line feed.
///
/// Trailing white space is cut and CRLF becomes LF, so that what is compared is what is seen.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageText(String);

impl MessageText {
    /// Validates what was typed.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let text = typed.replace("\r\n", "\n");
        let text = text.trim_end();
        if text.trim_start().is_empty() {
            return Err(TextError::Empty);
        }
        if text.len() > limit::MESSAGE_BYTES {
            return Err(TextError::TooLong {
                limit: limit::MESSAGE_BYTES,
            });
        }
        match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            Some(character) => Err(TextError::Forbidden { character }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MessageText {
    type Error = TextError;

    fn try_from(typed: String) -> Result<Self, TextError> {
        Self::parse(&typed)
    }
}

impl From<MessageText> for String {
    fn from(text: MessageText) -> Self {
        text.0
    }
}

/// A nickname: 1 to [`limit::NICKNAME_CHARS`] characters, single inner spaces, nothing invisible.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nickname(String);

impl Nickname {
    /// Validates what was typed; runs of white space become one space.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(TextError::Empty);
        }
        if name.chars().count() > limit::NICKNAME_CHARS {
            return Err(TextError::TooLong {
                limit: limit::NICKNAME_CHARS,
            });
        }
        match name.chars().find(|c| c.is_control() || is_invisible(*c)) {
            Some(character) => Err(TextError::Forbidden { character }),
            None => Ok(Self(name)),
        }
    }

    /// The nickname as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique: the nickname without regard to case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TryFrom<String> for Nickname {
    type Error = TextError;

    fn try_from(typed: String) -> Result<Self, TextError> {
        Self::parse(&typed)
    }
}

impl From<Nickname> for String {
    fn from(name: Nickname) -> Self {
        name.0
    }
}

/// Characters that take no room, or that turn the writing direction of what follows.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_inner_lines_and_loses_its_trailing_space() {
        assert_eq!(MessageText::parse("  a\r\n b \n\n").unwrap().as_str(), "  a\n b");
    }

    #[test]
    fn a_blank_an_endless_and_a_nul_text_are_refused() {
        assert_eq!(MessageText::parse(" \n\t "), Err(TextError::Empty));
        let long = "한".repeat(limit::MESSAGE_BYTES / 3 + 1);
        assert_eq!(
            MessageText::parse(&long),
            Err(TextError::TooLong {
                limit: limit::MESSAGE_BYTES
            })
        );
        assert_eq!(
            MessageText::parse("a\0"),
            Err(TextError::Forbidden { character: '\0' })
        );
    }

    #[test]
    fn a_text_is_validated_when_it_is_read_from_json() {
        assert!(serde_json::from_str::<MessageText>("\" \"").is_err());
        assert!(serde_json::from_str::<MessageText>("null").is_err());
    }

    #[test]
    fn a_nickname_folds_white_space_and_case() {
        let name = Nickname::parse("  Mina \t Kim ").unwrap();
        assert_eq!(name.as_str(), "Mina Kim");
        assert_eq!(name.key(), Nickname::parse("mina kim").unwrap().key());
    }

    #[test]
    fn a_nickname_counts_characters_not_bytes() {
        assert!(Nickname::parse(&"가".repeat(32)).is_ok());
        assert_eq!(
            Nickname::parse(&"가".repeat(33)),
            Err(TextError::TooLong { limit: 32 })
        );
    }

    #[test]
    fn an_invisible_nickname_is_refused() {
        assert_eq!(
            Nickname::parse("a\u{202E}b"),
            Err(TextError::Forbidden {
                character: '\u{202E}'
            })
        );
        assert_eq!(
            Nickname::parse("\u{3164}"),
            Err(TextError::Forbidden {
                character: '\u{3164}'
            })
        );
    }
}
