//! One item of a room's log, and its state by later items.

use serde::{Deserialize, Serialize};

use crate::room::RoomChange;
use crate::{Emoji, EntryId, MessageText, Millis, Nickname, Person, Seq, UserId, mention};

/// One item of a room's log, as the server tells it. The room is named by whatever carries it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the room's log.
    pub seq: Seq,
    /// The id its author's device gave it.
    pub id: EntryId,
    pub author: Person,
    /// When the server committed it.
    pub at: Millis,
    pub body: Body,
    /// The people its text mentions, by the names they have: whoever is not here is mentioned by nobody's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentioned: Vec<Person>,
    /// The message it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Box<Quoted>>,
    /// Its state by later entries, where it was read from the store and any have changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Box<Now>>,
}

impl Entry {
    /// An entry that mentions nobody, replies to nothing and has not been changed.
    pub fn new(seq: Seq, id: EntryId, author: Person, at: Millis, body: Body) -> Self {
        Self {
            seq,
            id,
            author,
            at,
            body,
            mentioned: Vec::new(),
            quoted: None,
            now: None,
        }
    }

    /// Bytes it carries that grow with its texts, as [`crate::limit::PAGE_BYTES`] counts them.
    pub fn text_bytes(&self) -> usize {
        let quoted = self.quoted.as_ref().and_then(|quoted| quoted.text.as_ref());
        self.body.text_bytes()
            + quoted.map_or(0, String::len)
            + self.now.as_ref().map_or(0, |now| now.text_bytes())
    }
}

/// The content of an entry. On the wire an object with its `kind`: `{ "kind": "message", "text": "hi" }`.
///
/// People send the first four; the server writes the others.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    Message {
        /// The typed text. People are mentioned as [`crate::mention`] says.
        text: MessageText,
        /// The message of the same room it replies to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
    },
    /// A message's author gives it another text. The newest edit counts.
    Edit {
        message: Seq,
        /// The text from here on.
        text: MessageText,
    },
    /// A message is taken back by its author, or by the server's owner. Its text, and every edit's, is erased.
    Delete { message: Seq },
    /// Somebody reacts to a message, or takes that back. Of one person's entries with the same emoji the newest counts.
    React {
        message: Seq,
        emoji: Emoji,
        /// `false` takes it back.
        #[serde(default = "yes")]
        on: bool,
    },
    /// The author goes by another nickname; written into every room they are in.
    Nickname {
        /// The name they have.
        name: Nickname,
        /// The name they had.
        was: Nickname,
    },
    /// The room was made, renamed, described, archived or opened again.
    Room { change: RoomChange },
    /// A message that was deleted.
    Erased,
    /// A message or an edit that a moderator has hidden. The server never stores it: the text comes back where the room's
    /// `revision` is another one.
    Hidden,
    /// An edit of a message that was deleted since.
    ErasedEdit,
    /// A kind this program is too old to know. It takes its place in the log all the same; nobody can send it.
    #[serde(other)]
    Unknown,
}

fn yes() -> bool {
    true
}

impl Body {
    /// A message that replies to nothing.
    pub fn message(text: MessageText) -> Self {
        Self::Message { text, reply_to: None }
    }

    /// Bytes of text it carries, as [`crate::limit::BATCH_BYTES`] counts them.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Message { text, .. } | Self::Edit { text, .. } => text.as_str().len(),
            Self::React { emoji, .. } => emoji.as_str().len(),
            Self::Room { change } => change.text_bytes(),
            Self::Delete { .. }
            | Self::Nickname { .. }
            | Self::Erased
            | Self::Hidden
            | Self::ErasedEdit
            | Self::Unknown => 0,
        }
    }

    /// The text written, where it is a message or an edit.
    pub fn text(&self) -> Option<&MessageText> {
        match self {
            Self::Message { text, .. } | Self::Edit { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The message it changes: it is no row of its own.
    pub fn changes(&self) -> Option<Seq> {
        match self {
            Self::Edit { message, .. } | Self::Delete { message } | Self::React { message, .. } => {
                Some(*message)
            }
            _ => None,
        }
    }

    /// Whether people may send it.
    pub fn is_sendable(&self) -> bool {
        matches!(
            self,
            Self::Message { .. } | Self::Edit { .. } | Self::Delete { .. } | Self::React { .. }
        )
    }

    /// Whether it counts as unread for others: messages do, and bodies too new to tell.
    pub fn is_news(&self) -> bool {
        matches!(self, Self::Message { .. } | Self::Unknown)
    }

    /// Whom its text mentions.
    pub fn mentions(&self) -> impl Iterator<Item = UserId> + '_ {
        self.text()
            .into_iter()
            .flat_map(|text| mention::of(text.as_str()))
    }
}

/// The start of the message that another one replies to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Quoted {
    pub seq: Seq,
    pub author: Person,
    /// Its text as it is, cut after [`crate::limit::QUOTE_CHARS`] characters; `None` where it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Quoted {
    /// The start of a text that is shown: its first [`crate::limit::QUOTE_CHARS`] characters, and no half of a mention.
    pub fn start_of(text: &str) -> &str {
        let end = text
            .char_indices()
            .nth(crate::limit::QUOTE_CHARS)
            .map_or(text.len(), |(end, _)| end);
        let cut = mention::spans(text)
            .map(|(span, _)| span)
            .find(|span| span.start < end && end < span.end);
        text.get(..cut.map_or(end, |span| span.start)).unwrap_or(text)
    }
}

/// The current state of a message by the log. A reader applies later changes by itself: those after `as_of`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Now {
    /// Every change up to this place in the log is in here.
    pub as_of: Seq,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Edited>,
    /// The reactions, in the order of each emoji's first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
}

impl Now {
    fn text_bytes(&self) -> usize {
        let edited = self
            .edited
            .as_ref()
            .map_or(0, |edited| edited.text.as_str().len());
        let people = self
            .reactions
            .iter()
            .map(|reaction| reaction.by.len())
            .sum::<usize>();
        edited + people * PERSON_BYTES
    }
}

/// The size that one person's reaction counts as, in bytes.
const PERSON_BYTES: usize = 64;

/// A message's newest edit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Edited {
    pub text: MessageText,
    /// When it was edited.
    pub at: Millis,
}

/// One emoji under a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reaction {
    pub emoji: Emoji,
    /// Whose, in the order they came.
    pub by: Vec<Person>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_body_reads_as_documented() {
        let body: Body = serde_json::from_str(r#"{"kind":"message","text":"hi"}"#).unwrap();
        assert_eq!(body, Body::message(MessageText::parse("hi").unwrap()));
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

    #[test]
    fn changes_read_as_documented() {
        let read = |json: &str| serde_json::from_str::<Body>(json).unwrap();
        let react = read(r#"{"kind":"react","message":3,"emoji":"👍"}"#);
        assert_eq!(react.changes(), Some(3));
        assert!(matches!(react, Body::React { on: true, .. }));
        assert_eq!(
            read(r#"{"kind":"delete","message":3}"#),
            Body::Delete { message: 3 }
        );
        assert_eq!(read(r#"{"kind":"erased"}"#), Body::Erased);
        assert_eq!(
            serde_json::to_string(&Body::ErasedEdit).unwrap(),
            r#"{"kind":"erased_edit"}"#
        );
        let reply = read(r#"{"kind":"message","text":"hi","reply_to":7}"#);
        assert_eq!(
            serde_json::to_string(&reply).unwrap(),
            r#"{"kind":"message","text":"hi","reply_to":7}"#
        );
    }

    #[test]
    fn the_start_of_a_text_ends_between_characters_and_before_a_mention() {
        let chars = crate::limit::QUOTE_CHARS;
        assert_eq!(Quoted::start_of("안녕"), "안녕");
        assert_eq!(Quoted::start_of(&"한".repeat(chars + 40)), "한".repeat(chars));
        let mina = mention::written(UserId(uuid::Uuid::from_u128(7)));
        let text = format!("{}{mina} and more", "x".repeat(chars - 5));
        assert_eq!(Quoted::start_of(&text), "x".repeat(chars - 5));
        assert_eq!(Quoted::start_of(&format!("{mina} hi")), format!("{mina} hi"));
    }

    #[test]
    fn an_entry_nobody_changed_says_nothing_of_changes() {
        let author = Person {
            id: UserId(uuid::Uuid::nil()),
            name: "Mina".into(),
        };
        let entry = Entry::new(1, EntryId(uuid::Uuid::nil()), author, 2, Body::Erased);
        let json = serde_json::to_string(&entry).unwrap();
        assert!(json.ends_with(r#""body":{"kind":"erased"}}"#), "{json}");
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
    }
}
