//! Rooms: membership and read markers.
//!
//! - `create`, `membership`, `change`, `hide`: the commands about rooms
//! - `access`: rights in a room; `enter`: adds people to it
//! - `difference`: the changes that a command requests
//! - `kind`: a room's kind and its search text in rows
//! - `view`: rooms as their members see them
//! - `store`: all of it over either database

pub(super) mod access;
pub(super) mod change;
pub(super) mod create;
pub(super) mod difference;
pub(super) mod enter;
pub(super) mod hide;
pub(super) mod kind;
pub(super) mod membership;
mod store;
pub(super) mod view;

use std::collections::HashMap;
use std::net::IpAddr;

use async_trait::async_trait;
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{Millis, Person, Role, Room, RoomId, Seq, UserId};

use super::log::{Log, NewCommand};
use super::{Command, CommandOutcome, PeoplePage, StoreError, StoreRefusal};

/// The highest unread count.
pub const UNREAD_COUNTED: u32 = 1_000;

/// A person's read marker in a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadMark {
    pub user: UserId,
    pub room: RoomId,
    /// The newest entry seen.
    pub seq: Seq,
}

/// The store of rooms and their members.
#[async_trait]
pub trait Rooms: Log {
    /// A person's rooms, most recently active first. `unread` and `mentions` count up to [`UNREAD_COUNTED`].
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError>;

    /// A room as each of these people sees it; people who are not in it are left out.
    async fn views(&self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError>;

    /// Runs one command in a transaction of its own. See [`Log::commit`].
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
        let outcome = done.commands.pop().ok_or(StoreError::Unreadable("command"))?;
        Ok(outcome.map(|outcome| CommandOutcome {
            logs: done.command_logs,
            feed: done.command_feed,
            ..outcome
        }))
    }

    /// Public rooms matching a [`BrowseRooms`].
    async fn browse(&self, user: UserId, query: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError>;

    /// A page of a room's members.
    async fn members(&self, room: RoomId, page: &PeoplePage) -> Result<Vec<Person>, StoreError>;

    /// The room's members with a role above member, and their roles.
    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError>;

    /// A page of the people who may sign in.
    async fn find_people(&self, page: &PeoplePage) -> Result<Vec<Person>, StoreError>;

    /// This person, by their current name.
    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError>;

    /// Moves read markers forward, never back and never past the head.
    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError>;
}
