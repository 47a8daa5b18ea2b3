//! Hides direct rooms until the next message in them.

use steadfast_shared::room::HideRoom;
use steadfast_shared::{Person, RoomId, RoomKind, UserId};

use super::access::access;
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::query::sql;
use crate::store::{CommandOutcome, StoreError, StoreRefusal};

/// Hides a direct room until its next message, or shows it again.
pub(in crate::store) async fn hide<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    request: HideRoom,
) -> Result<CommandOutcome, CommandError> {
    let access = access(&mut append.connection, me.id, request.room).await?;
    if access.kind != RoomKind::Direct {
        return Err(StoreRefusal::Forbidden.into());
    }
    if request.hidden {
        sql!("update members set hidden_at = (select active_at from rooms where id = $2) where " person " = $1 and room = $2")
        .bind(me.id)
        .bind(request.room)
        .execute(&mut append.connection)
        .await?;
    } else {
        show(append, me.id, request.room).await?;
    }
    Ok(CommandOutcome {
        room: Some(request.room),
        view_changed: true,
        ..CommandOutcome::default()
    })
}

/// Shows a direct room again. Returns whether it was hidden.
pub(in crate::store) async fn show<S: Sql>(
    append: &mut Append<S>,
    user: UserId,
    room: RoomId,
) -> Result<bool, StoreError> {
    let shown = sql!("update members set hidden_at = null where " person " = $1 and room = $2 and hidden_at is not null")
    .bind(user)
    .bind(room)
    .execute(&mut append.connection)
    .await?;
    Ok(shown > 0)
}
