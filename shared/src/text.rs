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

/// A room's name: 1 to [`limit::ROOM_NAME_CHARS`] characters, single inner spaces, nothing invisible, no `#` in front.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomName(String);

impl RoomName {
    /// Validates what was typed; `#` in front is cut, runs of white space become one space.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let name = one_line(typed.trim_start().trim_start_matches('#'), limit::ROOM_NAME_CHARS)?;
        if name.is_empty() {
            return Err(TextError::Empty);
        }
        Ok(Self(name))
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique: the name without regard to case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TryFrom<String> for RoomName {
    type Error = TextError;

    fn try_from(typed: String) -> Result<Self, TextError> {
        Self::parse(&typed)
    }
}

impl From<RoomName> for String {
    fn from(name: RoomName) -> Self {
        name.0
    }
}

/// What a room is for: one line of up to [`limit::TOPIC_CHARS`] characters; may be empty.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Topic(String);

impl Topic {
    /// Validates what was typed; runs of white space become one space.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        one_line(typed, limit::TOPIC_CHARS).map(Self)
    }

    /// The topic as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Topic {
    type Error = TextError;

    fn try_from(typed: String) -> Result<Self, TextError> {
        Self::parse(&typed)
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.0
    }
}

/// One emoji: up to [`limit::EMOJI_BYTES`] bytes of symbols and what joins them; no letters, no white space.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Emoji(String);

impl Emoji {
    /// Validates what was chosen.
    pub fn parse(chosen: &str) -> Result<Self, TextError> {
        if chosen.is_empty() {
            return Err(TextError::Empty);
        }
        if chosen.len() > limit::EMOJI_BYTES {
            return Err(TextError::TooLong {
                limit: limit::EMOJI_BYTES,
            });
        }
        // The keycaps are the only emoji that hold ASCII: a digit, # or *, and what draws the key.
        let keycap = chosen.ends_with('\u{20E3}');
        let allowed = |c: char| match c {
            '0'..='9' | '#' | '*' => keycap,
            '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}' => true,
            _ => {
                !c.is_ascii()
                    && !c.is_alphanumeric()
                    && !c.is_whitespace()
                    && !c.is_control()
                    && !is_invisible(c)
            }
        };
        if let Some(character) = chosen.chars().find(|c| !allowed(*c)) {
            return Err(TextError::Forbidden { character });
        }
        // What only joins or colours shows nothing.
        if chosen.chars().all(is_invisible_or_selector) {
            return Err(TextError::Empty);
        }
        Ok(Self(chosen.to_owned()))
    }

    /// The emoji.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Emoji {
    type Error = TextError;

    fn try_from(chosen: String) -> Result<Self, TextError> {
        Self::parse(&chosen)
    }
}

impl From<Emoji> for String {
    fn from(emoji: Emoji) -> Self {
        emoji.0
    }
}

fn is_invisible_or_selector(c: char) -> bool {
    is_invisible(c) || matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}')
}

/// One visible line: runs of white space become one space.
fn one_line(typed: &str, chars: usize) -> Result<String, TextError> {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > chars {
        return Err(TextError::TooLong { limit: chars });
    }
    // Emoji are joined and coloured by characters that take no room of their own.
    let joins = |c: char| matches!(c, '\u{200D}' | '\u{E0020}'..='\u{E007F}');
    match line
        .chars()
        .find(|c| c.is_control() || is_invisible(*c) && !joins(*c))
    {
        Some(character) => Err(TextError::Forbidden { character }),
        None => Ok(line),
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
    fn a_nickname_folds_white_space() {
        let name = Nickname::parse("  Mina \t Kim ").unwrap();
        assert_eq!(name.as_str(), "Mina Kim");
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

    #[test]
    fn an_emoji_is_one_symbol_however_it_is_put_together() {
        for emoji in ["👍", "👍🏽", "❤️", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇰🇷", "1️⃣", "✅"]
        {
            assert_eq!(Emoji::parse(emoji).map(String::from).as_deref(), Ok(emoji));
        }
        for not in [
            "",
            "a",
            "1",
            "lol",
            "👍 ",
            " ",
            "\u{200D}",
            "\u{FE0F}",
            "한",
            "<",
            "👍👍👍👍👍👍👍👍👍👍👍",
        ] {
            assert!(Emoji::parse(not).is_err(), "{not:?}");
        }
    }

    #[test]
    fn a_room_name_is_one_visible_line() {
        assert_eq!(
            RoomName::parse(" # release  plans ").unwrap().as_str(),
            "release plans"
        );
        assert_eq!(RoomName::parse("#"), Err(TextError::Empty));
        assert!(RoomName::parse("a\u{202E}b").is_err());
        assert_eq!(
            RoomName::parse("Plans").unwrap().key(),
            RoomName::parse("plans").unwrap().key()
        );
        assert_eq!(Topic::parse("").unwrap().as_str(), "");
        assert!(Topic::parse(&"x".repeat(limit::TOPIC_CHARS + 1)).is_err());
    }
}
