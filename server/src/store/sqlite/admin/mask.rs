//! What somebody wrote is hidden, shown again or erased.
//!
//! Readers are told at once that it is not there, by the time it was written. What is to be erased is overwritten after
//! that, some rows at a time, so that nobody waits for it.

use sqlx::Row;
use steadfast_shared::admin::Messages;
use steadfast_shared::{RoomId, UserId};
use uuid::Uuid;

use super::super::access::{Done, allowed};
use super::super::append::Append;
use super::super::{SqliteStore, change, from_sql, to_sql};
use crate::store::admin::Erased;
use crate::store::target::{Revised, Target, masking};
use crate::store::{StoreError, word};

/// Messages overwritten in one transaction.
const ERASED_AT_ONCE: i64 = 200;

/// Hides, shows or erases all that somebody has written so far.
pub(super) async fn set(append: &mut Append, target: &Target, messages: Messages) -> Done<Revised> {
    let Some(messages) = allowed!(masking(target, messages)) else {
        return Ok(Ok(Revised::default()));
    };
    let masked_at = if messages == Messages::Kept { 0 } else { append.at };
    sqlx::query("update users set messages = ?, masked_at = ?, erasing = ? where id = ?")
        .bind(word::messages_name(messages))
        .bind(to_sql(masked_at))
        .bind(messages == Messages::Erased)
        .bind(target.id.0)
        .execute(&mut *append.connection)
        .await?;
    let rooms: Vec<Uuid> = sqlx::query_scalar(
        "update rooms set revision = revision + 1 where deleted_at is null and id in (
            select distinct room from entries where author = ? and kind in ('message', 'edit')
         ) returning id",
    )
    .bind(target.id.0)
    .fetch_all(&mut *append.connection)
    .await?;
    Ok(Ok(Revised {
        changed: true,
        rooms: rooms.into_iter().map(RoomId).collect(),
    }))
}

/// See [`crate::store::admin::Administration::erase_some`].
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
        // Somebody else may be next.
        last = sqlx::query_scalar("select id from users where erasing = 1 limit 1")
            .fetch_optional(&mut *transaction)
            .await?
            .map(|user| (UserId(user), Uuid::nil()));
    }
    transaction.commit().await?;
    Ok(last)
}
