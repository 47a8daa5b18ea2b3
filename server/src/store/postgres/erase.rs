//! Erases marked messages, and the entries of deleted rooms, in batches.

use sqlx::{PgConnection, Row};
use steadfast_shared::{RoomId, UserId};
use uuid::Uuid;

use super::transaction::written;
use super::{PostgresStore, change, from_sql};
use crate::store::StoreError;
use crate::store::admin::Erased;
use crate::store::admin::delete::PURGED_AT_ONCE;
use crate::store::admin::mask::ERASED_AT_ONCE;

pub(super) async fn erase_some(store: &PostgresStore, from: Erased) -> Result<Erased, StoreError> {
    let (user, after) = match from {
        Some(from) => from,
        None => {
            let user = sqlx::query_scalar("select id from users where erasing limit 1")
                .fetch_optional(&store.readers)
                .await?;
            let Some(user) = user else { return Ok(None) };
            (UserId(user), Uuid::nil())
        }
    };
    written!(store, accounts, |transaction| erase(
        &mut transaction,
        user,
        after
    ))
}

async fn erase(connection: &mut PgConnection, user: UserId, after: Uuid) -> Result<Erased, StoreError> {
    let rows = sqlx::query(
        "select entries.room, entries.seq, entries.id from entries join users on users.id = entries.author
         where entries.author = $1 and entries.id > $2 and entries.kind = 'message' and entries.at <= users.masked_at
         order by entries.id limit $3",
    )
    .bind(user.0)
    .bind(after)
    .bind(ERASED_AT_ONCE)
    .fetch_all(&mut *connection)
    .await?;
    let (mut messages, mut last) = (Vec::with_capacity(rows.len()), None);
    for row in &rows {
        let room = RoomId(row.try_get("room")?);
        messages.push((room, from_sql(row.try_get("seq")?)));
        last = Some((user, row.try_get("id")?));
    }
    // Lock their rooms, as edits and reactions do.
    let mut rooms: Vec<Uuid> = messages.iter().map(|(room, _)| room.0).collect();
    rooms.sort_unstable();
    rooms.dedup();
    sqlx::query("select 1 from rooms where id = any($1) order by id for no key update")
        .bind(rooms)
        .execute(&mut *connection)
        .await?;
    change::erase(connection, &messages).await?;
    if last.is_none() {
        sqlx::query("update users set erasing = false where id = $1")
            .bind(user.0)
            .execute(&mut *connection)
            .await?;
        // Another person may be next.
        last = sqlx::query_scalar("select id from users where erasing limit 1")
            .fetch_optional(connection)
            .await?
            .map(|user| (UserId(user), Uuid::nil()));
    }
    Ok(last)
}

pub(super) async fn purge_some(store: &PostgresStore) -> Result<bool, StoreError> {
    let room: Option<Uuid> = sqlx::query_scalar(
        "select id from rooms where deleted_at is not null
         and head > 0 limit 1",
    )
    .fetch_optional(&store.readers)
    .await?;
    let Some(room) = room else { return Ok(false) };
    written!(store, accounts, |transaction| purge(&mut transaction, room))
}

async fn purge(connection: &mut PgConnection, room: Uuid) -> Result<bool, StoreError> {
    sqlx::query("select 1 from rooms where id = $1 for no key update")
        .bind(room)
        .execute(&mut *connection)
        .await?;
    // First the rows that refer to the last entries, then those entries and the head: deleting from the end keeps the log
    // contiguous at every point.
    for query in [
        "delete from mentions where room = $1 and message > (select head from rooms where id = $1) - $2",
        "delete from reactions where room = $1 and message > (select head from rooms where id = $1) - $2",
        "delete from changed where room = $1 and message > (select head from rooms where id = $1) - $2",
        "delete from entries where room = $1 and seq > (select head from rooms where id = $1) - $2",
        "update rooms set head = greatest(0, head - $2) where id = $1",
    ] {
        sqlx::query(query)
            .bind(room)
            .bind(PURGED_AT_ONCE)
            .execute(&mut *connection)
            .await?;
    }
    Ok(true)
}
