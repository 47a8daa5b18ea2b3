//! Rooms and people get other names; rooms are described, archived and opened again.

use std::collections::BTreeSet;
use std::net::IpAddr;

use sqlx::Row;
use steadfast_shared::admin::AuditAction;
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Body, Nickname, Person, Role, RoomId, RoomKind, RoomName, Topic};

use super::access::{Access, Done, access, allowed};
use super::admin::logs;
use super::append::Append;
use super::{former, kind};
use crate::store::admin::{Actor, NewAuditLine};
use crate::store::nickname::{self, NameKey};
pub(super) use crate::store::settle::NO_ROOM_NAME;
use crate::store::settle::{NO_NICKNAME, differences, former_nickname, in_words};
use crate::store::{Acted, Refusal};

/// Changes a room, and writes into its log what is otherwise than before.
pub(super) async fn change(
    append: &mut Append,
    me: Person,
    from: Option<IpAddr>,
    asked: &ChangeRoom,
) -> Done<Acted> {
    let access = allowed!(access(&mut append.connection, me.id, asked.room).await?);
    if access.kind == RoomKind::Direct || !access.manage {
        return Ok(Err(Refusal::Forbidden));
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
    let acted = allowed!(change_with(append, me, &access, asked, &mut line).await?);
    if !access.mine && acted.changed {
        logs::write_audit(&mut append.connection, &line).await?;
    }
    Ok(Ok(acted))
}

/// Changes a room for somebody who may, and says in the audit log's line what is otherwise.
pub(super) async fn change_with(
    append: &mut Append,
    me: Person,
    access: &Access,
    asked: &ChangeRoom,
    line: &mut NewAuditLine,
) -> Done<Acted> {
    let wanted = asked.name.as_ref().map_or(access.name.as_str(), RoomName::as_str);
    let name = nickname::composed(wanted);
    let changes = differences(access, asked, &name)?;
    if access.archived && asked.archived != Some(false) && !changes.is_empty() {
        return Ok(Err(Refusal::Archived));
    }
    // A name that is kept keeps its keys, under whatever rules it got them.
    let key = if name == access.name {
        NameKey::of_stored(&name)
    } else {
        match NameKey::of(&name) {
            Ok(key) => key,
            Err(_) => return Ok(Err(Refusal::Invalid(NO_ROOM_NAME))),
        }
    };
    let renamed = name != access.name;
    let topic = asked.topic.as_ref().map_or(access.topic.as_str(), Topic::as_str);
    if !changes.is_empty() {
        // Ignored where another public room has the name.
        let changed = sqlx::query(
            "update or ignore rooms set name = ?1, name_key = ?2, topic = ?3, search = ?4, archived = ?5,
                name_said = iif(?7, ?8, name_said), name_look = iif(?7, ?9, name_look),
                name_shape = iif(?7, ?10, name_shape)
             where id = ?6",
        )
        .bind(&name)
        .bind(nickname::folded(&name))
        .bind(topic)
        .bind(kind::search(&name, topic))
        .bind(asked.archived.unwrap_or(access.archived))
        .bind(asked.room.0)
        .bind(renamed)
        .bind(key.name)
        .bind(key.look)
        .bind(key.shape)
        .execute(&mut *append.connection)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(Err(Refusal::RoomNameTaken));
        }
    }
    let changed = !changes.is_empty();
    if changed {
        line.action = AuditAction::ChangedRoom;
        line.detail = in_words(&changes);
    }
    append.lock(&BTreeSet::from([asked.room])).await?;
    let said = changes
        .into_iter()
        .map(|change| (asked.room, Body::Room { change }))
        .collect();
    append.write(&me, said).await?;
    Ok(Ok(Acted {
        room: Some(asked.room),
        changed,
        ..Acted::default()
    }))
}

/// Gives somebody another nickname, and writes that into each of their rooms in which things can be said.
pub(super) async fn rename(append: &mut Append, me: Person, name: &Nickname) -> Done<Acted> {
    let Ok(name) = Nickname::parse(&nickname::composed(name.as_str())) else {
        return Ok(Err(Refusal::Invalid(NO_NICKNAME)));
    };
    let renamed = Person {
        id: me.id,
        name: name.as_str().to_owned(),
    };
    if me.name != renamed.name {
        let Ok(key) = NameKey::of(name.as_str()) else {
            return Ok(Err(Refusal::Invalid(NO_NICKNAME)));
        };
        if former::is_held(&mut append.connection, &key, Some(me.id), append.at).await? {
            return Ok(Err(Refusal::NicknameTaken));
        }
        former::give_up(&mut append.connection, me.id, &key, append.at).await?;
        // Ignored where somebody else has the name, or one that can be taken for it.
        let query = "update or ignore users set name = ?, name_key = ?, name_look = ?, name_shape = ?, search = ? where id = ?";
        let taken = sqlx::query(query)
            .bind(name.as_str())
            .bind(key.name)
            .bind(key.look)
            .bind(key.shape)
            .bind(nickname::folded(name.as_str()))
            .bind(me.id.0)
            .execute(&mut *append.connection)
            .await?;
        if taken.rows_affected() == 0 {
            return Ok(Err(Refusal::NicknameTaken));
        }
        let was = former_nickname(&me.name)?;
        let rooms = sqlx::query(
            "select rooms.id from members join rooms on rooms.id = members.room
             where members.user = ? and rooms.archived = 0",
        )
        .bind(me.id.0)
        .fetch_all(&mut *append.connection)
        .await?;
        let rooms = rooms.iter().map(|row| row.try_get("id").map(RoomId));
        let rooms: BTreeSet<RoomId> = rooms.collect::<Result<_, _>>()?;
        append.lock(&rooms).await?;
        let said = rooms.into_iter().map(|room| {
            let (name, was) = (name.clone(), was.clone());
            (room, Body::Nickname { name, was })
        });
        append.write(&renamed, said.collect()).await?;
    }
    Ok(Ok(Acted {
        name_changed: me.name != renamed.name,
        renamed: Some(renamed),
        ..Acted::default()
    }))
}
