//! The statements of a transaction that appends: a few for however many entries.

use std::collections::{BTreeMap, BTreeSet};

use steadfast_shared::{Body, Entry, EntryId, Millis, Person, RoomId, Seq, UserId};

use super::Append;
use super::change::{AllowedChange, MemberState};
use crate::store::body;
use crate::store::number::from_sql;
use crate::store::query::{Columns, SqlConnection};
use crate::store::quota::{DayUsage, Quota};
use crate::store::refusal::blocker;
use crate::store::usage::Today;
use crate::store::{ChangeKind, ChangeNumber, NewCommand, NewEntry, StoreError, word};

/// A connection in a transaction that appends. Each store has one.
pub(in crate::store) trait Sql: SqlConnection + Sized {
    /// Locks people until the end of the transaction, in the order of their ids.
    fn lock_people(&mut self, people: &[UserId]) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Locks the rooms and people involved, before any check, and reads the rooms' logs.
    fn prepare(
        append: &mut Append<Self>,
        entries: &[NewEntry],
        commands: &[NewCommand],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The logs of these rooms, locked until the end of the transaction. Missing rooms are left out.
    fn logs(
        &mut self,
        rooms: &BTreeSet<RoomId>,
    ) -> impl Future<Output = Result<Vec<(RoomId, LogEnd)>, StoreError>> + Send;

    /// These people's memberships of these rooms, and the time.
    fn memberships(
        &mut self,
        pairs: &BTreeSet<(UserId, RoomId)>,
    ) -> impl Future<Output = Result<Memberships, StoreError>> + Send;

    fn now(&mut self) -> impl Future<Output = Result<Millis, StoreError>> + Send;

    /// The log's entries with these ids.
    fn firsts(&mut self, entries: &[&NewEntry]) -> impl Future<Output = Result<Firsts, StoreError>> + Send;

    /// Marks these people as staying in these rooms by their own will.
    fn stay(
        &mut self,
        staying: &BTreeSet<(UserId, RoomId)>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores the mentions of these messages.
    fn mention(&mut self, fresh: &[(RoomId, Entry)]) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Applies the change of an entry in the log.
    fn apply_change(
        &mut self,
        change: AllowedChange,
        room: RoomId,
        entry: &Entry,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Writes the growth, and finally the changes that other nodes must follow. Returns the change feed's head.
    fn store(
        &mut self,
        growth: &Growth<'_>,
        changes: &[ChangeKind],
        at: Millis,
    ) -> impl Future<Output = Result<ChangeNumber, StoreError>> + Send;
}

/// An operation on a savepoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::store) enum Savepoint {
    Set,
    Release,
    RollBack,
}

impl Savepoint {
    pub(in crate::store) const fn statement(self) -> &'static str {
        match self {
            Self::Set => "savepoint command",
            Self::Release => "release savepoint command",
            Self::RollBack => "rollback to savepoint command; release savepoint command",
        }
    }
}

/// The end of a room's log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::store) struct LogEnd {
    pub(in crate::store) head: Seq,
    /// The time of its newest entry; no later entry gets an earlier time.
    pub(in crate::store) last_at: Millis,
    /// The number of messages it has ever had.
    pub(in crate::store) messages: u64,
    pub(in crate::store) archived: bool,
}

impl LogEnd {
    /// Reads a room's row.
    pub(in crate::store) fn read(row: &impl Columns) -> Result<(RoomId, Self), StoreError> {
        let end = Self {
            head: from_sql(row.column("head")?),
            last_at: from_sql(row.column("last_at")?),
            messages: from_sql(row.column("messages")?),
            archived: row.column("archived")?,
        };
        Ok((RoomId(row.column("id")?), end))
    }
}

/// Authors' memberships of their rooms.
#[derive(Default)]
pub(in crate::store) struct Memberships {
    pub(in crate::store) found: Vec<((UserId, RoomId), Membership)>,
    pub(in crate::store) now: Millis,
}

/// An author's membership of a room.
pub(in crate::store) enum Membership {
    In {
        member: MemberState,
        used: StoredUsage,
    },
    Out {
        /// Whether they were in it when it was deleted.
        was_deleted: bool,
    },
}

impl Membership {
    /// Reads the row of an author and a room.
    pub(in crate::store) fn read(row: &impl Columns, user: UserId) -> Result<Self, StoreError> {
        if !row.column::<bool>("is_in")? {
            let was_deleted = row.column("was_deleted")?;
            return Ok(Self::Out { was_deleted });
        }
        let name = row.column("name")?;
        let member = MemberState {
            person: Person { id: user, name },
            role: word::role(row.column("role")?)?,
            state: word::state(row.column("state")?)?,
            brought: row.column("brought")?,
            blocked: blocker(row.column("blocks")?, row.column("is_blocked")?),
        };
        let used = StoredUsage::read(row)?;
        Ok(Self::In { member, used })
    }
}

/// A person's usage on the last day they wrote, and their own quota.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::store) struct StoredUsage {
    pub(in crate::store) day: Option<i64>,
    pub(in crate::store) entries: Option<i64>,
    pub(in crate::store) bytes: Option<i64>,
    pub(in crate::store) max_entries: Option<i64>,
    pub(in crate::store) max_bytes: Option<i64>,
}

impl StoredUsage {
    /// Reads the columns of `usage`, which are null if there is no row.
    pub(in crate::store) fn read(row: &impl Columns) -> Result<Self, StoreError> {
        Ok(Self {
            day: row.column("day")?,
            entries: row.column("entries")?,
            bytes: row.column("bytes")?,
            max_entries: row.column("max_entries")?,
            max_bytes: row.column("max_bytes")?,
        })
    }

    /// The usage of a day, and the person's own quota or the given default.
    pub(in crate::store) fn on(self, day: i64, otherwise: Quota) -> (DayUsage, Quota) {
        let count = |count: Option<i64>| count.map(from_sql);
        let today = |used| count(used).filter(|_| self.day == Some(day)).unwrap_or(0);
        (
            DayUsage {
                entries: today(self.entries),
                bytes: today(self.bytes),
            },
            Quota {
                entries: count(self.max_entries).unwrap_or(otherwise.entries),
                bytes: count(self.max_bytes).unwrap_or(otherwise.bytes),
            },
        )
    }
}

/// Entries of the log, by author and id.
pub(in crate::store) type Firsts = Vec<((UserId, EntryId), First)>;

/// The log's entry with an author's id.
pub(in crate::store) struct First {
    pub(in crate::store) room: RoomId,
    pub(in crate::store) seq: Seq,
    pub(in crate::store) at: Millis,
    pub(in crate::store) body: Body,
}

impl First {
    pub(in crate::store) fn read(row: &impl Columns) -> Result<((UserId, EntryId), Self), StoreError> {
        let name = (UserId(row.column("author")?), EntryId(row.column("id")?));
        let first = Self {
            room: RoomId(row.column("room")?),
            seq: from_sql(row.column("seq")?),
            at: from_sql(row.column("at")?),
            body: body::read(row.column("body")?)?,
        };
        Ok((name, first))
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::store) struct EntryRow {
    pub(in crate::store) room: RoomId,
    pub(in crate::store) seq: Seq,
    pub(in crate::store) author: UserId,
    pub(in crate::store) id: EntryId,
    pub(in crate::store) at: Millis,
    pub(in crate::store) body: String,
    pub(in crate::store) kind: &'static str,
    pub(in crate::store) target: Option<Seq>,
}

/// The part of a transaction's growth that is not written yet.
pub(in crate::store) struct Growth<'a> {
    pub(in crate::store) rows: &'a [EntryRow],
    /// The logs that have grown.
    pub(in crate::store) logs: Vec<GrownLog>,
    /// Messages people have added to rooms; for their authors those are not unread.
    pub(in crate::store) own: &'a BTreeMap<(UserId, RoomId), u64>,
    /// The day's usage, once it is final.
    pub(in crate::store) today: Option<&'a Today>,
}

impl Growth<'_> {
    pub(in crate::store) fn is_empty(&self) -> bool {
        self.logs.is_empty() && self.today.is_none_or(|today| today.grown().next().is_none())
    }
}

/// The new end of a log that has grown.
pub(in crate::store) struct GrownLog {
    pub(in crate::store) room: RoomId,
    pub(in crate::store) end: LogEnd,
    /// The time of its newest message; 0 if there is none.
    pub(in crate::store) active_at: Millis,
}
