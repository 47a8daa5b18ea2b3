//! Renames, describes, archives and reopens rooms.

use std::collections::BTreeSet;
use std::net::IpAddr;

use steadfast_shared::admin::AuditAction;
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Body, Person, Role, RoomKind, RoomName, Topic};

use super::access::{Access, access};
use super::difference::{NO_ROOM_NAME, differences, in_words};
use super::kind;
use crate::store::admin::{Actor, NewAuditLine, logs};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::nickname::{self, NameKey};
use crate::store::query::sql;
use crate::store::{CommandOutcome, StoreRefusal};

/// Changes a room, and writes the changes into its log.
pub(in crate::store) async fn change<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    from: Option<IpAddr>,
    request: &ChangeRoom,
) -> Result<CommandOutcome, CommandError> {
    let access = access(&mut append.connection, me.id, request.room).await?;
    if access.kind == RoomKind::Direct || !access.manage {
        return Err(StoreRefusal::Forbidden.into());
    }
    let mut line = NewAuditLine {
        at: append.at,
        action: AuditAction::Unknown,
        actor: Actor {
            person: Some(me.clone()),
            role: Role::Moderator,
            address: from.map(|address| address.to_string()),
        },
        person: None,
        room: Some(request.room),
        detail: String::new(),
    };
    let outcome = change_with(append, me, &access, request, &mut line).await?;
    if !access.mine && outcome.changed {
        logs::write_audit(&mut append.connection, &line).await?;
    }
    Ok(outcome)
}

/// Changes a room for a person who may, and adds the changes to the audit line.
pub(in crate::store) async fn change_with<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    access: &Access,
    request: &ChangeRoom,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    let wanted = request
        .name
        .as_ref()
        .map_or(access.name.as_str(), RoomName::as_str);
    let name = nickname::composed(wanted);
    let changes = differences(access, request, &name)?;
    if access.archived && request.archived != Some(false) && !changes.is_empty() {
        return Err(StoreRefusal::Archived.into());
    }
    let changed = !changes.is_empty();
    if changed {
        update(append, access, request, &name).await?;
        line.action = AuditAction::ChangedRoom;
        line.detail = in_words(&changes);
    }
    append.ensure_locked(&BTreeSet::from([request.room])).await?;
    let bodies = changes
        .into_iter()
        .map(|change| (request.room, Body::Room { change }))
        .collect();
    append.write(&me, bodies).await?;
    Ok(CommandOutcome {
        room: Some(request.room),
        changed,
        ..CommandOutcome::default()
    })
}

/// Writes the room's row, with the keys of its name.
async fn update<S: Sql>(
    append: &mut Append<S>,
    access: &Access,
    request: &ChangeRoom,
    name: &str,
) -> Result<(), CommandError> {
    let renamed = name != access.name;
    // An unchanged name keeps its keys, whatever rules they were made by.
    let key = match renamed {
        true => NameKey::of(name).map_err(|_| StoreRefusal::Invalid(NO_ROOM_NAME))?,
        false => NameKey::of_stored(name),
    };
    let topic = request
        .topic
        .as_ref()
        .map_or(access.topic.as_str(), Topic::as_str);
    let done = sql!(
        "update rooms set name = $1, name_key = $2, topic = $3, search = $4, archived = $5,
            name_said = case when $7 then $8 else name_said end,
            name_look = case when $7 then $9 else name_look end,
            name_shape = case when $7 then $10 else name_shape end
         where id = $6"
    )
    .bind(name)
    .bind(nickname::folded(name))
    .bind(topic)
    .bind(kind::search(name, topic))
    .bind(request.archived.unwrap_or(access.archived))
    .bind(request.room)
    .bind(renamed)
    .bind_key(&key)
    .execute(&mut append.connection)
    .await;
    // If another public room has the name, the whole change is refused and rolled back.
    done.map_err(|error| error.or_taken(StoreRefusal::RoomNameTaken))?;
    Ok(())
}
