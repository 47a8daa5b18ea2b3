//! One item of a room's log.

use serde::{Deserialize, Serialize};

use crate::{EntryId, MessageText, Millis, Person, Seq};

/// One item of a room's log, as the server tells it. The room is named by whatever carries it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the room's log.
    pub seq: Seq,
    /// What its author's device named it.
    pub id: EntryId,
    /// Who wrote it.
    pub author: Person,
    /// When the server committed it.
    pub at: Millis,
    /// What it says.
    pub body: Body,
}

/// What an entry says. On the wire an object with its `kind`: `{ "kind": "message", "text": "hi" }`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// A message posted.
    Message {
        /// What was typed.
        text: MessageText,
    },
    /// A kind this program is too old to know. It takes its place in the log all the same; nobody can send it.
    #[serde(other)]
    Unknown,
}

impl Body {
    /// Bytes of text it carries, as [`crate::limit::BATCH_BYTES`] counts them.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Message { text } => text.as_str().len(),
            Self::Unknown => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_body_reads_as_documented() {
        let body: Body = serde_json::from_str(r#"{"kind":"message","text":"hi"}"#).unwrap();
        assert_eq!(
            body,
            Body::Message {
                text: MessageText::parse("hi").unwrap()
            }
        );
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"kind":"message","text":"hi"}"#
        );
    }

    #[test]
    fn a_kind_from_the_future_still_is_an_entry() {
        let body: Body = serde_json::from_str(r#"{"kind":"poll","options":[1,2]}"#).unwrap();
        assert_eq!(body, Body::Unknown);
    }
}
