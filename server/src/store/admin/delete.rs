//! Deletes rooms: at once for their members. The entries are deleted in batches.

use steadfast_shared::admin::AuditAction;
use steadfast_shared::{Person, RoomId};
use uuid::Uuid;

use super::NewAuditLine;
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::number::to_sql;
use crate::store::people::person;
use crate::store::query::{SqlConnection, sql};
use crate::store::sql_store::{SqlStore, read, written};
use crate::store::{CommandOutcome, StoreError, StoreRefusal};

/// Entries of a deleted room removed in one transaction.
const PURGED_AT_ONCE: i64 = 500;

/// Deletes a room. Deleting it again has no effect.
pub(in crate::store) async fn delete<S: Sql>(
    append: &mut Append<S>,
    room: RoomId,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    let row = sql!("select name, lobby or kind = 'direct' as stays, deleted_at is not null as deleted from rooms where id = $1")
        .bind(room)
        .optional(&mut append.connection)
        .await?;
    let Some(row) = row else {
        return Err(StoreRefusal::UnknownRoom.into());
    };
    if row.get("stays")? {
        return Err(StoreRefusal::Forbidden.into());
    }
    if row.get("deleted")? {
        return Ok(CommandOutcome {
            room: Some(room),
            deleted: true,
            ..CommandOutcome::default()
        });
    }
    line.action = AuditAction::DeletedRoom;
    line.room = Some(room);
    line.detail = row.get("name")?;
    // The deletion frees the room's name, and its place as the conversation of its people.
    sql!("update rooms set kind = 'private', direct_key = null, name = '', name_key = '', topic = '', search = '',
                archived = true, deleted_at = $1 where id = $2")
    .bind(to_sql(append.at))
    .bind(room)
    .execute(&mut append.connection)
    .await?;
    Ok(CommandOutcome {
        room: Some(room),
        left: take_all_out(append, room).await?,
        deleted: true,
        ..CommandOutcome::default()
    })
}

/// Removes all members from a room, and stores who they were.
async fn take_all_out<S: Sql>(append: &mut Append<S>, room: RoomId) -> Result<Vec<Person>, StoreError> {
    let left = sql!("select users.id, users.name from members join users on users.id = members." person "
         where members.room = $1")
    .bind(room)
    .all(&mut append.connection)
    .await?;
    sql!("insert into deleted_members (" person ", room) select " person ", room from members where room = $1
         on conflict do nothing")
    .bind(room)
    .execute(&mut append.connection)
    .await?;
    sql!("delete from members where room = $1")
        .bind(room)
        .execute(&mut append.connection)
        .await?;
    left.iter().map(person::read).collect()
}

/// Deletes some of the entries of deleted rooms. Returns whether there may be more.
pub(super) async fn purge_some<S: SqlStore>(store: &S) -> Result<bool, StoreError> {
    let query = sql!("select id from rooms where deleted_at is not null and head > 0 limit 1");
    let room: Option<Uuid> = read!(store, |connection| query.optional_scalar(&mut *connection))?;
    match room {
        Some(room) => written!(store, |transaction| purge(&mut *transaction, room)),
        None => Ok(false),
    }
}

async fn purge<C: SqlConnection>(connection: &mut C, room: Uuid) -> Result<bool, StoreError> {
    sql!("select 1 from rooms where id = $1" [only_postgres " for no key update"])
        .bind(room)
        .execute(connection)
        .await?;
    // First the rows that refer to the last entries, then those entries and the head: deleting from the end keeps the log
    // contiguous at every point.
    for query in [
        sql!(
            "delete from mentions where room = $1 and message > (select head from rooms where id = $1) - $2"
        ),
        sql!(
            "delete from reactions where room = $1 and message > (select head from rooms where id = $1) - $2"
        ),
        sql!("delete from changed where room = $1 and message > (select head from rooms where id = $1) - $2"),
        sql!("delete from entries where room = $1 and seq > (select head from rooms where id = $1) - $2"),
        sql!("update rooms set head = " greatest "(0, head - $2) where id = $1"),
    ] {
        query.bind(room).bind(PURGED_AT_ONCE).execute(connection).await?;
    }
    Ok(true)
}
