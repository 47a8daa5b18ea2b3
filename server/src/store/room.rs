//! Rooms: who is in which, and how far they have read.

use std::collections::HashMap;

use async_trait::async_trait;
use steadfast_shared::room::{
    BrowseRooms, ChangeRoom, CreateRoom, DirectRoom, Invite, ListedRoom, RemoveMember,
};
use steadfast_shared::{Millis, Nickname, Person, Room, RoomId, Seq, UserId};

use super::{Grown, Refusal, StoreError};

/// How far unread entries are counted.
pub const UNREAD_COUNTED: u32 = 1_000;

/// How far a person has read a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadMark {
    /// Who.
    pub user: UserId,
    /// Which room.
    pub room: RoomId,
    /// The newest entry seen.
    pub seq: Seq,
}

/// The rooms and their members.
#[async_trait]
pub trait Rooms {
    /// The rooms this person is in, the most active first. `unread` and `mentions` count no further than [`UNREAD_COUNTED`].
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError>;

    /// A room as each of these people sees it; those who are not in it are left out.
    async fn views(&self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError>;

    /// Does one errand in one transaction, or nothing of it.
    ///
    /// An error can leave it unknown whether the commit took place.
    async fn act(&self, by: UserId, act: &Act, at: Millis) -> Result<Result<Acted, Refusal>, StoreError>;

    /// Public rooms, as [`BrowseRooms`] says.
    async fn browse(&self, user: UserId, asked: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError>;

    /// The people in a room, by name.
    async fn members(&self, room: RoomId) -> Result<Vec<Person>, StoreError>;

    /// People whose nickname has this part, without regard to case, by name; at most [`steadfast_shared::limit::LISTED`].
    async fn find_people(&self, search: &str) -> Result<Vec<Person>, StoreError>;

    /// This person, by the name they have.
    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError>;

    /// Moves read marks forward, never back and never past the head.
    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError>;
}

/// What somebody asks for, beyond entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// A room of their own making.
    Create(CreateRoom),
    /// The conversation with these people.
    Direct(DirectRoom),
    /// To be in a public room.
    Join(RoomId),
    /// To be in a room no longer.
    Leave(RoomId),
    /// Others to be in a room.
    Invite(Invite),
    /// Somebody to be in a room no longer.
    Remove(RemoveMember),
    /// A room to be otherwise.
    Change(ChangeRoom),
    /// Another nickname.
    Rename(Nickname),
}

impl Act {
    /// Whose rooms it may change beside those of who asks.
    pub fn concerns(&self) -> &[UserId] {
        match self {
            Self::Direct(direct) => &direct.with,
            Self::Invite(invite) => &invite.people,
            Self::Remove(removed) => std::slice::from_ref(&removed.person),
            Self::Create(_) | Self::Join(_) | Self::Leave(_) | Self::Change(_) | Self::Rename(_) => &[],
        }
    }

    /// The room that may be otherwise for everybody in it.
    pub fn changes(&self) -> Option<RoomId> {
        match self {
            Self::Change(change) => Some(change.room),
            _ => None,
        }
    }
}

/// What a committed [`Act`] did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Acted {
    /// The room it was about.
    pub room: Option<RoomId>,
    /// Whether the room was made by it.
    pub made: bool,
    /// Whether the room itself is otherwise than before.
    pub changed: bool,
    /// Who came into the room.
    pub came: Vec<Person>,
    /// Who left the room.
    pub left: Vec<Person>,
    /// Who asked, where they asked for a nickname: by the name they have.
    pub renamed: Option<Person>,
    /// The logs it added to.
    pub logs: Vec<Grown>,
}
