//! The change feed: changes outside the rooms' logs, as one more contiguous log, and the snapshot read together with it.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use steadfast_shared::admin::PersonLimit;
use steadfast_shared::event::{Blocked, ClosingReason};
use steadfast_shared::{Cursors, Millis, Person, Role, Room, RoomId, Seq, UserId};

use super::{CommandOutcome, Grown, SessionId, StoreError};

/// A change's place in the feed: contiguous from 1, allocated in the transaction that makes the change.
pub type ChangeNumber = u64;

/// Most changes kept. A node that is further behind reads everything again.
pub const CHANGES_KEPT: u64 = 10_000;

/// How long changes are kept at most.
pub const CHANGES_KEPT_FOR: Millis = 24 * 60 * 60 * 1_000;

/// Connections over which sessions are read as they open.
pub const HANDSHAKE_READERS: u32 = 4;

#[async_trait]
pub trait Feed {
    /// Begins to read: everything read from the snapshot is as it was at one moment. Short-lived, for it holds a connection.
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;

    /// Begins to read a session's snapshot, over connections that nothing else reads over: neither waits for the other.
    async fn handshake_snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;

    /// Forgets changes beyond [`CHANGES_KEPT`] and those older than [`CHANGES_KEPT_FOR`].
    async fn prune_changes(&self, at: Millis) -> Result<(), StoreError>;
}

/// The stored state, as of one moment.
#[async_trait]
pub trait Snapshot: Send {
    /// The newest change's number.
    async fn feed_head(&mut self) -> Result<ChangeNumber, StoreError>;

    /// The changes that follow, in order, at most `limit`. `None` where some of them are kept no longer.
    async fn changes_after(
        &mut self,
        number: ChangeNumber,
        limit: usize,
    ) -> Result<Option<Vec<FeedChange>>, StoreError>;

    /// Those of these rooms whose logs go beyond the `seq` given, each with the entries that follow it: at most `limit` of a
    /// room, and no more than a page's bytes. Rooms that are gone are left out.
    async fn grown(&mut self, rooms: &[(RoomId, Seq)], limit: usize) -> Result<Vec<Grown>, StoreError>;

    async fn rooms_of(&mut self, user: UserId) -> Result<Vec<Room>, StoreError>;

    async fn views(&mut self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError>;

    /// Who somebody is. `None` where there is no such person.
    async fn profile(&mut self, user: UserId) -> Result<Option<Profile>, StoreError>;

    /// Rooms whose logs have another entry than the cursor names, or none, at its place: the cursor is of a database that is no
    /// more, for one that is in force goes no further than the committed log.
    async fn mismatched(&mut self, cursors: &Cursors) -> Result<Vec<RoomId>, StoreError>;

    /// Those of these sessions that have ended.
    async fn ended(&mut self, sessions: &[SessionId]) -> Result<Vec<SessionId>, StoreError>;
}

/// Who somebody is, beyond the rooms they are in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// By the name they have.
    pub person: Person,
    pub role: Role,
    /// Whom they have blocked, by name.
    pub blocked: Vec<Person>,
    /// The limits that are other for them.
    pub limits: Vec<PersonLimit>,
}

/// One entry of the feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedChange {
    pub number: ChangeNumber,
    pub kind: ChangeKind,
}

///
/// A kind is stored by its name here: one that is renamed is another kind to the other nodes of a cluster under upgrade.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// People came into a room.
    Joined {
        room: RoomId,
        people: Vec<Person>,
        /// Whether the room was made for them, so that nobody was there to be told.
        made: bool,
    },
    /// People left a room.
    Left { room: RoomId, people: Vec<Person> },
    /// A room's name, topic or state is another.
    RoomChanged { room: RoomId },
    /// A room is gone.
    RoomDeleted { room: RoomId },
    /// Entries were hidden, shown again or erased as a whole.
    EntriesRevised { rooms: Vec<RoomId> },
    /// One person sees a room otherwise: they have hidden it, or it is shown to them again.
    ViewChanged { room: RoomId, person: UserId },
    /// Somebody has another nickname.
    Renamed {
        /// Who, by that name.
        person: Person,
    },
    /// There is a new person.
    SignedUp {
        person: Person,
        /// The rooms that everybody is in.
        rooms: Vec<RoomId>,
    },
    /// Somebody has another role.
    RoleChanged { person: UserId, role: Role },
    /// Other limits hold for somebody.
    LimitsChanged {
        person: UserId,
        /// All that are other for them than for everybody.
        limits: Vec<PersonLimit>,
    },
    /// Somebody has blocked somebody, or taken that back.
    BlockedChanged { by: UserId, blocked: Blocked },
    /// Devices were signed out.
    SessionsEnded {
        sessions: Vec<SessionId>,
        /// The reason for their connections.
        reason: ClosingReason,
    },
    /// Something of a newer version: a node that meets it reads everything again.
    #[serde(other)]
    Unknown,
}

impl CommandOutcome {
    /// The changes that other sockets must follow, in the order in which they do.
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
        for (room, person) in &self.gave_way {
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
