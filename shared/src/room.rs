//! Rooms, and the events about them.

use serde::{Deserialize, Serialize};

use crate::text::{RoomName, Topic};
use crate::watch::Availability;
use crate::{Millis, Person, Role, RoomId, Seq, UserId};

/// Who can be in a room, and how they get there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// Anyone can find it, join it and leave it.
    #[default]
    Public,
    /// Members are invited by members. Nobody else learns that it exists.
    Private,
    /// A conversation between the people it was made for, two or a few. They stay the same for ever.
    Direct,
}

/// A room, as one of its members sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Room {
    pub id: RoomId,
    /// Its name; empty for a direct one, which is called by the people in it.
    pub name: String,
    /// Who can be in it.
    #[serde(default)]
    pub kind: RoomKind,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// Whether nothing more can be said in it.
    #[serde(default)]
    pub archived: bool,
    /// Whether this person may rename, describe and archive it.
    #[serde(default)]
    pub manage: bool,
    /// Whether this person has hidden it, and nothing was said in it since. Direct rooms only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Who brought this person in, where somebody did and they have said nothing in it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brought_by: Option<Person>,
    /// How often entries of the log were hidden, shown again or erased as a whole. Where it is another one than that of
    /// the entries held, these are dropped and read again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revision: u64,
    /// The other people of a direct room.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Person>,
    /// When the newest message was stored, or the room made: lists are ordered by it.
    #[serde(default)]
    pub active_at: Millis,
    /// The newest `seq`; 0 in a room where nothing was said.
    pub head: Seq,
    /// How far this person has read.
    pub read: Seq,
    /// Messages of other people after `read`.
    pub unread: u64,
    /// How many of those mention this person.
    #[serde(default)]
    pub mentions: u64,
}

impl Room {
    /// A public room in which nothing was said.
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

/// The change that a [`crate::Body::Room`] tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum RoomChange {
    /// The room was made: always its first entry.
    Created,
    /// It has another name.
    Renamed {
        /// The name it has.
        name: RoomName,
        /// The name it had.
        was: RoomName,
    },
    /// It is for something else; an empty topic says nothing.
    Described { topic: Topic },
    /// Nothing more can be said in it.
    Archived,
    /// Things can be said in it again.
    Reopened,
    /// A change this program is too old to know.
    #[serde(other)]
    Unknown,
}

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

/// `room:create`: makes a public or a private room with its maker in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CreateRoom {
    /// A UUIDv7 made by the client: asking again makes no second room. `conflict` where it names somebody else's room.
    pub id: RoomId,
    /// Either [`RoomKind::Public`] or [`RoomKind::Private`].
    pub kind: RoomKind,
    /// Unique among public rooms, without regard to case; else `room_name_taken`.
    pub name: RoomName,
    #[serde(default)]
    pub topic: Topic,
}

/// `room:direct`: opens the one conversation of this person with these others, and makes it where there is none.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DirectRoom {
    /// The others: 1 to [`crate::limit::DIRECT_PEOPLE`] minus 1.
    pub with: Vec<UserId>,
}

/// `room:browse`: the public rooms, by name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BrowseRooms {
    /// Part of the name or topic, without regard to case; empty for all.
    #[serde(default)]
    pub search: String,
    /// The name and id after which to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<(String, RoomId)>,
}

/// One line of the answer to [`BrowseRooms`]; a page is [`crate::limit::LISTED`] long.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ListedRoom {
    pub id: RoomId,
    pub name: String,
    pub topic: String,
    /// How many people are in it.
    pub members: u64,
    /// Whether this person is.
    pub joined: bool,
    /// Whether nothing more can be said in it.
    pub archived: bool,
}

/// `room:join`, `room:leave` and `room:members`: which room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InRoom {
    pub room: RoomId,
}

/// `room:hide`: hides a direct room until something is said in it, or shows it again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HideRoom {
    pub room: RoomId,
    /// `false` shows it again.
    pub hidden: bool,
}

/// `room:invite`: brings people into a private or public room. Those who are in it stay.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InvitePeople {
    pub room: RoomId,
    /// Whom: 1 to [`crate::limit::INVITED`].
    pub people: Vec<UserId>,
}

/// `room:remove`: takes somebody out of a private room. For those who may manage it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RemoveMember {
    /// Out of which room.
    pub room: RoomId,
    pub person: UserId,
}

/// `room:change`: renames, describes, archives or reopens a room. For those who may manage it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChangeRoom {
    pub room: RoomId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<RoomName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    /// Whether nothing more shall be said in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

/// `room` from the server: this person's membership of a room, or the room itself, has changed. To all their sockets.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RoomNews {
    /// They are in it, and it is like this. Live entries after `room.head` follow.
    In { room: Box<Room> },
    /// They are not in it any more: nothing of it is delivered from here on.
    Out {
        room: RoomId,
        /// Whether it is gone for everybody: it has been deleted.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deleted: bool,
    },
}

/// One line of the answer to `room:members`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member {
    pub person: Person,
    /// Whether they are there.
    pub state: Availability,
    /// Their role on the server; left out where that is a member.
    #[serde(default, skip_serializing_if = "is_member")]
    pub role: Role,
}

fn is_member(role: &Role) -> bool {
    *role == Role::Member
}

/// `members` from the server: somebody came into a room, by signing up too, or left it. To the room; ephemeral.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MemberNews {
    pub room: RoomId,
    pub person: Person,
    /// Whether they are in it.
    pub joined: bool,
}

/// `room:members`: who is in a room, by name; the answer is a list of [`Member`].
///
/// With `room` alone those who are there come first, at most [`crate::limit::MEMBERS_LISTED`] of them all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ListMembers {
    pub room: RoomId,
    /// Only those who are there, or only those who are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<bool>,
    /// Part of the nickname, as in [`FindPeople`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// The name and id after which to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<(String, UserId)>,
    /// At most so many, and at most [`crate::limit::MEMBERS_LISTED`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

impl ListMembers {
    /// All of a room, those who are there first.
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
/// Those whose nickname begins with it come first, and can be paged. A first page that is not full is filled up with some whose
/// nickname has it elsewhere.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FindPeople {
    /// Part of the nickname, without regard to case; empty for all.
    #[serde(default)]
    pub search: String,
    /// The name and id after which to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<(String, UserId)>,
}

/// `nickname`: asks for another nickname; answered with the [`Person`], or `nickname_taken`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChangeNickname {
    pub name: crate::Nickname,
}
