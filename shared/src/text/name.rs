//! Names of people and rooms: one line each.

use serde::Serialize;

use super::visible::is_ignorable;
use super::{Emoji, TextError, is_blank};
use crate::limit;

/// A nickname: 1 to [`limit::NICKNAME_CHARS`] characters, single inner spaces, no invisible characters except joiners that
/// its letters need.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(into = "String")]
pub struct Nickname(String);

checked!(Nickname);

impl Nickname {
    /// Validates a nickname as typed; runs of white space become one space.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        visible_line(typed, limit::NICKNAME_CHARS).map(Self)
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
    fn from(text: Nickname) -> Self {
        text.0
    }
}

/// A room's name: like a nickname, 1 to [`limit::ROOM_NAME_CHARS`] characters, without a leading `#`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(into = "String")]
pub struct RoomName(String);

checked!(RoomName);

impl RoomName {
    /// Validates a name as typed; a leading `#` is removed, runs of white space become one space.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let name = typed.trim_start().trim_start_matches(['#', '＃']);
        visible_line(name, limit::ROOM_NAME_CHARS).map(Self)
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RoomName {
    type Error = TextError;

    fn try_from(typed: String) -> Result<Self, TextError> {
        Self::parse(&typed)
    }
}

impl From<RoomName> for String {
    fn from(text: RoomName) -> Self {
        text.0
    }
}

/// A room's purpose: one line of up to [`limit::TOPIC_CHARS`] characters; may be empty.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
#[serde(into = "String")]
pub struct Topic(String);

checked!(Topic);

impl Topic {
    /// Validates a topic as typed; runs of white space become one space. A text without a visible character becomes empty.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        match visible_line(typed, limit::TOPIC_CHARS) {
            Err(TextError::Empty) => Ok(Self::default()),
            line => line.map(Self),
        }
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
    fn from(text: Topic) -> Self {
        text.0
    }
}

/// One visible line: runs of white space become one space.
fn visible_line(typed: &str, chars: usize) -> Result<String, TextError> {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    // A character that is not allowed gets its own error, even if it is the whole text.
    if let Some((at, c)) = forbidden(&line) {
        return Err(TextError::forbidden(&line, at, c));
    }
    if is_blank(&line) {
        return Err(TextError::Empty);
    }
    if line.chars().count() > chars {
        return Err(TextError::TooLong { limit: chars });
    }
    Ok(line)
}

/// The first control character, or the first invisible one that no letter needs.
fn forbidden(line: &str) -> Option<(usize, char)> {
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        if let Some((_, len)) = Emoji::at_start(&line[at..]) {
            at += len;
            continue;
        }
        let needed = || match c {
            // As written in Persian and the scripts of India. The server is stricter: RFC 5892, appendix A.
            '\u{200C}' | '\u{200D}' => joins(&line[..at], &line[at + c.len_utf8()..]),
            // They choose how the preceding character is drawn.
            '\u{FE00}'..='\u{FE0F}' => line[..at]
                .chars()
                .next_back()
                .is_some_and(|before| !is_ignorable(before)),
            _ => false,
        };
        if c.is_control() || is_ignorable(c) && !needed() || matches!(c, '\u{FFF9}'..='\u{FFFB}') {
            return Some((at, c));
        }
        at += c.len_utf8();
    }
    None
}

/// Whether a joiner stands between two letters of a script that has them.
fn joins(before: &str, after: &str) -> bool {
    let is_joined = |c: char| {
        matches!(c, '\u{600}'..='\u{8FF}' | '\u{900}'..='\u{DFF}' | '\u{E80}'..='\u{109F}' | '\u{1700}'..='\u{1CFF}'
            | '\u{A800}'..='\u{ABFF}' | '\u{FB50}'..='\u{FDFF}' | '\u{10A00}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}')
    };
    before.chars().next_back().is_some_and(is_joined) && after.chars().next().is_some_and(is_joined)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_invisible_character_is_named_with_its_place() {
        for (typed, character, column) in [
            ("a\u{202E}b", '\u{202E}', 2),
            ("\u{3164}", '\u{3164}', 1),
            ("민 아\u{200B}", '\u{200B}', 4),
            ("a\u{200D}b", '\u{200D}', 2),
            ("👩\u{200D}", '\u{200D}', 2),
            ("a\u{E0061}", '\u{E0061}', 2),
            ("\u{1160}a", '\u{1160}', 1),
        ] {
            let refused = Err(TextError::Forbidden {
                character,
                line: 1,
                column,
            });
            assert_eq!(Nickname::parse(typed).map(String::from), refused, "{typed:?}");
            assert_eq!(RoomName::parse(typed).map(String::from), refused, "{typed:?}");
            assert_eq!(Topic::parse(typed).map(String::from), refused, "{typed:?}");
        }
    }

    #[test]
    fn fault_f29_joiners_that_a_script_needs_and_whole_emoji_are_allowed() {
        for name in [
            "علی\u{200C}رضا",
            "می\u{200C}خواهم",
            "क्\u{200D}ष",
            "ක්\u{200D}ෂ",
            "👩\u{200D}💻 민아",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "❤️",
            "🏳️‍🌈",
        ] {
            assert_eq!(Nickname::parse(name).unwrap().as_str(), name);
            assert_eq!(RoomName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn fault_f26_a_name_that_shows_nothing_is_refused() {
        for blank in [
            "",
            " ",
            "\u{2800}",
            "\u{2800} \u{2800}",
            "\u{301}",
            "#",
            "\u{3000}",
        ] {
            assert_eq!(RoomName::parse(blank), Err(TextError::Empty), "{blank:?}");
        }
        assert_eq!(Nickname::parse("\u{2800}"), Err(TextError::Empty));
        assert_eq!(Topic::parse("\u{2800}").unwrap().as_str(), "");
    }

    #[test]
    fn a_room_name_is_one_visible_line() {
        assert_eq!(
            RoomName::parse(" # release  plans ").unwrap().as_str(),
            "release plans"
        );
        assert_eq!(Topic::parse("").unwrap().as_str(), "");
        assert!(Topic::parse(&"x".repeat(limit::TOPIC_CHARS + 1)).is_err());
    }
}
