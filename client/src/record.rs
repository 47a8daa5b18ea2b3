//! A device's stored records, and the writes that keep them.

use serde::{Deserialize, Serialize};
use steadfast_shared::fields::{Field, FieldError, FromField};
use steadfast_shared::{
    Body, Entry, EntryId, Epoch, MessageText, Millis, Person, RoomId, RoomKind, Seq, WireError, event,
    read_by_fields, record, words,
};

/// Everything in a device's storage. It is empty on a first visit.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Restored {
    /// The person signed in on this device, if any.
    pub identity: Option<Identity>,
    /// The outbox, in any order: [`OutboxItem::order`] says which comes first.
    pub outbox: Vec<OutboxItem>,
    /// The room caches, in any order.
    pub rooms: Vec<RoomCache>,
}

impl Restored {
    /// Applies one write. For storages in memory, and for tests.
    pub fn apply(&mut self, write: Write) {
        match write {
            Write::PutOutbox(item) => {
                self.outbox.retain(|stored| stored.id != item.id);
                self.outbox.push(item);
            }
            Write::RemoveOutbox(id) => self.outbox.retain(|stored| stored.id != id),
            Write::PutRoom(cache) => {
                self.rooms.retain(|stored| stored.room != cache.room);
                self.rooms.push(cache);
            }
            Write::DropRoom(room) => self.rooms.retain(|stored| stored.room != room),
            Write::DropRooms => self.rooms.clear(),
            Write::PutIdentity(identity) => self.identity = Some(identity),
            Write::DropIdentity => self.identity = None,
            Write::DropOutbox => self.outbox.clear(),
        }
    }
}

/// The person signed in on a device, and in which epoch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Identity {
    pub me: Person,
    /// The epoch that knows the person, and that the room caches belong to.
    pub epoch: Epoch,
}

record!(Identity { me, epoch });

/// One thing typed and not yet acknowledged. Keyed by [`OutboxItem::id`] on disk.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OutboxItem {
    /// Its id for ever, made at the keypress.
    pub id: EntryId,
    pub room: RoomId,
    /// The room's name then, by which it is found in another epoch, where its id may mean nothing. Empty unless the room was
    /// public: other people may read a private room of the same name.
    pub room_name: String,
    /// The epoch that its room and its author are of: the one it was typed in, or the last one it was migrated into.
    pub epoch: Epoch,
    /// The epoch it was typed in.
    pub typed_in: Epoch,
    pub author: Person,
    /// Its body: one of the kinds that people send.
    pub body: Body,
    /// The id of the message that the body changes, if it was on screen.
    pub message_id: Option<EntryId>,
    /// When, by this device's clock.
    pub at: Millis,
    /// Its place in the device's outbox: items go out by `(order, id)`. Counts up like a Lamport clock across tabs.
    pub order: u64,
    /// How often it went out from this tab without a final answer. Informative: no number of tries ends anything.
    pub tries: u32,
    /// Why it will not go out until a person decides, if it will not.
    pub rejected: Option<Rejection>,
    /// Whether this device's disk has it. Not itself written.
    #[serde(skip)]
    pub disk: Disk,
}

impl OutboxItem {
    /// Migrates it into another epoch, where the person is `me`. The message it replied to does not exist there.
    pub(crate) fn belong_to(&mut self, me: &Person, epoch: Epoch) {
        self.author = me.clone();
        self.epoch = epoch;
        if let Body::Message { reply_to, .. } = &mut self.body {
            *reply_to = None;
        }
    }

    /// Takes over how `other`, the same item, was migrated into its epoch.
    pub(crate) fn become_of(&mut self, other: &Self) {
        self.epoch = other.epoch;
        self.room = other.room;
        self.author = other.author.clone();
        self.body = other.body.clone();
    }

    /// Whether it was migrated into `epoch` as a person of this name whom the database of that epoch has lost since: a backup
    /// from before they signed up was put back. What was *typed* as that person waits for a decision.
    pub(crate) fn was_migrated_as_a_former(&self, me: &Person, epoch: Epoch) -> bool {
        let migrated = self.epoch == epoch && self.typed_in != epoch;
        migrated && self.author.id != me.id && self.author.name == me.name
    }

    /// Whether its body, a change, is meant for this message, as far as it is known.
    pub(crate) fn is_meant_for(&self, message: EntryId) -> bool {
        self.message_id.is_none_or(|id| id == message)
    }

    /// Whether it is another person's than `now`'s: neither shown to them nor sent by them. The same name means the
    /// same person: another database gives them another id, and a tab may hear of it before it connects there itself.
    pub fn is_anothers(&self, now: Option<&Identity>) -> bool {
        now.is_some_and(|now| now.me.id != self.author.id && now.me.name != self.author.name)
    }

    /// Why it will not be sent while `now` is signed in, if it will not.
    pub fn rejection_for(&self, now: Option<&Identity>) -> Option<&Rejection> {
        self.rejected.as_ref().or_else(|| {
            let now = now?;
            if self.body.changes().is_some() && now.epoch != self.epoch {
                Some(&Rejection::OtherEpoch)
            } else if now.me.id != self.author.id {
                Some(&Rejection::OtherAuthor)
            } else {
                None
            }
        })
    }
}

/// Reads an item as any version of this program has written it.
impl FromField for OutboxItem {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let mut fields = field.object()?;
        let body: Option<Body> = fields.get("body")?;
        // The text in a record of a version that knew nothing but messages.
        let text: Option<MessageText> = fields.get("text")?;
        let body = body.or(text.map(Body::message));
        let epoch = fields.get("epoch")?;
        let typed_in: Option<Epoch> = fields.get("typed_in")?;
        Ok(Self {
            id: fields.get("id")?,
            room: fields.get("room")?,
            room_name: fields.get("room_name")?,
            epoch,
            typed_in: typed_in.unwrap_or(epoch),
            author: fields.get("author")?,
            body: body.ok_or(FieldError::Missing("body"))?,
            message_id: fields.get("message_id")?,
            at: fields.get("at")?,
            order: fields.get("order")?,
            tries: fields.get_or_default("tries")?,
            rejected: fields.get("rejected")?,
            disk: Disk::default(),
        })
    }
}

read_by_fields!(OutboxItem);

/// Whether an item survives the tab.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Disk {
    /// The write is under way.
    #[default]
    Writing,
    /// The write is durable.
    Written,
    /// The write failed; it is tried again now and then. Sending goes on regardless.
    Failed(StorageError),
}

/// Why an item is not sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// The server refused it for good.
    Refused(WireError),
    /// A person other than its author is signed in on this device. It is not shown to them, and waits for its author.
    OtherAuthor,
    /// It changes a message of a database that was replaced, or went back in time: its place there names another
    /// message here, or none. It can only be discarded.
    OtherEpoch,
}

impl FromField for Rejection {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let (name, content) = field.variant()?;
        match name.as_str() {
            "refused" => WireError::from_field(content).map(Self::Refused),
            "other_author" => Ok(Self::OtherAuthor),
            "other_epoch" => Ok(Self::OtherEpoch),
            _ => Err(FieldError::Word(name)),
        }
    }
}

read_by_fields!(Rejection);

/// The treatment of a person's unacknowledged items when they are signed out of the device.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsent {
    /// They stay on disk, hidden, until their author signs in again or a person discards them.
    Keep,
    /// They are erased: the person was asked and agreed.
    Discard,
}

words!(Unsent { "keep" => Keep, "discard" => Discard });

/// The newest page of one room and its cursor, written as one record. Keyed by [`RoomCache::room`] on disk.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RoomCache {
    pub room: RoomId,
    /// The epoch that the entries come from.
    pub epoch: Epoch,
    /// The name of the room.
    pub name: String,
    /// The room's other properties, from the server.
    pub about: About,
    /// How far this person has read.
    pub read: Seq,
    /// The cursor: the newest entry applied without a gap.
    pub high: Seq,
    /// The newest entries up to `high`, ascending without a gap.
    pub entries: Vec<Entry>,
}

record!(RoomCache { room, epoch, name, about or_default, read, high, entries });

/// A room's properties, beside its name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct About {
    /// Who can be in it.
    pub kind: RoomKind,
    /// The purpose of the room.
    pub topic: String,
    /// Whether it takes no more messages.
    pub archived: bool,
    /// Whether this person may rename, describe and archive it.
    pub manage: bool,
    /// The other people of a direct room.
    pub with: Vec<Person>,
    /// When the newest message was stored, or the room made, as the server last said.
    pub active_at: Millis,
    /// Whether this person has hidden it, and nothing was said in it since, as the server last said.
    pub hidden: bool,
    /// The person who brought this one in, until this one writes in it.
    pub brought_by: Option<Person>,
    /// The [`event::Room::revision`] of the cached entries.
    pub revision: u64,
}

record!(About { kind, topic, archived, manage, with, active_at, hidden or_default, brought_by, revision or_default });

impl From<&event::Room> for About {
    fn from(room: &event::Room) -> Self {
        Self {
            kind: room.kind,
            topic: room.topic.clone(),
            archived: room.archived,
            manage: room.manage,
            with: room.with.clone(),
            active_at: room.active_at,
            hidden: room.hidden,
            brought_by: room.brought_by.clone(),
            revision: room.revision,
        }
    }
}

/// One change of the stored records. All writes of one batch commit together or not at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Write {
    /// Inserts or replaces by id.
    PutOutbox(OutboxItem),
    /// Removes; an absent one is no error.
    RemoveOutbox(EntryId),
    /// Inserts or replaces by room.
    PutRoom(RoomCache),
    /// Removes one room cache; an absent one is no error.
    DropRoom(RoomId),
    /// Removes every room cache.
    DropRooms,
    PutIdentity(Identity),
    DropIdentity,
    /// Removes every outbox item, those too that this version cannot read.
    DropOutbox,
}

/// Why a read or write of the device's storage failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StorageError {
    /// The browser or disk has no room left for this site.
    #[error("this device has no room left")]
    Full,
    /// There is no storage: private mode, or switched off.
    #[error("this device does not keep anything")]
    Unavailable,
    /// Anything else, in the platform's words; for logs.
    #[error("the device's storage failed: {0}")]
    Failed(String),
}

#[cfg(test)]
mod tests {
    use steadfast_shared::UserId;
    use uuid::Uuid;

    use super::*;

    fn item() -> OutboxItem {
        OutboxItem {
            id: EntryId(Uuid::from_u128(1)),
            room: RoomId(Uuid::from_u128(2)),
            room_name: "general".into(),
            epoch: Epoch(Uuid::from_u128(3)),
            typed_in: Epoch(Uuid::from_u128(3)),
            author: Person {
                id: UserId(Uuid::from_u128(4)),
                name: "ann".into(),
            },
            body: Body::message(MessageText::parse("hi").unwrap()),
            message_id: Some(EntryId(Uuid::from_u128(5))),
            at: 5,
            order: 6,
            tries: 0,
            rejected: None,
            disk: Disk::default(),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let json = serde_json::to_string(&item()).unwrap();
        assert_eq!(serde_json::from_str::<OutboxItem>(&json).unwrap(), item());
    }

    #[test]
    fn an_item_of_an_older_version_is_a_message_typed_in_its_epoch() {
        let mut json = serde_json::to_value(item()).unwrap();
        let fields = json.as_object_mut().unwrap();
        fields.remove("body");
        fields.remove("tries");
        fields.remove("typed_in");
        fields.insert("text".into(), "hi".into());
        assert_eq!(
            serde_json::from_value::<OutboxItem>(json.clone()).unwrap(),
            item()
        );
        json.as_object_mut().unwrap().remove("text");
        assert!(serde_json::from_value::<OutboxItem>(json).is_err());
    }

    #[test]
    fn a_change_of_another_epoch_waits_for_nothing() {
        let mut item = item();
        let mut now = Identity {
            me: item.author.clone(),
            epoch: Epoch(Uuid::from_u128(9)),
        };
        assert_eq!(item.rejection_for(Some(&now)), None, "a message goes along");
        item.body = Body::Delete { message: 1 };
        assert_eq!(item.rejection_for(Some(&now)), Some(&Rejection::OtherEpoch));
        now.epoch = item.epoch;
        assert_eq!(item.rejection_for(Some(&now)), None);
    }
}
