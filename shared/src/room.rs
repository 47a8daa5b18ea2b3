//! Rooms, and the events about them.

use serde::{Deserialize, Serialize};

use crate::fields::{Field, FieldError, FromField};
use crate::text::{RoomName, Topic};
use crate::watch::Availability;
use crate::{Millis, Person, Role, RoomId, Seq, UserId, read_by_fields, record, words};

/// Who can find and enter a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// Anyone can find it, join it and leave it.
    #[default]
    Public,
    /// Members are invited by members. Nobody else learns that it exists.
    Private,
    /// A conversation of two or a few people, who always stay the same.
    Direct,
}

words!(RoomKind { "public" => Public, "private" => Private, "direct" => Direct });

/// A room, as one of its members sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Room {
    pub id: RoomId,
    /// Its name; empty for a direct room, which is named after its people.
    pub name: String,
    /// Who can be in it.
    pub kind: RoomKind,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// Whether the room is closed to new messages.
    pub archived: bool,
    /// Whether this person may rename, describe and archive it.
    pub manage: bool,
    /// Whether this person has hidden it, and nobody has written in it since. Direct rooms only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// The person who brought this one in, as long as this one has written nothing in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brought_by: Option<Person>,
    /// Counts how often entries of the log were hidden, shown again or erased as a whole. If it differs from the one that
    /// buffered entries came with, the client drops them and reads them again.
    #[serde(skip_serializing_if = "is_zero")]
    pub revision: u64,
    /// The other people of a direct room.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Person>,
    /// When the newest message was stored, or the room created: lists are ordered by it.
    pub active_at: Millis,
    /// The newest `seq`; 0 in an empty room.
    pub head: Seq,
    /// The `seq` up to which this person has read.
    pub read: Seq,
    /// Messages of other people after `read`.
    pub unread: u64,
    /// The number of those that mention this person.
    pub mentions: u64,
}

record!(Room { id, name, kind or_default, topic or_default, archived or_default, manage or_default, hidden or_default, brought_by, revision or_default, with or_default, active_at or_default, head, read, unread, mentions or_default });

impl Room {
    /// A public room without messages.
    pub fn new(id: RoomId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            kind: RoomKind::Public,
            topic: String::new(),
            archived: false,
            manage: false,
            hidden: false,
            brought_by: None,
            revision: 0,
            with: Vec::new(),
            active_at: 0,
            head: 0,
            read: 0,
            unread: 0,
            mentions: 0,
        }
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A change of a room, in a [`crate::Body::Room`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum RoomChange {
    /// The room was created: always its first entry.
    Created,
    /// The room was renamed.
    Renamed {
        /// The name after the change.
        name: RoomName,
        /// The name before the change.
        was: RoomName,
    },
    /// The room has a new topic; an empty one means none.
    Described { topic: Topic },
    /// The room was closed to new messages.
    Archived,
    /// The room was reopened for new messages.
    Reopened,
    /// A change that this version does not know.
    Unknown,
}

impl FromField for RoomChange {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let mut fields = field.object()?;
        let change: String = fields.get("change")?;
        Ok(match change.as_str() {
            "created" => Self::Created,
            "renamed" => Self::Renamed {
                name: fields.get("name")?,
                was: fields.get("was")?,
            },
            "described" => Self::Described {
                topic: fields.get("topic")?,
            },
            "archived" => Self::Archived,
            "reopened" => Self::Reopened,
            _ => Self::Unknown,
        })
    }
}

read_by_fields!(RoomChange);

impl RoomChange {
    /// Bytes of text it carries.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Renamed { name, was } => name.as_str().len() + was.as_str().len(),
            Self::Described { topic } => topic.as_str().len(),
            Self::Created | Self::Archived | Self::Reopened | Self::Unknown => 0,
        }
    }
}

/// `room:create`: creates a public or a private room with its creator in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CreateRoom {
    /// A UUIDv7 made by the client: a retry creates no second room. `conflict` if it belongs to another person's room.
    pub id: RoomId,
    /// Either [`RoomKind::Public`] or [`RoomKind::Private`].
    pub kind: RoomKind,
    /// Unique among public rooms, in any case; otherwise `room_name_taken`.
    pub name: RoomName,
    #[serde(default)]
    pub topic: Topic,
}

/// `room:direct`: opens the one conversation of exactly this person and these others, and creates it if needed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DirectRoom {
    /// The others: 1 to [`crate::limit::DIRECT_PEOPLE`] minus 1.
    pub with: Vec<UserId>,
}

/// `room:browse`: the public rooms, by name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BrowseRooms {
    /// Part of the name or topic, in any case; empty for all.
    #[serde(default)]
    pub search: String,
    /// The name and id after which the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<(String, RoomId)>,
}

/// One line of the answer to [`BrowseRooms`]; a page is [`crate::limit::LISTED`] long.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ListedRoom {
    pub id: RoomId,
    pub name: String,
    pub topic: String,
    /// The number of members.
    pub members: u64,
    /// Whether this person is a member.
    pub joined: bool,
    /// Whether the room is closed to new messages.
    pub archived: bool,
}

record!(ListedRoom {
    id,
    name,
    topic,
    members,
    joined,
    archived
});

/// `room:join`, `room:leave` and `room:members`: the room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InRoom {
    pub room: RoomId,
}

/// `room:hide`: hides a direct room until somebody writes in it, or shows it again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HideRoom {
    pub room: RoomId,
    /// `false` shows it again.
    pub hidden: bool,
}

/// `room:invite`: brings people into a private or public room. For people already in it nothing changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InvitePeople {
    pub room: RoomId,
    /// The people: 1 to [`crate::limit::INVITED`].
    pub people: Vec<UserId>,
}

/// `room:remove`: removes a person from a private room. For people who may manage it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RemoveMember {
    /// The room to remove them from.
    pub room: RoomId,
    pub person: UserId,
}

/// `room:change`: renames, describes, archives or reopens a room. For people who may manage it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChangeRoom {
    pub room: RoomId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<RoomName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    /// Whether to close it to new messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

/// `room` from the server: this person's membership of a room, or the room itself, has changed. To all their sockets.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RoomUpdate {
    /// The person is a member, and this is the room's state. Live entries after `room.head` follow.
    In { room: Box<Room> },
    /// The person is no longer a member, and nothing of the room follows.
    Out {
        room: RoomId,
        /// Whether the room was deleted for everybody.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        deleted: bool,
    },
}

impl FromField for RoomUpdate {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let mut fields = field.object()?;
        let state: String = fields.get("state")?;
        match state.as_str() {
            "in" => Ok(Self::In {
                room: fields.get("room")?,
            }),
            "out" => Ok(Self::Out {
                room: fields.get("room")?,
                deleted: fields.get_or_default("deleted")?,
            }),
            _ => Err(FieldError::Word(state)),
        }
    }
}

read_by_fields!(RoomUpdate);

/// One line of the answer to `room:members`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Member {
    pub person: Person,
    /// Whether they are present.
    pub state: Availability,
    /// Their role on the server; left out for plain members.
    #[serde(skip_serializing_if = "is_member")]
    pub role: Role,
}

record!(Member { person, state, role or_default });

fn is_member(role: &Role) -> bool {
    *role == Role::Member
}

/// `members` from the server: a person entered a room (also by signing up) or left it. To the room; ephemeral.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MembershipUpdate {
    pub room: RoomId,
    pub person: Person,
    /// Whether they entered it.
    pub joined: bool,
}

record!(MembershipUpdate { room, person, joined });

/// `room:members`: lists a room's members by name; the answer is a list of [`Member`].
///
/// Without any other field those who are present come first, at most [`crate::limit::MEMBERS_LISTED`] in all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ListMembers {
    pub room: RoomId,
    /// Only present people, or only absent ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<bool>,
    /// Part of the nickname, as in [`FindPeople`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// The name and id after which the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<(String, UserId)>,
    /// The most members to list, up to [`crate::limit::MEMBERS_LISTED`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

impl ListMembers {
    /// All members of a room, those who are present first.
    pub fn of(room: RoomId) -> Self {
        Self {
            room,
            here: None,
            search: String::new(),
            after: None,
            limit: None,
        }
    }
}

/// `people`: finds people by part of their nickname, by name; the answer is a list of [`Person`],
/// at most [`crate::limit::LISTED`] long.
///
/// People whose nickname begins with the text come first, and can be paged. If they do not fill the first page, people whose
/// nickname contains it elsewhere follow.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FindPeople {
    /// Part of the nickname, in any case; empty for all.
    #[serde(default)]
    pub search: String,
    /// The name and id after which the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<(String, UserId)>,
}

/// `nickname`: requests another nickname; answered with the [`Person`], or `nickname_taken`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChangeNickname {
    pub name: crate::Nickname,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn news_of_a_room_reads_as_it_is_written() {
        let id = RoomId(Uuid::from_u128(7));
        let room = Box::new(Room::new(id, "general"));
        for news in [
            RoomUpdate::In { room },
            RoomUpdate::Out {
                room: id,
                deleted: true,
            },
            RoomUpdate::Out {
                room: id,
                deleted: false,
            },
        ] {
            let json = serde_json::to_string(&news).unwrap();
            assert_eq!(serde_json::from_str::<RoomUpdate>(&json).unwrap(), news, "{json}");
            // However the fields come.
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(
                serde_json::from_value::<RoomUpdate>(value).unwrap(),
                news,
                "{json}"
            );
        }
        for json in [
            r#"{"state":"in","room":"00000000-0000-0000-0000-000000000007"}"#,
            r#"{"state":"out","room":"seven"}"#,
            r#"{"state":"elsewhere","room":"00000000-0000-0000-0000-000000000007"}"#,
            r#"{"state":"out"}"#,
        ] {
            assert!(serde_json::from_str::<RoomUpdate>(json).is_err(), "{json}");
        }
    }
}
