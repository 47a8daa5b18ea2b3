//! One item of a room's log, with the result of later changes.

use serde::Serialize;

use crate::fields::{Field, FieldError, FromField};
use crate::room::RoomChange;
use crate::{
    Emoji, EntryId, MessageText, Millis, Nickname, Person, Seq, UserId, mention, read_by_fields, record,
};

/// One item of a room's log, as the server sends it. The room's id is beside it, not in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// Its place in the room's log.
    pub seq: Seq,
    /// The id made by the author's device.
    pub id: EntryId,
    pub author: Person,
    /// When the server committed it.
    pub at: Millis,
    pub body: Body,
    /// The people its text mentions, with their current names. An id that is not here belongs to nobody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mentioned: Vec<Person>,
    /// The message it replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Box<Quoted>>,
    /// The result of later changes, if the entry was read from the store and has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Box<Now>>,
}

record!(Entry { seq, id, author, at, body, mentioned or_default, quoted, now });

impl Entry {
    /// An entry without mentions, reply and changes.
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

    /// Its bytes that grow with its texts, as [`crate::limit::PAGE_BYTES`] counts them.
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
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    Message {
        /// The typed text, with mentions as [`crate::mention`] describes.
        text: MessageText,
        /// The `seq` of the message in the same room that it replies to.
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
    },
    /// The author gives a message another text. The newest edit counts.
    Edit {
        message: Seq,
        /// The message's new text.
        text: MessageText,
    },
    /// The author or a moderator deletes a message. Its text, and every edit's, is erased.
    Delete { message: Seq },
    /// A person reacts to a message, or removes the reaction. Of one person's entries with the same emoji the newest counts.
    React {
        message: Seq,
        emoji: Emoji,
        /// `false` removes the reaction; if left out, it is `true`.
        on: bool,
    },
    /// The author took another nickname; written into every room they are in.
    Nickname {
        /// The author's new name.
        name: Nickname,
        /// The author's former name.
        was: Nickname,
    },
    /// The room was created, renamed, described, archived or reopened.
    Room { change: RoomChange },
    /// A message that has been deleted.
    Erased,
    /// A message or an edit that a moderator has hidden. The server never stores it: if the text comes back, the room's
    /// `revision`
    /// changes.
    Hidden,
    /// An edit of a message that has been deleted since.
    ErasedEdit,
    /// A kind that this version does not know. It takes its place in the log all the same; nobody can send it.
    Unknown,
}

impl FromField for Body {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let mut fields = field.object()?;
        let kind: String = fields.get("kind")?;
        Ok(match kind.as_str() {
            "message" => Self::Message {
                text: fields.get("text")?,
                reply_to: fields.get("reply_to")?,
            },
            "edit" => Self::Edit {
                message: fields.get("message")?,
                text: fields.get("text")?,
            },
            "delete" => Self::Delete {
                message: fields.get("message")?,
            },
            "react" => Self::React {
                message: fields.get("message")?,
                emoji: fields.get("emoji")?,
                on: fields.get::<MaybeOn>("on")?.0,
            },
            "nickname" => Self::Nickname {
                name: fields.get("name")?,
                was: fields.get("was")?,
            },
            "room" => Self::Room {
                change: fields.get("change")?,
            },
            "erased" => Self::Erased,
            "hidden" => Self::Hidden,
            "erased_edit" => Self::ErasedEdit,
            _ => Self::Unknown,
        })
    }
}

read_by_fields!(Body);

/// Whether a reaction is there: left out, it is.
struct MaybeOn(bool);

impl FromField for MaybeOn {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        bool::from_field(field).map(Self)
    }

    fn left_out(_: &'static str) -> Result<Self, FieldError> {
        Ok(Self(true))
    }
}

impl Body {
    /// A message that replies to nothing.
    pub fn message(text: MessageText) -> Self {
        Self::Message { text, reply_to: None }
    }

    /// Its bytes of text, as [`crate::limit::BATCH_BYTES`] counts them.
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

    /// The text of a message or an edit.
    pub fn text(&self) -> Option<&MessageText> {
        match self {
            Self::Message { text, .. } | Self::Edit { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The message that it changes. Such an entry has no row of its own.
    pub fn changes(&self) -> Option<Seq> {
        match self {
            Self::Edit { message, .. } | Self::Delete { message } | Self::React { message, .. } => {
                Some(*message)
            }
            _ => None,
        }
    }

    /// Whether clients may send it.
    pub fn is_sendable(&self) -> bool {
        matches!(
            self,
            Self::Message { .. } | Self::Edit { .. } | Self::Delete { .. } | Self::React { .. }
        )
    }

    /// Whether it counts as unread for others: messages do, and so do kinds too new for this version.
    pub fn is_news(&self) -> bool {
        matches!(self, Self::Message { .. } | Self::Unknown)
    }

    /// The people that its text mentions.
    pub fn mentions(&self) -> impl Iterator<Item = UserId> + '_ {
        self.text()
            .into_iter()
            .flat_map(|text| mention::of(text.as_str()))
    }
}

/// The start of a message, shown in a reply to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Quoted {
    pub seq: Seq,
    pub author: Person,
    /// Its current text, cut after [`crate::limit::QUOTE_CHARS`] characters; `None` if it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

record!(Quoted { seq, author, text });

impl Quoted {
    /// The shown start of a text: its first [`crate::limit::QUOTE_CHARS`] characters, without half of a mention.
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

/// The result of a message's changes up to a place in the log. A reader applies the changes after `as_of` itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Now {
    /// Changes up to this `seq` are included.
    pub as_of: Seq,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited: Option<Edited>,
    /// The reactions, ordered by the first one of each emoji.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
}

record!(Now { as_of, edited, reactions or_default });

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
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Edited {
    pub text: MessageText,
    /// When it was edited.
    pub at: Millis,
}

record!(Edited { text, at });

/// One emoji on a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reaction {
    pub emoji: Emoji,
    /// The people who reacted with it, in order.
    pub by: Vec<Person>,
}

record!(Reaction { emoji, by });

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
    fn every_kind_reads_as_it_is_written() {
        let text = |text| MessageText::parse(text).unwrap();
        let name = |name| Nickname::parse(name).unwrap();
        let room = |name| crate::RoomName::parse(name).unwrap();
        let change = |change| Body::Room { change };
        let renamed = RoomChange::Renamed {
            name: room("b"),
            was: room("a"),
        };
        let topic = crate::Topic::parse("why").unwrap();
        for body in [
            Body::Message {
                text: text("a"),
                reply_to: Some(u64::MAX),
            },
            Body::Edit {
                message: 0,
                text: text("b"),
            },
            Body::Delete { message: 7 },
            Body::React {
                message: 7,
                emoji: Emoji::parse("👍").unwrap(),
                on: false,
            },
            Body::Nickname {
                name: name("b"),
                was: name("a"),
            },
            change(RoomChange::Created),
            change(renamed),
            change(RoomChange::Described { topic }),
            change(RoomChange::Archived),
            change(RoomChange::Reopened),
            Body::Erased,
            Body::Hidden,
            Body::ErasedEdit,
            Body::Unknown,
        ] {
            let json = serde_json::to_string(&body).unwrap();
            assert_eq!(serde_json::from_str::<Body>(&json).unwrap(), body, "{json}");
            // However the fields come.
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::from_value::<Body>(value).unwrap(), body, "{json}");
        }
    }

    #[test]
    fn a_future_kind_may_use_known_fields_otherwise() {
        for json in [
            r#"{"text":["a"],"kind":"poll","message":-1,"on":1.5,"change":"x","name":{"a":{}},"was":null}"#,
            r#"{"kind":"room","change":{"name":7,"change":"coloured"}}"#,
        ] {
            let body: Body = serde_json::from_str(json).unwrap();
            let unknown = Body::Room {
                change: RoomChange::Unknown,
            };
            assert!([Body::Unknown, unknown].contains(&body), "{json}");
        }
    }

    #[test]
    fn a_body_that_says_too_little_or_otherwise_is_refused() {
        for (json, why) in [
            (r#"{"kind":"message"}"#, "missing field `text`"),
            (r#"{"text":"hi"}"#, "missing field `kind`"),
            (r#"{"kind":7,"text":"hi"}"#, "field `kind`: expected a string"),
            (
                r#"{"kind":"message","text":7}"#,
                "field `text`: expected a string",
            ),
            (
                r#"{"kind":"message","text":"hi","reply_to":-1}"#,
                "field `reply_to`: expected a number",
            ),
            (
                r#"{"kind":"delete","message":1.5}"#,
                "field `message`: expected a number",
            ),
            (
                r#"{"kind":"react","message":1,"emoji":"👍","on":null}"#,
                "field `on`: expected true or false",
            ),
            (
                r#"{"kind":"room","change":"created"}"#,
                "field `change`: expected an object",
            ),
            (r#"["message"]"#, "expected an object"),
        ] {
            let error = serde_json::from_str::<Body>(json).unwrap_err().to_string();
            assert!(error.contains(why), "{json}: {error}");
        }
        let empty = serde_json::from_str::<Body>(r#"{"kind":"message","text":" "}"#).unwrap_err();
        assert!(
            empty.to_string().contains(&crate::TextError::Empty.to_string()),
            "{empty}"
        );
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
