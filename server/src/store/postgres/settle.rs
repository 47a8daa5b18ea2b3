//! Rooms and people get other names; rooms are described, archived and opened again.

use std::net::IpAddr;

use sqlx::Row;
use steadfast_shared::admin::AuditAction;
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Body, Nickname, Person, Role, RoomId, RoomKind, RoomName, Topic};
use uuid::Uuid;

use super::access::access;
use super::admin::logs;
use super::append::Append;
use super::{former, kind};
use crate::store::access::{Access, Done, allowed};
use crate::store::admin::{Actor, NewAuditLine};
use crate::store::nickname::{self, NameKey};
use crate::store::settle::{NO_NICKNAME, NO_ROOM_NAME, differences, former_nickname, in_words};
use crate::store::{Acted, Refusal, StoreError};

/// Changes a room, and writes into its log what is otherwise than before.
pub(super) async fn change(
    append: &mut Append<'_>,
    me: Person,
    from: Option<IpAddr>,
    asked: &ChangeRoom,
) -> Done<Acted> {
    let access = allowed!(access(append.connection, me.id, asked.room).await?);
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
        logs::write_audit(append.connection, &line).await?;
    }
    Ok(Ok(acted))
}

/// Changes a room for somebody who may, and says in the audit log's line what is otherwise.
pub(super) async fn change_with(
    append: &mut Append<'_>,
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
    let renamed = name != access.name;
    // A name that is kept keeps its keys, under whatever rules it got them.
    let key = if renamed {
        match NameKey::of(&name) {
            Ok(key) => key,
            Err(_) => return Ok(Err(Refusal::Invalid(NO_ROOM_NAME))),
        }
    } else {
        NameKey::of_stored(&name)
    };
    let topic = asked.topic.as_ref().map_or(access.topic.as_str(), Topic::as_str);
    if !changes.is_empty() {
        let done = sqlx::query(
            "update rooms set name = $1, name_key = $2, topic = $3, search = $4, archived = $5,
                name_said = case when $7 then $8 else name_said end,
                name_look = case when $7 then $9 else name_look end,
                name_shape = case when $7 then $10 else name_shape end
             where id = $6",
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
        .await;
        match done {
            Ok(_) => {}
            // Refused, and so taken back as a whole, where another public room has the name.
            Err(error)
                if is_taken(
                    &error,
                    &[
                        "public_rooms_by_name",
                        "public_rooms_by_look",
                        "public_rooms_by_shape",
                    ],
                ) =>
            {
                return Ok(Err(Refusal::RoomNameTaken));
            }
            Err(error) => return Err(StoreError::from(error)),
        }
    }
    let changed = !changes.is_empty();
    if changed {
        line.action = AuditAction::ChangedRoom;
        line.detail = in_words(&changes);
    }
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

/// Whether a statement failed because of one of these constraints. Nothing but a rollback follows.
fn is_taken(error: &sqlx::Error, constraints: &[&str]) -> bool {
    let constraint = error.as_database_error().and_then(|refusal| refusal.constraint());
    constraint.is_some_and(|constraint| constraints.contains(&constraint))
}

/// Gives somebody another nickname, and writes that into each of their rooms in which things can be said.
pub(super) async fn rename(append: &mut Append<'_>, me: Person, name: &Nickname) -> Done<Acted> {
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
        former::give_up(append.connection, me.id, &key, append.at).await?;
        let taken = sqlx::query(
            "update users set name = $1, name_key = $2, name_look = $3, name_shape = $4, search = $5 where id = $6",
        )
        .bind(name.as_str())
        .bind(&key.name)
        .bind(&key.look)
        .bind(&key.shape)
        .bind(nickname::folded(name.as_str()))
        .bind(me.id.0)
        .execute(&mut *append.connection)
        .await;
        match taken {
            Ok(_) => {}
            // Refused where somebody else has the name, or one that can be taken for it.
            Err(error) if is_taken(&error, &["users_name_key", "users_name_look", "users_name_shape"]) => {
                return Ok(Err(Refusal::NicknameTaken));
            }
            Err(error) => return Err(StoreError::from(error)),
        }
        if former::is_held(append.connection, &key, me.id, append.at).await? {
            return Ok(Err(Refusal::NicknameTaken));
        }
        let was = former_nickname(&me.name)?;
        let rooms = sqlx::query(
            "select rooms.id from members join rooms on rooms.id = members.room
             where members.person = $1 and not rooms.archived",
        )
        .bind(me.id.0)
        .fetch_all(&mut *append.connection)
        .await?;
        let mut said = Vec::with_capacity(rooms.len());
        for room in rooms {
            let room: Uuid = room.try_get("id")?;
            // Opened again at this moment.
            if !append.has_locked(RoomId(room)) {
                return Err(StoreError::Locked);
            }
            let (name, was) = (name.clone(), was.clone());
            said.push((RoomId(room), Body::Nickname { name, was }));
        }
        append.write(&renamed, said).await?;
    }
    Ok(Ok(Acted {
        name_changed: me.name != renamed.name,
        renamed: Some(renamed),
        ..Acted::default()
    }))
}
