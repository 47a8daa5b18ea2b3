//! Rooms: who is in which, and how far they have read.
//!
//! - `create`, `membership`, `change`, `hide`: the commands about rooms
//! - `access`: rights in a room; `enter`: who comes into it
//! - `difference`: the changes that a command asks for
//! - `kind`: how rows hold a room's kind, and its words to be found by
//! - `view`: rooms as their members see them

pub(super) mod access;
pub(super) mod change;
pub(super) mod create;
pub(super) mod difference;
pub(super) mod enter;
pub(super) mod hide;
pub(super) mod kind;
pub(super) mod membership;
pub(super) mod view;

use std::collections::HashMap;
use std::net::IpAddr;

use async_trait::async_trait;
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{Millis, Person, Role, Room, RoomId, Seq, UserId};

use super::log::{Log, NewCommand};
use super::{Command, CommandOutcome, PeoplePage, StoreError, StoreRefusal};

/// How far unread entries are counted.
pub const UNREAD_COUNTED: u32 = 1_000;

/// How far a person has read a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadMark {
    pub user: UserId,
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
        act: &Command,
        at: Millis,
    ) -> Result<Result<CommandOutcome, StoreRefusal>, StoreError> {
        let act = act.clone();
        let command = NewCommand { by, address, act };
        let mut done = self.commit(&[], &[command], at).await?;
        let acted = done.commands.pop().ok_or(StoreError::Unreadable("command"))?;
        Ok(acted.map(|acted| CommandOutcome {
            logs: done.command_logs,
            feed: done.command_feed,
            ..acted
        }))
    }

    /// Public rooms, as [`BrowseRooms`] says.
    async fn browse(&self, user: UserId, asked: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError>;

    /// A page of the people in a room.
    async fn members(&self, room: RoomId, page: &PeoplePage) -> Result<Vec<Person>, StoreError>;

    /// Those in a room who are more than members of the server, and their roles.
    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError>;

    /// A page of the people who may sign in.
    async fn find_people(&self, page: &PeoplePage) -> Result<Vec<Person>, StoreError>;

    /// This person, by the name they have.
    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError>;

    /// Moves read marks forward, never back and never past the head.
    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError>;
}
