//! Extends the log: one transaction for everything that was queued, in a few statements however many entries it has.
//!
//! - `set`: people's entries; `change`: edits, deletions and reactions; `command`: commands
//! - `sql`: the statements that differ between the databases; `sqlite`, `postgres`: each one's, and one attempt at a commit
//!
//! The rooms are locked first. Then entries are checked and stored in sets: an edit, a deletion or a reaction ends a set, because
//! it changes the messages that later entries are checked against. Commands follow, each committed or rolled back by itself.

pub(super) mod change;
mod command;
pub(super) mod postgres;
mod set;
mod sql;
pub(super) mod sqlite;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use steadfast_shared::{Body, Entry, EntryId, Millis, Person, RoomId, Seq, UserId};

use super::body::{kind, written};
use super::command::CommandError;
use super::page;
use super::people::person;
use super::quota::Quota;
use super::usage::Today;
use super::{ChangeKind, ChangeNumber, Committed, Grown, NewCommand, NewEntry, StoreError};
pub(super) use sql::{
    EntryRow, First, Firsts, GrownLog, Growth, LogEnd, Membership, Memberships, Savepoint, Sql, StoredUsage,
};

/// A transaction that appends.
pub(super) struct Append<S> {
    pub(super) connection: S,
    pub(super) at: Millis,
    /// Whether the database's clock determines the time.
    database_time: bool,
    /// Whether the disk is full.
    full: bool,
    /// The locked rooms' logs, as of this transaction.
    logs: BTreeMap<RoomId, Growing>,
    memberships: HashMap<(UserId, RoomId), Membership>,
    today: Today,
    /// Entries with an assigned place that are not in the table yet.
    rows: Vec<EntryRow>,
    /// Messages people have added to rooms and that are not written to the counts yet.
    own: BTreeMap<(UserId, RoomId), u64>,
    /// People removed from another room to make room for the one they were added to.
    pub(super) displaced: Vec<(RoomId, Person)>,
}

/// The conditions of a transaction that appends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) at: Millis,
    pub(super) database_time: bool,
    pub(super) quota: Quota,
    pub(super) full: bool,
}

/// A room's log as of this transaction.
struct Growing {
    end: LogEnd,
    /// The last `seq` that has been written.
    written: Seq,
    /// The time of the newest message that this transaction added; 0 if there is none.
    active_at: Millis,
    fresh: Vec<Entry>,
}

impl Growing {
    fn at(end: LogEnd) -> Self {
        Self {
            end,
            written: end.head,
            active_at: 0,
            fresh: Vec::new(),
        }
    }
}

impl<S: Sql> Append<S> {
    pub(super) fn begin(connection: S, terms: Terms) -> Self {
        Self {
            connection,
            at: terms.at,
            database_time: terms.database_time,
            full: terms.full,
            logs: BTreeMap::new(),
            memberships: HashMap::new(),
            today: Today::at(terms.at, terms.quota),
            rows: Vec::new(),
            own: BTreeMap::new(),
            displaced: Vec::new(),
        }
    }

    /// Does everything except the commit. If everything was refused there is nothing to commit: [`Committed::is_refused`].
    pub(super) async fn run(
        mut self,
        entries: &[NewEntry],
        commands: &[NewCommand],
    ) -> Result<(Committed, S), StoreError> {
        S::prepare(&mut self, entries, commands).await?;
        let mut done = Committed::default();
        if !entries.is_empty() {
            done.outcomes = self.entries(entries).await?;
        } else if self.database_time {
            self.set_time(None).await?;
        }
        if commands.is_empty() {
            done.feed = self.finish(&[]).await?;
            done.command_feed = done.feed;
            done.logs = self.take_grown();
        } else {
            let changes = self.commands(entries, commands, &mut done).await?;
            if done.is_refused() {
                return Ok((done, self.connection));
            }
            done.command_feed = self.finish(&changes).await?;
            done.feed = done.command_feed - changes.len() as ChangeNumber;
            done.command_logs = self.take_grown();
            done.command_logs.retain(|log| !log.fresh.is_empty());
        }
        Ok((done, self.connection))
    }

    async fn set_time(&mut self, now: Option<Millis>) -> Result<(), StoreError> {
        self.at = match now {
            Some(now) => now,
            None => self.connection.now().await?,
        };
        self.today = Today::at(self.at, self.today.quota);
        Ok(())
    }

    /// Locks rooms until the end of the transaction, in the order of their ids. Missing rooms are skipped.
    pub(super) async fn lock(&mut self, rooms: &BTreeSet<RoomId>) -> Result<(), StoreError> {
        let unlocked = rooms.iter().copied();
        let unlocked: BTreeSet<RoomId> = unlocked.filter(|room| !self.has_locked(*room)).collect();
        if !unlocked.is_empty() {
            let logs = self.connection.logs(&unlocked).await?;
            self.logs
                .extend(logs.into_iter().map(|(room, end)| (room, Growing::at(end))));
        }
        Ok(())
    }

    /// Treats a room that this transaction has created as locked.
    pub(super) fn made(&mut self, room: RoomId) {
        self.logs.insert(room, Growing::at(LogEnd::default()));
    }

    /// Ensures that the rooms a command is about to write to are locked. With concurrent writers they must be locked before
    /// anything else, because locks are taken in one order, so the command starts over.
    pub(super) async fn ensure_locked(&mut self, rooms: &BTreeSet<RoomId>) -> Result<(), StoreError> {
        if S::EXCLUSIVE {
            return self.lock(rooms).await;
        }
        match rooms.iter().all(|room| self.has_locked(*room)) {
            true => Ok(()),
            false => Err(StoreError::Locked),
        }
    }

    pub(super) fn has_locked(&self, room: RoomId) -> bool {
        self.logs.contains_key(&room)
    }

    fn head(&self, room: RoomId) -> Seq {
        self.logs.get(&room).map_or(0, |log| log.end.head)
    }

    /// Assigns an entry its place at the end of its locked room's log, and a time no earlier than the previous entry's.
    fn place(&mut self, author: Person, id: EntryId, room: RoomId, body: &Body) -> Result<Entry, StoreError> {
        let at = self.at;
        let log = self
            .logs
            .get_mut(&room)
            .ok_or(StoreError::Unreadable("room: it is not locked"))?;
        log.end.head += 1;
        log.end.last_at = log.end.last_at.max(at);
        let (seq, at) = (log.end.head, log.end.last_at);
        if matches!(body, Body::Message { .. }) {
            log.end.messages += 1;
            log.active_at = log.active_at.max(at);
            *self.own.entry((author.id, room)).or_default() += 1;
        }
        self.rows.push(EntryRow {
            room,
            seq,
            author: author.id,
            id,
            at,
            body: written(body)?,
            kind: kind(body),
            target: body.changes(),
        });
        Ok(Entry::new(seq, id, author, at, body.clone()))
    }

    /// Records entries that have their places.
    async fn keep(&mut self, fresh: Vec<(RoomId, Entry)>) -> Result<(), StoreError> {
        let mentioned: BTreeSet<UserId> = fresh
            .iter()
            .flat_map(|(_, entry)| page::mentioned(entry))
            .collect();
        let mentioned: Vec<UserId> = mentioned.into_iter().collect();
        let people = match mentioned.is_empty() {
            true => Vec::new(),
            false => person::named(&mut self.connection, &mentioned).await?,
        };
        for (room, mut entry) in fresh {
            if !people.is_empty() {
                page::name_mentioned(std::slice::from_mut(&mut entry), people.clone());
            }
            if let Some(log) = self.logs.get_mut(&room) {
                log.fresh.push(entry);
            }
        }
        Ok(())
    }

    /// Appends the server's own entries about a person's action, to locked rooms. They count in that person's quota of the day.
    pub(super) async fn write(
        &mut self,
        by: &Person,
        bodies: Vec<(RoomId, Body)>,
    ) -> Result<(), CommandError> {
        let mut fresh = Vec::with_capacity(bodies.len());
        for (room, body) in bodies {
            self.today.check(by.id, &body)?;
            self.today.count(by.id, &body);
            let id = EntryId(uuid::Uuid::now_v7());
            fresh.push((room, self.place(by.clone(), id, room, &body)?));
        }
        self.keep(fresh).await?;
        Ok(())
    }

    /// Writes the entries placed so far, so that later statements see them.
    async fn store(&mut self) -> Result<(), StoreError> {
        if !self.rows.is_empty() {
            self.write_growth(false, &[]).await?;
        }
        Ok(())
    }

    /// Writes everything including the day's usage, and finally the changes that other nodes must follow. Returns the change
    /// feed's head.
    async fn finish(&mut self, changes: &[ChangeKind]) -> Result<ChangeNumber, StoreError> {
        let feed = self.write_growth(true, changes).await?;
        self.today.warn();
        Ok(feed)
    }

    async fn write_growth(&mut self, last: bool, changes: &[ChangeKind]) -> Result<ChangeNumber, StoreError> {
        let grown = self.logs.iter_mut().filter(|(_, log)| log.written < log.end.head);
        let logs = grown.map(|(room, log)| {
            log.written = log.end.head;
            GrownLog {
                room: *room,
                end: log.end,
                active_at: log.active_at,
            }
        });
        let growth = Growth {
            logs: logs.collect(),
            rows: &self.rows,
            own: &self.own,
            today: last.then_some(&self.today),
        };
        let feed = self.connection.store(&growth, changes, self.at).await?;
        self.rows.clear();
        self.own.clear();
        Ok(feed)
    }

    /// Takes the entries added to the logs since the last call.
    fn take_grown(&mut self) -> Vec<Grown> {
        let logs = self.logs.iter_mut();
        logs.map(|(room, log)| Grown {
            room: *room,
            head: log.end.head,
            fresh: std::mem::take(&mut log.fresh),
        })
        .collect()
    }
}
