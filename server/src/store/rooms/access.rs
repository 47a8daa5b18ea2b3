//! Rights in a room.

use steadfast_shared::{RoomId, RoomKind, UserId};

use super::kind;
use crate::store::command::CommandError;
use crate::store::query::{SqlConnection, sql};
use crate::store::{StoreError, StoreRefusal};

/// A member's rights in a room.
pub(in crate::store) struct Access {
    pub(in crate::store) kind: RoomKind,
    pub(in crate::store) name: String,
    pub(in crate::store) topic: String,
    pub(in crate::store) archived: bool,
    pub(in crate::store) manage: bool,
    /// Whether this person created it.
    pub(in crate::store) mine: bool,
    /// The number of people in a direct room.
    pub(in crate::store) people: usize,
}

/// A member's rights in the room; to others the room does not exist.
pub(in crate::store) async fn access<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    room: RoomId,
) -> Result<Access, CommandError> {
    let row = sql!("select rooms.kind, rooms.name, rooms.topic, rooms.archived,
                rooms.kind <> 'direct' and (users.role in ('moderator', 'owner')
                    or rooms.creator is not distinct from members." person ") as manage,
                rooms.creator is not distinct from members." person " as mine,
                cast(coalesce(length(rooms.direct_key), 0) / 16 as bigint) as people
         from members join rooms on rooms.id = members.room join users on users.id = members." person "
         where members." person " = $1 and members.room = $2")
    .bind(user)
    .bind(room)
    .optional(connection)
    .await?;
    let Some(row) = row else {
        return Err(if was_deleted(connection, user, room).await? {
            StoreRefusal::RoomDeleted
        } else {
            StoreRefusal::UnknownRoom
        }
        .into());
    };
    let people: i64 = row.get("people")?;
    Ok(Access {
        kind: kind::read(row.get("kind")?)?,
        name: row.get("name")?,
        topic: row.get("topic")?,
        archived: row.get("archived")?,
        manage: row.get("manage")?,
        mine: row.get("mine")?,
        people: usize::try_from(people).unwrap_or(0),
    })
}

/// Whether this person was in the room when it was deleted.
async fn was_deleted<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    room: RoomId,
) -> Result<bool, StoreError> {
    sql!("select exists (select 1 from deleted_members where " person " = $1 and room = $2)")
        .bind(user)
        .bind(room)
        .scalar(connection)
        .await
}
