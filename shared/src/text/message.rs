//! Texts of messages.

use serde::Serialize;

use super::{TextError, is_blank};
use crate::limit;

/// A message's text: 1 to [`limit::MESSAGE_BYTES`] bytes, a visible character, no control characters except tab and line
/// feed.
///
/// Trailing white space is trimmed and every line end becomes LF, so that equal texts look equal.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(into = "String")]
pub struct MessageText(String);

checked!(MessageText);

impl MessageText {
    /// Validates a text as typed.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let text = typed.replace("\r\n", "\n").replace(is_line_end, "\n");
        let text = text.trim_end();
        if is_blank(text) {
            // A text of one control character gets the error for that character.
            return Err(forbidden(text).unwrap_or(TextError::Empty));
        }
        if text.len() > limit::MESSAGE_BYTES {
            return Err(TextError::TooLong {
                limit: limit::MESSAGE_BYTES,
            });
        }
        match forbidden(text) {
            Some(error) => Err(error),
            None => Ok(Self(text.to_owned())),
        }
    }

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

fn forbidden(text: &str) -> Option<TextError> {
    let (at, c) = text
        .char_indices()
        .find(|(_, c)| c.is_control() && !is_layout(*c))?;
    Some(TextError::forbidden(text, at, c))
}

fn is_layout(c: char) -> bool {
    matches!(c, '\n' | '\t')
}

/// Line ends in documents from which text is copied: old Macs, word processors, slides, mainframes, Unicode.
fn is_line_end(c: char) -> bool {
    matches!(c, '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_inner_lines_and_loses_its_trailing_space() {
        assert_eq!(MessageText::parse("  a\r\n b \n\n").unwrap().as_str(), "  a\n b");
    }

    #[test]
    fn every_kind_of_line_end_is_one() {
        for end in [
            "\n", "\r\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}",
        ] {
            assert_eq!(MessageText::parse(&format!("a{end}b")).unwrap().as_str(), "a\nb");
        }
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
        assert!(MessageText::parse("a\0").is_err());
    }

    #[test]
    fn fault_a_character_that_cannot_be_sent_is_named_with_its_place() {
        let refused = |character, line, column| {
            Err(TextError::Forbidden {
                character,
                line,
                column,
            })
        };
        assert_eq!(MessageText::parse("a\0"), refused('\0', 1, 2));
        assert_eq!(
            MessageText::parse("한글\r\n로그 \u{1B}[0m\0"),
            refused('\u{1B}', 2, 4)
        );
        assert_eq!(MessageText::parse("\u{7}"), refused('\u{7}', 1, 1));
        assert_eq!(
            MessageText::parse("a\nb\u{7F}").unwrap_err().to_string(),
            "the text has a character that is not allowed: U+007F, line 2, character 2"
        );
    }

    #[test]
    fn fault_f26_a_message_that_shows_nothing_is_refused() {
        for blank in [
            "\u{200B}",
            "\u{2800}",
            "\u{3164}\n\u{3164}",
            "\u{FE0F}",
            "\u{301}",
            "\u{E0020}",
            "\u{FFA0} \u{115F}",
        ] {
            assert_eq!(MessageText::parse(blank), Err(TextError::Empty), "{blank:?}");
        }
        // Visible characters may stand beside invisible ones.
        for text in ["می\u{200C}خواهم", "👩\u{200D}💻", "a\u{200B}", "\u{2800}."] {
            assert_eq!(MessageText::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_text_is_validated_when_it_is_read_from_json() {
        assert!(serde_json::from_str::<MessageText>("\" \"").is_err());
        assert!(serde_json::from_str::<MessageText>("null").is_err());
    }
}
