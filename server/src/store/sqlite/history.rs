//! The log is read.

use futures::TryStreamExt;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use steadfast_shared::{Entry, EntryId, Person, RoomId, UserId, event, limit};

use super::append::read;
use super::{SqliteStore, from_sql, to_sql, told};
use crate::store::{Span, StoreError};

/// See [`crate::store::Log::page`].
pub(super) async fn page(
    store: &SqliteStore,
    room: RoomId,
    span: Span,
    limit: usize,
) -> Result<event::Page, StoreError> {
    let (query, from) = match span {
        Span::After(seq) => (
            "select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name
             from entries join users on users.id = entries.author
             where entries.room = ? and entries.seq > ? order by entries.seq limit ?",
            to_sql(seq),
        ),
        Span::Before(seq) => (NEAREST_BEFORE, to_sql(seq)),
        Span::Newest => (NEAREST_BEFORE, i64::MAX),
    };
    let mut rows = sqlx::query(query)
        .bind(room.0)
        .bind(from)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch(&store.readers);
    let mut entries = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.try_next().await.map_err(told)? {
        let entry = entry(&row)?;
        bytes += entry.body.text_bytes();
        if bytes > limit::PAGE_BYTES && !entries.is_empty() {
            break;
        }
        entries.push(entry);
    }
    drop(rows);
    if !matches!(span, Span::After(_)) {
        entries.reverse();
    }
    // Read after the entries, so it never is below them.
    let head: Option<i64> = sqlx::query_scalar("select head from rooms where id = ?")
        .bind(room.0)
        .fetch_optional(&store.readers)
        .await
        .map_err(told)?;
    Ok(event::Page {
        room,
        entries,
        head: head.map_or(0, from_sql),
    })
}

const NEAREST_BEFORE: &str =
    "select entries.seq, entries.id, entries.at, entries.body, users.id as author, users.name
     from entries join users on users.id = entries.author
     where entries.room = ? and entries.seq < ? order by entries.seq desc limit ?";

/// See [`crate::store::Log::heads`].
pub(super) async fn heads(store: &SqliteStore) -> Result<event::Heads, StoreError> {
    let rows = sqlx::query("select id, head from rooms")
        .fetch_all(&store.readers)
        .await
        .map_err(told)?;
    rows.iter()
        .map(|row| {
            let room = RoomId(row.try_get("id").map_err(told)?);
            Ok((room, from_sql(row.try_get("head").map_err(told)?)))
        })
        .collect()
}

fn entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let author = Person {
        id: UserId(row.try_get("author").map_err(told)?),
        name: row.try_get("name").map_err(told)?,
    };
    Ok(Entry::new(
        from_sql(row.try_get("seq").map_err(told)?),
        EntryId(row.try_get("id").map_err(told)?),
        author,
        from_sql(row.try_get("at").map_err(told)?),
        read(row.try_get("body").map_err(told)?)?,
    ))
}
