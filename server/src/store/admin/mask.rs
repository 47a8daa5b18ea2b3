//! Hides, shows or erases the messages of one person.
//!
//! Readers stop seeing them at once, by the time they were written. Erased messages are then overwritten in batches, so that
//! other writes can run.

use steadfast_shared::RoomId;
use steadfast_shared::admin::Messages;
use uuid::Uuid;

use super::target::{CommandTarget, Revised, masking};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::number::to_sql;
use crate::store::query::sql;
use crate::store::word;

/// Messages overwritten in one transaction.
pub(in crate::store) const ERASED_AT_ONCE: i64 = 200;

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
