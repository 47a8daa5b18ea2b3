//! Rooms get other names, are described, archived and opened again.

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
    asked: &ChangeRoom,
) -> Result<CommandOutcome, CommandError> {
    let access = access(&mut append.connection, me.id, asked.room).await?;
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
        room: Some(asked.room),
        detail: String::new(),
    };
    let acted = change_with(append, me, &access, asked, &mut line).await?;
    if !access.mine && acted.changed {
        logs::write_audit(&mut append.connection, &line).await?;
    }
    Ok(acted)
}

/// Changes a room for somebody who may, and notes the changes in the audit log's line.
pub(in crate::store) async fn change_with<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    access: &Access,
    asked: &ChangeRoom,
    line: &mut NewAuditLine,
) -> Result<CommandOutcome, CommandError> {
    let wanted = asked.name.as_ref().map_or(access.name.as_str(), RoomName::as_str);
    let name = nickname::composed(wanted);
    let changes = differences(access, asked, &name)?;
    if access.archived && asked.archived != Some(false) && !changes.is_empty() {
        return Err(StoreRefusal::Archived.into());
    }
    let changed = !changes.is_empty();
    if changed {
        update(append, access, asked, &name).await?;
        line.action = AuditAction::ChangedRoom;
        line.detail = in_words(&changes);
    }
    append.ensure_locked(&BTreeSet::from([asked.room])).await?;
    let said = changes
        .into_iter()
        .map(|change| (asked.room, Body::Room { change }))
        .collect();
    append.write(&me, said).await?;
    Ok(CommandOutcome {
        room: Some(asked.room),
        changed,
        ..CommandOutcome::default()
    })
}

/// Writes the room's row, with the keys of its name.
async fn update<S: Sql>(
    append: &mut Append<S>,
    access: &Access,
    asked: &ChangeRoom,
    name: &str,
) -> Result<(), CommandError> {
    let renamed = name != access.name;
    // A name that is kept keeps its keys, under whatever rules it got them.
    let key = match renamed {
        true => NameKey::of(name).map_err(|_| StoreRefusal::Invalid(NO_ROOM_NAME))?,
        false => NameKey::of_stored(name),
    };
    let topic = asked.topic.as_ref().map_or(access.topic.as_str(), Topic::as_str);
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
    .bind(asked.archived.unwrap_or(access.archived))
    .bind(asked.room)
    .bind(renamed)
    .bind_key(&key)
    .execute(&mut append.connection)
    .await;
    // Refused, and so taken back as a whole, where another public room has the name.
    done.map_err(|error| error.or_taken(StoreRefusal::RoomNameTaken))?;
    Ok(())
}
