//! Erases marked messages, and the entries of deleted rooms, in batches.

use sqlx::Row;
use steadfast_shared::{RoomId, UserId};
use uuid::Uuid;

use super::{SqliteStore, change, from_sql};
use crate::store::StoreError;
use crate::store::admin::Erased;
use crate::store::admin::delete::PURGED_AT_ONCE;
use crate::store::admin::mask::ERASED_AT_ONCE;

pub(super) async fn erase_some(store: &SqliteStore, from: Erased) -> Result<Erased, StoreError> {
    let (user, after) = match from {
        Some(from) => from,
        None => {
            let user = sqlx::query_scalar("select id from users where erasing = 1 limit 1")
                .fetch_optional(&store.readers)
                .await?;
            let Some(user) = user else { return Ok(None) };
            (UserId(user), Uuid::nil())
        }
    };
    let mut transaction = store.begin().await?;
    let rows = sqlx::query(
        "select entries.room, entries.seq, entries.id from entries join users on users.id = entries.author
         where entries.author = ? and entries.id > ? and entries.kind = 'message' and entries.at <= users.masked_at
         order by entries.id limit ?",
    )
    .bind(user.0)
    .bind(after)
    .bind(ERASED_AT_ONCE)
    .fetch_all(&mut *transaction)
    .await?;
    let mut last = None;
    for row in &rows {
        let room = RoomId(row.try_get("room")?);
        let seq = from_sql(row.try_get("seq")?);
        change::erase(&mut transaction, room, seq).await?;
        last = Some((user, row.try_get("id")?));
    }
    if last.is_none() {
        sqlx::query("update users set erasing = 0 where id = ?")
            .bind(user.0)
            .execute(&mut *transaction)
            .await?;
        // Another person may be next.
        last = sqlx::query_scalar("select id from users where erasing = 1 limit 1")
            .fetch_optional(&mut *transaction)
            .await?
            .map(|user| (UserId(user), Uuid::nil()));
    }
    transaction.commit().await?;
    Ok(last)
}

pub(super) async fn purge_some(store: &SqliteStore) -> Result<bool, StoreError> {
    let room: Option<Uuid> = sqlx::query_scalar(
        "select id from rooms where deleted_at is not null
         and head > 0 limit 1",
    )
    .fetch_optional(&store.readers)
    .await?;
    let Some(room) = room else { return Ok(false) };
    let mut transaction = store.begin().await?;
    for query in [
        "delete from mentions where room = ?1 and ?2",
        "delete from reactions where room = ?1 and ?2",
        "delete from changed where room = ?1 and ?2",
        // Deleting from the end, and moving the head with it, keeps the log contiguous at every point.
        "delete from entries where room = ?1 and seq > (select head from rooms where id = ?1) - ?2",
        "update rooms set head = max(0, head - ?2) where id = ?1",
    ] {
        sqlx::query(query)
            .bind(room)
            .bind(PURGED_AT_ONCE)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(true)
}
