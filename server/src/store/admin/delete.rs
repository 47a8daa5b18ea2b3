//! Deletes rooms: at once for their members. The entries are deleted in batches, in a way of its own for each database.

use steadfast_shared::admin::AuditAction;
use steadfast_shared::{Person, RoomId};

use super::NewAuditLine;
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::number::to_sql;
use crate::store::people::person;
use crate::store::query::sql;
use crate::store::{CommandOutcome, StoreError, StoreRefusal};

/// Entries of a deleted room removed in one transaction.
pub(in crate::store) const PURGED_AT_ONCE: i64 = 500;

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
