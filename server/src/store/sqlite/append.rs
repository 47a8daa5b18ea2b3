//! The log grows: one transaction for everything that was queued.

use std::collections::HashMap;

use sqlx::{Row, SqliteConnection};
use steadfast_shared::{Body, Millis, RoomId, Seq, UserId};

use super::{SqliteStore, from_sql, to_sql, told};
use crate::store::{Appended, NewEntry, Outcome, StoreError};

/// One attempt at [`crate::store::Log::append`].
///
/// The write lock is held from the first statement to the commit, so the heads read here are the heads until then.
pub(super) async fn append(
    store: &SqliteStore,
    entries: &[NewEntry],
    at: Millis,
) -> Result<Appended, StoreError> {
    let mut transaction = store.begin().await?;
    let mut heads: HashMap<RoomId, Head> = HashMap::new();
    let mut members: HashMap<(UserId, RoomId), bool> = HashMap::new();
    let mut outcomes = Vec::with_capacity(entries.len());

    for entry in entries {
        let key = (entry.author, entry.room);
        let member = match members.get(&key) {
            Some(member) => *member,
            None => {
                let head = head_for(&mut transaction, key).await?;
                if let Some(seq) = head {
                    heads.entry(entry.room).or_insert(Head { seq, grown: false });
                }
                *members.entry(key).or_insert(head.is_some())
            }
        };
        let head = heads.get_mut(&entry.room).filter(|_| member);
        outcomes.push(match head {
            Some(head) => insert(&mut transaction, entry, at, head).await?,
            None => Outcome::UnknownRoom,
        });
    }

    for (room, head) in heads.iter().filter(|(_, head)| head.grown) {
        sqlx::query("update rooms set head = ? where id = ?")
            .bind(to_sql(head.seq))
            .bind(room.0)
            .execute(&mut *transaction)
            .await
            .map_err(told)?;
    }
    transaction.commit().await.map_err(told)?;

    Ok(Appended {
        outcomes,
        heads: heads.into_iter().map(|(room, head)| (room, head.seq)).collect(),
    })
}

/// A room's newest `seq` as this transaction has it.
struct Head {
    seq: Seq,
    grown: bool,
}

/// The room's head, where the person is a member of it.
async fn head_for(
    connection: &mut SqliteConnection,
    (user, room): (UserId, RoomId),
) -> Result<Option<Seq>, StoreError> {
    let head: Option<i64> = sqlx::query_scalar(
        "select rooms.head from rooms join members on members.room = rooms.id where rooms.id = ? and members.user = ?",
    )
    .bind(room.0)
    .bind(user.0)
    .fetch_optional(connection)
    .await
    .map_err(told)?;
    Ok(head.map(from_sql))
}

/// Only `unique (author, id)` settles a repeat; any other constraint fails the transaction.
async fn insert(
    connection: &mut SqliteConnection,
    entry: &NewEntry,
    at: Millis,
    head: &mut Head,
) -> Result<Outcome, StoreError> {
    let seq = head.seq + 1;
    let inserted = sqlx::query(
        "insert into entries (room, seq, author, id, at, body) values (?, ?, ?, ?, ?, ?)
         on conflict (author, id) do nothing",
    )
    .bind(entry.room.0)
    .bind(to_sql(seq))
    .bind(entry.author.0)
    .bind(entry.id.0)
    .bind(to_sql(at))
    .bind(written(&entry.body)?)
    .execute(&mut *connection)
    .await
    .map_err(told)?
    .rows_affected();
    if inserted == 1 {
        *head = Head { seq, grown: true };
        return Ok(Outcome::Stored { seq, at });
    }

    let first = sqlx::query("select room, seq, at, body from entries where author = ? and id = ?")
        .bind(entry.author.0)
        .bind(entry.id.0)
        .fetch_one(connection)
        .await
        .map_err(told)?;
    let room = RoomId(first.try_get("room").map_err(told)?);
    let body = read(first.try_get("body").map_err(told)?)?;
    if room != entry.room || body != entry.body {
        return Ok(Outcome::Conflict);
    }
    Ok(Outcome::Repeat {
        seq: from_sql(first.try_get("seq").map_err(told)?),
        at: from_sql(first.try_get("at").map_err(told)?),
    })
}

/// A body as its row holds it.
fn written(body: &Body) -> Result<String, StoreError> {
    serde_json::to_string(body).map_err(|_| StoreError::Unreadable("body"))
}

/// See [`written`].
pub(super) fn read(body: &str) -> Result<Body, StoreError> {
    serde_json::from_str(body).map_err(|_| StoreError::Unreadable("body"))
}
