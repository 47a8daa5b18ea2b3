//! The change feed: changes outside the rooms' logs, as one more contiguous log, and the snapshot read together with it.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use steadfast_shared::admin::PersonLimit;
use steadfast_shared::event::{Blocked, ClosingReason};
use steadfast_shared::{Cursors, Millis, Person, Role, Room, RoomId, Seq, UserId};

use super::{CommandOutcome, Grown, SessionId, StoreError};

/// A change's position in the feed: contiguous from 1, assigned in the transaction that makes the change.
pub type ChangeNumber = u64;

/// Most changes kept. A node further behind reads everything again.
pub const CHANGES_KEPT: u64 = 10_000;

/// How long changes are kept.
pub const CHANGES_KEPT_FOR: Millis = 24 * 60 * 60 * 1_000;

/// Connections for reading sessions as they open.
pub const HANDSHAKE_READERS: u32 = 4;

#[async_trait]
pub trait Feed {
    /// Opens a snapshot: all of its reads see the same state. Short-lived, because it occupies a connection.
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;

    /// Opens a snapshot for a new session, on connections reserved for that, so that other reads do not delay it or wait for it.
    async fn handshake_snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;

    /// The grown logs of these rooms, as of one moment at which the feed still ended at `applied`, by a single question to the
    /// database. `None` where that is not possible: the feed has moved, or other rows belong to the entries. Then a snapshot tells.
    async fn glance(
        &self,
        _applied: ChangeNumber,
        _rooms: &[(RoomId, Seq)],
        _limit: usize,
    ) -> Result<Option<Vec<Grown>>, StoreError> {
        Ok(None)
    }

    /// Deletes changes beyond [`CHANGES_KEPT`] and those older than [`CHANGES_KEPT_FOR`].
    async fn prune_changes(&self, at: Millis) -> Result<(), StoreError>;
}

/// The stored state at one point in time.
#[async_trait]
pub trait Snapshot: Send {
    /// The newest change's number.
    async fn feed_head(&mut self) -> Result<ChangeNumber, StoreError>;

    /// The following changes, in order, at most `limit`. `None` if some of them have been deleted.
    async fn changes_after(
        &mut self,
        number: ChangeNumber,
        limit: usize,
    ) -> Result<Option<Vec<FeedChange>>, StoreError>;

    /// Those of these rooms whose logs extend past the given `seq`, each with the entries that follow it: at most `limit` per
    /// room, and no more than a page's bytes. Deleted rooms are left out.
    async fn grown(&mut self, rooms: &[(RoomId, Seq)], limit: usize) -> Result<Vec<Grown>, StoreError>;

    async fn rooms_of(&mut self, user: UserId) -> Result<Vec<Room>, StoreError>;

    async fn views(&mut self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError>;

    /// A person's profile. `None` if they do not exist.
    async fn profile(&mut self, user: UserId) -> Result<Option<Profile>, StoreError>;

    /// Rooms whose logs do not have the cursor's entry at its place. Such a cursor belongs to a database that no longer exists,
    /// because a valid one never points past the committed log.
    async fn mismatched(&mut self, cursors: &Cursors) -> Result<Vec<RoomId>, StoreError>;

    /// Those of these sessions that have ended.
    async fn ended(&mut self, sessions: &[SessionId]) -> Result<Vec<SessionId>, StoreError>;
}

/// A person's data other than their rooms.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// The person, by their current name.
    pub person: Person,
    pub role: Role,
    /// The people they have blocked, by name.
    pub blocked: Vec<Person>,
    /// The limits that differ for them.
    pub limits: Vec<PersonLimit>,
}

/// One entry of the feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedChange {
    pub number: ChangeNumber,
    pub kind: ChangeKind,
}

/// A change's kind, stored by its name here: a renamed variant would be unknown to the other nodes during an upgrade.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// People joined a room.
    Joined {
        room: RoomId,
        people: Vec<Person>,
        /// Whether the room was created for them, so that no member had to be notified.
        made: bool,
    },
    /// People left a room.
    Left { room: RoomId, people: Vec<Person> },
    /// A room's name, topic or state changed.
    RoomChanged { room: RoomId },
    /// A room was deleted.
    RoomDeleted { room: RoomId },
    /// Entries were hidden, shown again or erased as a whole.
    EntriesRevised { rooms: Vec<RoomId> },
    /// A person has hidden a direct room, or it is shown to them again.
    ViewChanged { room: RoomId, person: UserId },
    /// A person changed their nickname.
    Renamed {
        /// The person, by the new name.
        person: Person,
    },
    /// A person signed up.
    SignedUp {
        person: Person,
        /// The rooms that everybody is in.
        rooms: Vec<RoomId>,
    },
    /// A person's role changed.
    RoleChanged { person: UserId, role: Role },
    /// A person's limits changed.
    LimitsChanged {
        person: UserId,
        /// All of their limits that differ from the general ones.
        limits: Vec<PersonLimit>,
    },
    /// A person blocked or unblocked another.
    BlockedChanged { by: UserId, blocked: Blocked },
    /// Devices were signed out.
    SessionsEnded {
        sessions: Vec<SessionId>,
        /// The close reason for their connections.
        reason: ClosingReason,
    },
    /// A change of a newer version, which makes a node read everything again.
    #[serde(other)]
    Unknown,
}

impl CommandOutcome {
    /// The changes that other nodes' sockets must follow, in order.
    pub fn changes(&self, by: UserId) -> Vec<ChangeKind> {
        let mut changes = Vec::new();
        let renamed = self.renamed.clone().filter(|_| self.name_changed);
        changes.extend(renamed.map(|person| ChangeKind::Renamed { person }));
        if let Some((sessions, reason)) = &self.ended
            && !sessions.is_empty()
        {
            let (sessions, reason) = (sessions.clone(), *reason);
            changes.push(ChangeKind::SessionsEnded { sessions, reason });
        }
        if let (Some(person), Some(limits)) = (self.person, &self.limits) {
            let limits = limits.clone();
            changes.push(ChangeKind::LimitsChanged { person, limits });
        }
        let blocked = self.blocked.clone();
        changes.extend(blocked.map(|blocked| ChangeKind::BlockedChanged { by, blocked }));
        changes.extend(
            self.role
                .map(|(person, role)| ChangeKind::RoleChanged { person, role }),
        );
        if !self.revised.is_empty() {
            let rooms = self.revised.clone();
            changes.push(ChangeKind::EntriesRevised { rooms });
        }
        changes.extend(
            self.room
                .into_iter()
                .flat_map(|room| self.changes_of_room(room, by)),
        );
        for (room, person) in &self.displaced {
            let (room, people) = (*room, vec![person.clone()]);
            changes.push(ChangeKind::Left { room, people });
        }
        changes
    }

    fn changes_of_room(&self, room: RoomId, by: UserId) -> Vec<ChangeKind> {
        if self.deleted {
            return vec![ChangeKind::RoomDeleted { room }];
        }
        let mut changes = Vec::new();
        if !self.came.is_empty() {
            changes.push(ChangeKind::Joined {
                room,
                people: self.came.clone(),
                made: self.made,
            });
        }
        if !self.left.is_empty() {
            let people = self.left.clone();
            changes.push(ChangeKind::Left { room, people });
        }
        if self.changed {
            changes.push(ChangeKind::RoomChanged { room });
        }
        if self.view_changed {
            changes.push(ChangeKind::ViewChanged { room, person: by });
        }
        changes
    }
}
