//! What a transaction reads before it appends.

use std::collections::BTreeSet;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use steadfast_shared::{RoomId, UserId};

use super::super::{First, Firsts, LogEnd, Membership, Memberships};
use crate::store::{NewEntry, StoreError};

// Several of these go in one call. Their parameters have no numbers: sqlx counts on across the statements, and would leave a numbered one
// unbound.
macro_rules! logs_of {
    () => {
        "select id, head, messages, archived,
                coalesce((select at from entries where entries.room = rooms.id and entries.seq = rooms.head), 0) as last_at
         from rooms where id in (select unhex(value) from json_each(?))"
    };
}

macro_rules! memberships_of {
    () => {
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
         left join usage on usage.user = requested.user"
    };
}

macro_rules! firsts_of {
    () => {
        "select entries.author, entries.id, entries.room, entries.seq, entries.at, entries.body
         from (select unhex(value ->> 0) as author, unhex(value ->> 1) as id from json_each(?)) as requested
         join entries on entries.author = requested.author and entries.id = requested.id"
    };
}

/// What the call that begins a transaction has read, until it is asked for.
#[derive(Default)]
pub(super) struct ReadAhead {
    pub(super) logs: Option<Vec<(RoomId, LogEnd)>>,
    pub(super) memberships: Option<Memberships>,
    /// As of the transaction's begin, so for the first set of entries only.
    pub(super) firsts: Option<Firsts>,
}

/// Begins, and reads what every entry needs, by one call of the connection's thread.
pub(super) async fn begin(
    connection: &mut SqliteConnection,
    entries: &[NewEntry],
) -> Result<ReadAhead, StoreError> {
    const STATEMENTS: &str = concat!(
        "begin immediate; ",
        logs_of!(),
        "; ",
        memberships_of!(),
        "; ",
        firsts_of!()
    );
    let rooms = entries.iter().map(|entry| entry.room).collect();
    let authors = entries.iter().map(|entry| (entry.author, entry.room)).collect();
    let found = sqlx::query(STATEMENTS)
        .bind(ids(&rooms)?)
        .bind(pairs(&authors)?)
        .bind(names(entries.iter())?)
        .fetch_all(connection)
        .await?;
    // The rows of the three statements, in their order; a column tells whose they are.
    let has = |column: &'static str| move |row: &SqliteRow| row.try_column(column).is_ok();
    let (logs, rest) = found.split_at(found.partition_point(has("head")));
    let (members, firsts) = rest.split_at(rest.partition_point(has("is_in")));
    Ok(ReadAhead {
        logs: Some(logs.iter().map(LogEnd::read).collect::<Result<_, _>>()?),
        memberships: Some(memberships(members)?),
        firsts: Some(firsts.iter().map(First::read).collect::<Result<_, _>>()?),
    })
}

pub(super) async fn logs(
    connection: &mut SqliteConnection,
    rooms: &BTreeSet<RoomId>,
) -> Result<Vec<(RoomId, LogEnd)>, StoreError> {
    let found = sqlx::query(logs_of!())
        .bind(ids(rooms)?)
        .fetch_all(connection)
        .await?;
    found.iter().map(LogEnd::read).collect()
}

pub(super) async fn memberships_of(
    connection: &mut SqliteConnection,
    requested: &BTreeSet<(UserId, RoomId)>,
) -> Result<Memberships, StoreError> {
    let found = sqlx::query(memberships_of!())
        .bind(pairs(requested)?)
        .fetch_all(connection)
        .await?;
    memberships(&found)
}

pub(super) async fn firsts(
    connection: &mut SqliteConnection,
    entries: &[&NewEntry],
) -> Result<Firsts, StoreError> {
    let names = names(entries.iter().copied())?;
    let found = sqlx::query(firsts_of!())
        .bind(names)
        .fetch_all(connection)
        .await?;
    found.iter().map(First::read).collect()
}

/// An id inside a JSON parameter, for `unhex`.
pub(super) fn hex(id: uuid::Uuid) -> String {
    id.simple().to_string()
}

/// Rows as one parameter, which `json_each` reads.
pub(super) fn rows(rows: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|_| StoreError::Unreadable("row"))
}

pub(super) fn pairs(of: &BTreeSet<(UserId, RoomId)>) -> Result<String, StoreError> {
    let pairs: Vec<_> = of.iter().map(|(user, room)| (hex(user.0), hex(room.0))).collect();
    rows(&pairs)
}

fn ids(of: &BTreeSet<RoomId>) -> Result<String, StoreError> {
    let ids: Vec<String> = of.iter().map(|room| hex(room.0)).collect();
    rows(&ids)
}

/// Entries by their authors and ids.
fn names<'e>(entries: impl Iterator<Item = &'e NewEntry>) -> Result<String, StoreError> {
    let names: Vec<_> = entries
        .map(|entry| (hex(entry.author.0), hex(entry.id.0)))
        .collect();
    rows(&names)
}

fn memberships(rows: &[SqliteRow]) -> Result<Memberships, StoreError> {
    let mut memberships = Memberships::default();
    for row in rows {
        let user = UserId(row.try_get("user")?);
        let room = RoomId(row.try_get("room")?);
        let membership = Membership::read(row, user)?;
        memberships.found.push(((user, room), membership));
    }
    Ok(memberships)
}
