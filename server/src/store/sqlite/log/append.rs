//! SQLite's statements for [`crate::store::append`].
//!
//! The write lock is held from the first statement to the commit, so the heads read here stay current until then.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, SqliteConnection, Transaction};
use steadfast_shared::{Body, Entry, EntryId, Millis, RoomId, Seq, UserId};

use crate::store::append::change::AllowedChange;
use crate::store::append::{
    self, First, Firsts, Growth, LogEnd, Membership, Memberships, Savepoint, Sql, Terms,
};
use crate::store::query::{SqlConnection, SqlRow, Statement};
use crate::store::quota::DiskSpace;
use crate::store::sqlite::body::read;
use crate::store::sqlite::{SqliteStore, change, feed, from_sql, to_sql};
use crate::store::usage::Today;
use crate::store::{ChangeKind, ChangeNumber, Committed, NewCommand, NewEntry, StoreError};

/// A transaction that appends.
type SqliteAppend = append::Append<Writing>;

/// A transaction with the write lock.
pub(in crate::store::sqlite) struct Writing(Transaction<'static, Sqlite>);

impl Deref for Writing {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.0
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }
}

/// One attempt at [`crate::store::Log::commit`].
pub(in crate::store::sqlite) async fn commit(
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
    let append = SqliteAppend::begin(Writing(store.begin().await?), terms);
    let (done, Writing(transaction)) = append.run(entries, commands).await?;
    if !done.is_refused() {
        store.commit(transaction).await?;
    }
    Ok(done)
}

/// An id inside a JSON parameter, for `unhex`.
fn hex(id: uuid::Uuid) -> String {
    id.simple().to_string()
}

/// Rows as one parameter, which `json_each` reads.
fn rows(rows: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|_| StoreError::Unreadable("row"))
}

fn pairs(pairs: &BTreeSet<(UserId, RoomId)>) -> Result<String, StoreError> {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(user, room)| (hex(user.0), hex(room.0)))
        .collect();
    rows(&pairs)
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
        let rooms: BTreeSet<RoomId> = entries.iter().map(|entry| entry.room).collect();
        append.lock(&rooms).await
    }

    async fn logs(&mut self, rooms: &BTreeSet<RoomId>) -> Result<Vec<(RoomId, LogEnd)>, StoreError> {
        let ids: Vec<String> = rooms.iter().map(|room| hex(room.0)).collect();
        let found = sqlx::query(
            "select id, head, messages, archived,
                    coalesce((select at from entries where entries.room = rooms.id and entries.seq = rooms.head), 0) as last_at
             from rooms where id in (select unhex(value) from json_each(?))",
        )
        .bind(rows(&ids)?)
        .fetch_all(&mut **self)
        .await?;
        let log = |row: &SqliteRow| {
            let end = LogEnd {
                head: from_sql(row.try_get("head")?),
                last_at: from_sql(row.try_get("last_at")?),
                messages: from_sql(row.try_get("messages")?),
                archived: row.try_get("archived")?,
            };
            Ok((RoomId(row.try_get("id")?), end))
        };
        found.iter().map(log).collect()
    }

    async fn memberships(
        &mut self,
        requested: &BTreeSet<(UserId, RoomId)>,
    ) -> Result<Memberships, StoreError> {
        let found = sqlx::query(
            "select requested.user, requested.room, members.user is not null as is_in,
                    users.name, users.role, users.state, members.brought_by is not null as brought,
                    iif(rooms.kind = 'direct' and length(rooms.direct_key) = 32,
                        exists (select 1 from members as others
                                join blocks on blocks.user = members.user and blocks.blocked = others.user
                                where others.room = members.room), 0) as blocks,
                    iif(rooms.kind = 'direct' and length(rooms.direct_key) = 32,
                        exists (select 1 from members as others
                                join blocks on blocks.user = others.user and blocks.blocked = members.user
                                where others.room = members.room), 0) as is_blocked,
                    exists (select 1 from deleted_members as gone
                            where gone.user = requested.user and gone.room = requested.room) as was_deleted,
                    usage.day, usage.entries, usage.bytes, usage.max_entries, usage.max_bytes
             from (select unhex(value ->> 0) as user, unhex(value ->> 1) as room from json_each(?)) as requested
             left join users on users.id = requested.user
             left join rooms on rooms.id = requested.room
             left join members on members.user = requested.user and members.room = requested.room
             left join usage on usage.user = requested.user",
        )
        .bind(pairs(requested)?)
        .fetch_all(&mut **self)
        .await?;
        let mut memberships = Memberships::default();
        for row in &found {
            let user = UserId(row.try_get("user")?);
            let room = RoomId(row.try_get("room")?);
            let membership = Membership::read(row, user)?;
            memberships.found.push(((user, room), membership));
        }
        Ok(memberships)
    }

    async fn now(&mut self) -> Result<Millis, StoreError> {
        sqlx::query_scalar("select cast(unixepoch('subsec') * 1000 as integer)")
            .fetch_one(&mut **self)
            .await
            .map(from_sql)
            .map_err(StoreError::from)
    }

    async fn firsts(&mut self, entries: &[&NewEntry]) -> Result<Firsts, StoreError> {
        let ids: Vec<_> = entries
            .iter()
            .map(|entry| (hex(entry.author.0), hex(entry.id.0)))
            .collect();
        let found = sqlx::query(
            "select entries.author, entries.id, entries.room, entries.seq, entries.at, entries.body
             from (select unhex(value ->> 0) as author, unhex(value ->> 1) as id from json_each(?)) as requested
             join entries on entries.author = requested.author and entries.id = requested.id",
        )
        .bind(rows(&ids)?)
        .fetch_all(&mut **self)
        .await?;
        let first = |row: &SqliteRow| {
            let author = UserId(row.try_get("author")?);
            let id = EntryId(row.try_get("id")?);
            let first = First {
                room: RoomId(row.try_get("room")?),
                seq: from_sql(row.try_get("seq")?),
                at: from_sql(row.try_get("at")?),
                body: read(row.try_get("body")?)?,
            };
            Ok(((author, id), first))
        };
        found.iter().map(first).collect()
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
        let head = write(self, growth).await?;
        if changes.is_empty() {
            return Ok(head);
        }
        feed::append(self, changes, at).await
    }
}

/// Writes the entries' rows, the new ends of logs, and the counts. A repeat fails the transaction: it was looked for before, and no
/// other process writes. Returns the change feed's head.
///
/// All of it is one call of the connection's thread, because each call wakes two threads. The parameters have no numbers: sqlx counts
/// on across the statements, and would leave a numbered one unbound.
async fn write(connection: &mut SqliteConnection, growth: &Growth<'_>) -> Result<ChangeNumber, StoreError> {
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
    let head: i64 = sqlx::query_scalar(
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
         select head from feed where one = 1",
    )
    .bind(rows(&entries.collect::<Vec<_>>())?)
    .bind(rows(&logs.collect::<Vec<_>>())?)
    .bind(rows(&own.collect::<Vec<_>>())?)
    .bind(growth.today.map_or(0, |today| today.day))
    .bind(rows(&used.collect::<Vec<_>>())?)
    .fetch_one(connection)
    .await?;
    Ok(from_sql(head))
}

/// Removes a message from the unread counts before it is erased.
pub(in crate::store::sqlite) async fn uncount(
    connection: &mut SqliteConnection,
    room: RoomId,
    message: Seq,
) -> Result<(), StoreError> {
    sqlx::query(
        "update members set seen = seen + 1 where room = ?1 and read < ?2 and exists (
            select 1 from entries where entries.room = ?1 and entries.seq = ?2 and entries.kind = 'message'
                and entries.author <> members.user)",
    )
    .bind(room.0)
    .bind(to_sql(message))
    .execute(connection)
    .await?;
    Ok(())
}
