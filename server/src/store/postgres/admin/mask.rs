//! What somebody wrote is hidden, shown again or erased.
//!
//! Readers are told at once that it is not there, by the time it was written. What is to be erased is overwritten after
//! that, some rows at a time, so that nobody waits for it.

use sqlx::{PgConnection, Row};
use steadfast_shared::admin::Messages;
use steadfast_shared::{RoomId, UserId};
use uuid::Uuid;

use super::super::append::Append;
use super::super::transaction::written;
use super::super::{PostgresStore, change, from_sql, to_sql};
use crate::store::access::{Done, allowed};
use crate::store::admin::Erased;
use crate::store::target::{Revised, Target, masking};
use crate::store::{StoreError, word};

/// Messages overwritten in one transaction.
const ERASED_AT_ONCE: i64 = 200;

/// Hides, shows or erases all that somebody has written so far.
pub(super) async fn set(append: &mut Append<'_>, target: &Target, messages: Messages) -> Done<Revised> {
    let Some(messages) = allowed!(masking(target, messages)) else {
        return Ok(Ok(Revised::default()));
    };
    let masked_at = if messages == Messages::Kept { 0 } else { append.at };
    sqlx::query("update users set messages = $1, masked_at = $2, erasing = $3 where id = $4")
        .bind(word::messages_name(messages))
        .bind(to_sql(masked_at))
        .bind(messages == Messages::Erased)
        .bind(target.id.0)
        .execute(&mut *append.connection)
        .await?;
    let rooms: Vec<Uuid> = sqlx::query_scalar(
        "update rooms set revision = revision + 1 where deleted_at is null and id in (
            select distinct room from entries where author = $1 and kind in ('message', 'edit')
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
    // As whoever edits or reacts to them has locked their rooms.
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
        // Somebody else may be next.
        last = sqlx::query_scalar("select id from users where erasing limit 1")
            .fetch_optional(connection)
            .await?
            .map(|user| (UserId(user), Uuid::nil()));
    }
    Ok(last)
}
