//! Rooms: who is in which, and how far they have read.

use std::collections::HashMap;
use std::net::IpAddr;

use async_trait::async_trait;
use steadfast_shared::admin::PersonLimit;
use steadfast_shared::event::{Block, Blocked, ClosingReason};
use steadfast_shared::room::{
    BrowseRooms, ChangeRoom, CreateRoom, DirectRoom, HideRoom, Invite, ListedRoom, RemoveMember,
};
use steadfast_shared::{Millis, Nickname, Person, Role, Room, RoomId, Seq, UserId};

use super::admin::Administer;
use super::log::{Log, NewCommand};
use super::{ChangeNumber, Grown, PeoplePage, Refusal, SessionId, StoreError};

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
pub trait Rooms: Log {
    /// The rooms this person is in, the most active first. `unread` and `mentions` count no further than [`UNREAD_COUNTED`].
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError>;

    /// A room as each of these people sees it; those who are not in it are left out.
    async fn views(&self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError>;

    /// Carries out one command in a transaction of its own. See [`Log::commit`].
    async fn act(
        &self,
        by: UserId,
        address: Option<IpAddr>,
        act: &Act,
        at: Millis,
    ) -> Result<Result<Acted, Refusal>, StoreError> {
        let act = act.clone();
        let command = NewCommand { by, address, act };
        let mut done = self.commit(&[], &[command], at).await?;
        let acted = done.commands.pop().ok_or(StoreError::Unreadable("command"))?;
        Ok(acted.map(|acted| Acted {
            logs: done.command_logs,
            feed: done.command_feed,
            ..acted
        }))
    }

    /// Public rooms, as [`BrowseRooms`] says.
    async fn browse(&self, user: UserId, asked: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError>;

    /// A page of the people in a room.
    async fn members(&self, room: RoomId, page: &PeoplePage) -> Result<Vec<Person>, StoreError>;

    /// Those in a room who are more than members of the server, and what they are.
    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError>;

    /// A page of the people who may sign in.
    async fn find_people(&self, page: &PeoplePage) -> Result<Vec<Person>, StoreError>;

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
    /// A direct room hidden, or shown again.
    Hide(HideRoom),
    /// Somebody blocked, or no longer.
    Block(Block),
    /// What operators do.
    Administer(Box<Administer>),
}

impl Act {
    /// Whether it is an operator's: those may hide or erase what others have just written, and are committed alone.
    pub fn is_operators(&self) -> bool {
        matches!(self, Self::Administer(_))
    }

    /// Whether it is answered with the room it was about.
    pub fn answers_with_a_room(&self) -> bool {
        matches!(
            self,
            Self::Create(_) | Self::Direct(_) | Self::Join(_) | Self::Change(_) | Self::Hide(_)
        )
    }

    /// Whose rooms it may change beside those of who asks.
    pub fn concerns(&self) -> &[UserId] {
        match self {
            Self::Direct(direct) => &direct.with,
            Self::Invite(invite) => &invite.people,
            Self::Remove(removed) => std::slice::from_ref(&removed.person),
            Self::Administer(asked) => asked.command.concerns(),
            Self::Create(_)
            | Self::Join(_)
            | Self::Leave(_)
            | Self::Change(_)
            | Self::Rename(_)
            | Self::Hide(_)
            | Self::Block(_) => &[],
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
    /// Whether that is another name than before.
    pub name_changed: bool,
    /// Whether who asked sees the room otherwise than before, and nobody else does.
    pub view_changed: bool,
    /// The logs it added to, where it was carried out alone.
    pub logs: Vec<Grown>,
    /// Whether the room is gone.
    pub deleted: bool,
    /// Who had to leave which other room, to make room for the one they were brought into.
    pub gave_way: Vec<(RoomId, Person)>,
    /// Whom an operator did it to.
    pub person: Option<UserId>,
    /// Devices that were signed out, and what their connections are told.
    pub ended: Option<(Vec<SessionId>, ClosingReason)>,
    /// Who has which role by it.
    pub role: Option<(UserId, Role)>,
    /// Rooms of which entries were hidden, shown or erased as a whole.
    pub revised: Vec<RoomId>,
    /// The limits that are other for the person by it.
    pub limits: Option<Vec<PersonLimit>>,
    /// Whom who asked has blocked, or blocks no longer.
    pub blocked: Option<Blocked>,
    /// The change feed's head after its commit: whoever has followed the feed so far has followed this.
    pub feed: ChangeNumber,
}
