//! Hides, shows or erases the messages of one person.
//!
//! Readers stop seeing them at once, by the time they were written. Erased messages are then overwritten in batches, so that
//! other writes can run.

use steadfast_shared::admin::Messages;
use steadfast_shared::{RoomId, UserId};
use uuid::Uuid;

use super::Erased;
use super::target::{CommandTarget, Revised, masking};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::number::{from_sql, to_sql};
use crate::store::query::{SqlConnection, sql};
use crate::store::sql_store::{ConnectionOf, SqlStore, read, written};
use crate::store::{StoreError, word};

/// Messages overwritten in one transaction.
const ERASED_AT_ONCE: i64 = 200;

/// Hides, shows or erases everything a person has written so far.
pub(in crate::store) async fn set<S: Sql>(
    append: &mut Append<S>,
    target: &CommandTarget,
    messages: Messages,
) -> Result<Revised, CommandError> {
    let Some(messages) = masking(target, messages)? else {
        return Ok(Revised::default());
    };
    let masked_at = if messages == Messages::Kept { 0 } else { append.at };
    sql!("update users set messages = $1, masked_at = $2, erasing = $3 where id = $4")
        .bind(word::messages_name(messages))
        .bind(to_sql(masked_at))
        .bind(messages == Messages::Erased)
        .bind(target.id)
        .execute(&mut append.connection)
        .await?;
    let rooms: Vec<Uuid> = sql!(
        "update rooms set revision = revision + 1 where deleted_at is null and id in (
            select distinct room from entries where author = $1 and kind in ('message', 'edit')
         ) returning id"
    )
    .bind(target.id)
    .scalars(&mut append.connection)
    .await?;
    Ok(Revised {
        changed: true,
        rooms: rooms.into_iter().map(RoomId).collect(),
    })
}

/// Overwrites some of the marked messages. See [`Administration::erase_some`](super::Administration::erase_some).
pub(super) async fn erase_some<S: SqlStore>(store: &S, from: Erased) -> Result<Erased, StoreError> {
    let from = match from {
        None => read!(store, |connection| next(&mut *connection))?,
        from => from,
    };
    let Some((user, after)) = from else {
        return Ok(None);
    };
    written!(store, |transaction| erase::<S>(&mut *transaction, user, after))
}

/// A person whose messages are to be erased.
async fn next<C: SqlConnection>(connection: &mut C) -> Result<Erased, StoreError> {
    let user: Option<Uuid> = sql!("select id from users where erasing" [only_sqlite " = 1"] " limit 1")
        .optional_scalar(connection)
        .await?;
    Ok(user.map(|user| (UserId(user), Uuid::nil())))
}

async fn erase<S: SqlStore>(
    connection: &mut ConnectionOf<S>,
    user: UserId,
    after: Uuid,
) -> Result<Erased, StoreError> {
    let rows = sql!(
        "select entries.room, entries.seq, entries.id from entries join users on users.id = entries.author
         where entries.author = $1 and entries.id > $2 and entries.kind = 'message' and entries.at <= users.masked_at
         order by entries.id limit $3"
    )
    .bind(user)
    .bind(after)
    .bind(ERASED_AT_ONCE)
    .all(connection)
    .await?;
    let mut messages = Vec::with_capacity(rows.len());
    let mut last = None;
    for row in &rows {
        messages.push((RoomId(row.get("room")?), from_sql(row.get("seq")?)));
        last = Some((user, row.get("id")?));
    }
    S::erase(connection, &messages).await?;
    if last.is_some() {
        return Ok(last);
    }
    sql!("update users set erasing = false where id = $1")
        .bind(user)
        .execute(connection)
        .await?;
    // Another person may be next.
    next(connection).await
}
