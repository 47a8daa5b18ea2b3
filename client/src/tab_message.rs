//! The messages between the tabs of one device.

use serde::Serialize;
use steadfast_shared::fields::{Field, FieldError, FromField};
use steadfast_shared::{EntryId, Epoch, Millis, Person, RoomId, Seq, read_by_fields, record};

use crate::record::{OutboxItem, Rejection, Unsent};

/// One message between tabs. Each tab's arrive in the order sent; a tab that starts later finds the rest in storage.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TabMessage {
    /// These wait to be sent: typed, retried or edited in the sending tab, or broadcast again for a new leader.
    Posted {
        /// The items as the sending tab has them.
        items: Vec<OutboxItem>,
    },
    /// These are durable on this device.
    Saved { ids: Vec<EntryId> },
    /// The server has acknowledged these.
    Sent {
        /// The epoch they are stored in.
        epoch: Epoch,
        /// The items stored, and their places.
        stored: Vec<Stored>,
    },
    /// This one will not go out until a person decides.
    Rejected { id: EntryId, rejection: Rejection },
    /// A person discarded this one.
    Discarded { id: EntryId },
    /// Another person, or the same one in another epoch, is signed in on this device.
    SignedIn {
        me: Person,
        /// The epoch they are stored in.
        epoch: Epoch,
    },
    /// The person signed in was signed out of this device.
    SignedOut {
        /// The treatment of their unsent items.
        unsent: Unsent,
    },
    /// The sending tab has started, and requests the others' items.
    Started,
    /// The sending tab drains the outbox from here on, and requests the others' items.
    #[serde(rename = "elected")]
    TookOver,
}

impl FromField for TabMessage {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let (name, content) = field.variant()?;
        match name.as_str() {
            "started" => return Ok(Self::Started),
            "elected" => return Ok(Self::TookOver),
            _ => {}
        }
        let mut fields = content.object()?;
        Ok(match name.as_str() {
            "posted" => Self::Posted {
                items: fields.get("items")?,
            },
            "saved" => Self::Saved {
                ids: fields.get("ids")?,
            },
            "sent" => Self::Sent {
                epoch: fields.get("epoch")?,
                stored: fields.get("stored")?,
            },
            "rejected" => Self::Rejected {
                id: fields.get("id")?,
                rejection: fields.get("rejection")?,
            },
            "discarded" => Self::Discarded {
                id: fields.get("id")?,
            },
            "signed_in" => Self::SignedIn {
                me: fields.get("me")?,
                epoch: fields.get("epoch")?,
            },
            "signed_out" => Self::SignedOut {
                unsent: fields.get("unsent")?,
            },
            _ => return Err(FieldError::Word(name)),
        })
    }
}

read_by_fields!(TabMessage);

/// One acknowledged item, as broadcast to the other tabs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Stored {
    pub id: EntryId,
    pub room: RoomId,
    /// Its place in the room's log.
    pub seq: Seq,
    /// When it was committed.
    pub at: Millis,
}

record!(Stored { id, room, seq, at });

#[cfg(test)]
mod tests {
    use steadfast_shared::{ErrorCode, UserId, WireError};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_message_reads_as_it_is_written() {
        let (id, room) = (EntryId(Uuid::from_u128(1)), RoomId(Uuid::from_u128(2)));
        let epoch = Epoch(Uuid::from_u128(3));
        let me = Person {
            id: UserId(Uuid::from_u128(4)),
            name: "Mina".into(),
        };
        let stored = Stored {
            id,
            room,
            seq: 5,
            at: 6,
        };
        let rejected = |rejection| TabMessage::Rejected { id, rejection };
        for message in [
            TabMessage::Posted { items: vec![] },
            TabMessage::Saved { ids: vec![id] },
            TabMessage::Sent {
                epoch,
                stored: vec![stored],
            },
            rejected(Rejection::Refused(WireError::new(ErrorCode::Conflict, "no"))),
            rejected(Rejection::OtherAuthor),
            rejected(Rejection::OtherEpoch),
            TabMessage::Discarded { id },
            TabMessage::SignedIn { me, epoch },
            TabMessage::SignedOut { unsent: Unsent::Keep },
            TabMessage::SignedOut {
                unsent: Unsent::Discard,
            },
            TabMessage::Started,
            TabMessage::TookOver,
        ] {
            let json = serde_json::to_string(&message).unwrap();
            assert_eq!(
                serde_json::from_str::<TabMessage>(&json).unwrap(),
                message,
                "{json}"
            );
        }
        assert!(serde_json::from_str::<TabMessage>(r#""retired""#).is_err());
    }
}
