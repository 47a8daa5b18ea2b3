//! Rooms are deleted: at once for their members, bit by bit in the database.

use sqlx::Row;
use steadfast_shared::RoomId;
use steadfast_shared::admin::AuditAction;
use uuid::Uuid;

use super::super::access::Done;
use super::super::append::Append;
use super::super::{SqliteStore, person, to_sql};
use crate::store::admin::NewAuditLine;
use crate::store::{Acted, Refusal, StoreError};

/// Entries taken out in one transaction.
const PURGED_AT_ONCE: i64 = 500;

/// Deletes a room. Asked again, nothing happens.
pub(super) async fn delete(append: &mut Append, room: RoomId, line: &mut NewAuditLine) -> Done<Acted> {
    let row = sqlx::query("select name, lobby or kind = 'direct' as stays, deleted_at is not null as deleted from rooms where id = ?")
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
        "select users.id, users.name from members join users on users.id = members.user where members.room = ?",
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
                archived = 1, deleted_at = ? where id = ?",
    )
    .bind(to_sql(append.at))
    .bind(room.0)
    .execute(&mut *append.connection)
    .await?;
    for query in [
        "insert or ignore into deleted_members (user, room) select user, room from members where room = ?",
        "delete from members where room = ?",
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
        // From the end, and the head with it: the log is contiguous at every moment.
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
