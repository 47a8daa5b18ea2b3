//! SQLite's statements, and an attempt at a commit.
//!
//! The write lock is held from the first statement to the commit, so the heads read here stay current until then.

mod reading;

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering;

use sqlx::SqliteConnection;
use steadfast_shared::{Body, Entry, Millis, RoomId, UserId};

use super::change::{AllowedChange, sqlite as change};
use super::{Append, Firsts, Growth, LogEnd, Memberships, Savepoint, Sql, Terms};
use crate::store::number::from_sql;
use crate::store::query::{SqlConnection, SqlRow, Statement};
use crate::store::quota::DiskSpace;
use crate::store::sqlite::writer::WriteTransaction;
use crate::store::sqlite::{SqliteStore, feed};
use crate::store::usage::Today;
use crate::store::{ChangeKind, ChangeNumber, Committed, NewCommand, NewEntry, StoreError};
use reading::{ReadAhead, hex, pairs, rows};

/// Several statements in one call. Their parameters have no numbers: sqlx counts on across the statements, and would leave a
/// numbered one unbound.
macro_rules! growth {
    () => {
        "insert into entries (room, seq, author, id, at, body, kind, target)
         select unhex(value ->> 0), value ->> 1, unhex(value ->> 2), unhex(value ->> 3), value ->> 4, value ->> 5,
                value ->> 6, value ->> 7
         from json_each(?);
         update rooms set head = given.head, messages = given.messages, active_at = max(active_at, given.active)
         from (select unhex(value ->> 0) as id, value ->> 1 as head, value ->> 2 as messages, value ->> 3 as active
               from json_each(?)) as given
         where rooms.id = given.id;
         update members set seen = seen + given.messages
         from (select unhex(value ->> 0) as user, unhex(value ->> 1) as room, value ->> 2 as messages
               from json_each(?)) as given
         where members.user = given.user and members.room = given.room;
         insert into usage (user, day, entries, bytes)
         select unhex(value ->> 0), ?, value ->> 1, value ->> 2 from json_each(?) where true
         on conflict (user) do update set day = excluded.day, entries = excluded.entries, bytes = excluded.bytes;
         select head from feed where one = 1"
    };
}

/// A transaction that appends.
type SqliteAppend = Append<Writing>;

/// A transaction with the write lock.
///
/// Each call of the connection's thread wakes two threads, so a commit of messages takes two: one begins and reads what every
/// entry needs, the other writes and commits.
struct Writing {
    transaction: WriteTransaction,
    ahead: ReadAhead,
}

impl Deref for Writing {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

/// One attempt at [`crate::store::Log::commit`].
pub(in crate::store) async fn commit(
    store: &SqliteStore,
    entries: &[NewEntry],
    commands: &[NewCommand],
    at: Millis,
) -> Result<Committed, StoreError> {
    let terms = Terms {
        at,
        database_time: false,
        quota: store.limits.quota,
        full: store.room() == DiskSpace::Full,
    };
    let writing = Writing {
        transaction: store.acquire().await?,
        ahead: ReadAhead::default(),
    };
    let append = SqliteAppend::begin(writing, terms);
    let (done, writing) = append
        .run(entries, commands)
        .await
        .inspect_err(|_| store.failing.store(true, Ordering::Relaxed))?;
    if done.is_refused() {
        writing.transaction.roll_back().await;
    } else if writing.transaction.is_open() {
        store.commit(writing.transaction).await?;
    } else {
        drop(writing);
        store.settle(Ok(())).await?;
    }
    Ok(done)
}

impl SqlConnection for Writing {
    const EXCLUSIVE: bool = SqliteConnection::EXCLUSIVE;

    async fn savepoint(&mut self, step: Savepoint) -> Result<(), StoreError> {
        SqlConnection::savepoint(&mut **self, step).await
    }

    async fn execute(&mut self, query: Statement<'_>) -> Result<u64, StoreError> {
        SqlConnection::execute(&mut **self, query).await
    }

    async fn fetch(&mut self, query: Statement<'_>) -> Result<Vec<SqlRow>, StoreError> {
        SqlConnection::fetch(&mut **self, query).await
    }

    async fn append_changes(
        &mut self,
        changes: &[ChangeKind],
        at: Millis,
    ) -> Result<ChangeNumber, StoreError> {
        feed::append(self, changes, at).await
    }
}

impl Sql for Writing {
    async fn lock_people(&mut self, _: &[UserId]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn prepare(
        append: &mut SqliteAppend,
        entries: &[NewEntry],
        _: &[NewCommand],
    ) -> Result<(), StoreError> {
        if entries.is_empty() {
            return append.connection.transaction.begin().await;
        }
        append.connection.ahead = reading::begin(append.connection.transaction.opening(), entries).await?;
        let rooms: BTreeSet<RoomId> = entries.iter().map(|entry| entry.room).collect();
        append.lock(&rooms).await
    }

    async fn logs(&mut self, rooms: &BTreeSet<RoomId>) -> Result<Vec<(RoomId, LogEnd)>, StoreError> {
        if let Some(logs) = self.ahead.logs.take() {
            return Ok(logs);
        }
        reading::logs(self, rooms).await
    }

    async fn memberships(
        &mut self,
        requested: &BTreeSet<(UserId, RoomId)>,
    ) -> Result<Memberships, StoreError> {
        if let Some(memberships) = self.ahead.memberships.take() {
            return Ok(memberships);
        }
        reading::memberships_of(self, requested).await
    }

    async fn now(&mut self) -> Result<Millis, StoreError> {
        sqlx::query_scalar("select cast(unixepoch('subsec') * 1000 as integer)")
            .fetch_one(&mut **self)
            .await
            .map(from_sql)
            .map_err(StoreError::from)
    }

    async fn firsts(&mut self, entries: &[&NewEntry]) -> Result<Firsts, StoreError> {
        if let Some(firsts) = self.ahead.firsts.take() {
            return Ok(firsts);
        }
        reading::firsts(self, entries).await
    }

    async fn stay(&mut self, staying: &BTreeSet<(UserId, RoomId)>) -> Result<(), StoreError> {
        sqlx::query(
            "update members set brought_by = null
             from (select unhex(value ->> 0) as user, unhex(value ->> 1) as room from json_each(?)) as given
             where members.user = given.user and members.room = given.room",
        )
        .bind(pairs(staying)?)
        .execute(&mut **self)
        .await?;
        Ok(())
    }

    async fn mention(&mut self, fresh: &[(RoomId, Entry)]) -> Result<(), StoreError> {
        for (room, entry) in fresh {
            if matches!(entry.body, Body::Message { .. }) {
                let people: Vec<UserId> = entry.body.mentions().collect();
                change::mention(self, entry.author.id, *room, entry.seq, &people).await?;
            }
        }
        Ok(())
    }

    async fn apply_change(
        &mut self,
        change: AllowedChange,
        room: RoomId,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        change::apply(change, self, room, entry).await
    }

    async fn store(
        &mut self,
        growth: &Growth<'_>,
        changes: &[ChangeKind],
        at: Millis,
    ) -> Result<ChangeNumber, StoreError> {
        if !changes.is_empty() {
            write(self, growth, growth!()).await?;
            return feed::append(self, changes, at).await;
        }
        if growth.today.is_none() {
            return write(self, growth, growth!()).await;
        }
        let head = write(self, growth, concat!(growth!(), "; commit")).await?;
        self.transaction.ended();
        Ok(head)
    }
}

/// Writes the entries' rows, the new ends of logs, and the counts. A repeat fails the transaction: it was looked for before, and no
/// other process writes. Returns the change feed's head.
async fn write(
    connection: &mut SqliteConnection,
    growth: &Growth<'_>,
    statements: &'static str,
) -> Result<ChangeNumber, StoreError> {
    let entries = growth.rows.iter().map(|row| {
        let (room, author, id) = (hex(row.room.0), hex(row.author.0), hex(row.id.0));
        (room, row.seq, author, id, row.at, &row.body, row.kind, row.target)
    });
    let logs = growth.logs.iter();
    let logs = logs.map(|log| (hex(log.room.0), log.end.head, log.end.messages, log.active_at));
    let own = growth.own.iter();
    let own = own.map(|((user, room), messages)| (hex(user.0), hex(room.0), messages));
    let used = growth.today.into_iter().flat_map(Today::grown);
    let used = used.map(|(user, _, usage)| (hex(user.0), usage.entries, usage.bytes));
    let head: Vec<i64> = sqlx::query_scalar(statements)
        .bind(rows(&entries.collect::<Vec<_>>())?)
        .bind(rows(&logs.collect::<Vec<_>>())?)
        .bind(rows(&own.collect::<Vec<_>>())?)
        .bind(growth.today.map_or(0, |today| today.day))
        .bind(rows(&used.collect::<Vec<_>>())?)
        // To the end: the statements after the first row are to run, too.
        .fetch_all(connection)
        .await?;
    match head[..] {
        [head] => Ok(from_sql(head)),
        _ => Err(StoreError::Unreadable("feed")),
    }
}
