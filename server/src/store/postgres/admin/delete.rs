//! Rooms are deleted: at once for their members, bit by bit in the database.

use sqlx::{PgConnection, Row};
use steadfast_shared::RoomId;
use steadfast_shared::admin::AuditAction;
use uuid::Uuid;

use super::super::append::Append;
use super::super::transaction::written;
use super::super::{PostgresStore, person, to_sql};
use crate::store::access::Done;
use crate::store::admin::NewAuditLine;
use crate::store::{Acted, Refusal, StoreError};

/// Entries taken out in one transaction.
const PURGED_AT_ONCE: i64 = 500;

/// Deletes a room. Asked again, nothing happens.
pub(super) async fn delete(append: &mut Append<'_>, room: RoomId, line: &mut NewAuditLine) -> Done<Acted> {
    let row = sqlx::query("select name, lobby or kind = 'direct' as stays, deleted_at is not null as deleted from rooms where id = $1")
        .bind(room.0)
        .fetch_optional(&mut *append.connection)
        .await?;
    let Some(row) = row else {
        return Ok(Err(Refusal::UnknownRoom));
    };
    if row.try_get("stays")? {
        return Ok(Err(Refusal::Forbidden));
    }
    if row.try_get("deleted")? {
        return Ok(Ok(Acted {
            room: Some(room),
            deleted: true,
            ..Acted::default()
        }));
    }
    let left = sqlx::query(
        "select users.id, users.name from members join users on users.id = members.person where members.room = $1",
    )
    .bind(room.0)
    .fetch_all(&mut *append.connection)
    .await?;
    let left = left.iter().map(person::read).collect::<Result<Vec<_>, _>>()?;
    line.action = AuditAction::DeletedRoom;
    line.room = Some(room);
    line.detail = row.try_get("name")?;
    // Its name is free, and so is its place as the conversation of some people.
    sqlx::query(
        "update rooms set kind = 'private', direct_key = null, name = '', name_key = '', topic = '', search = '',
                archived = true, deleted_at = $1 where id = $2",
    )
    .bind(to_sql(append.at))
    .bind(room.0)
    .execute(&mut *append.connection)
    .await?;
    for query in [
        "insert into deleted_members (person, room) select person, room from members where room = $1 on conflict do nothing",
        "delete from members where room = $1",
    ] {
        sqlx::query(query)
            .bind(room.0)
            .execute(&mut *append.connection)
            .await?;
    }
    Ok(Ok(Acted {
        room: Some(room),
        left,
        deleted: true,
        ..Acted::default()
    }))
}

/// See [`crate::store::admin::Administration::purge_some`].
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
    // Whatever hangs on the last ones, and then those: from the end, and the head with it, so that the log is contiguous at
    // every moment.
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
