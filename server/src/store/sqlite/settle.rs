//! Rooms and people get other names; rooms are described, archived and opened again.

use sqlx::Row;
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{Body, Nickname, Person, RoomChange, RoomId, RoomKind, RoomName, Topic};

use super::access::{Access, Done, access, allowed};
use super::append::Append;
use super::{kind, older, told};
use crate::store::nickname::NameKey;
use crate::store::{Acted, Refusal, StoreError};

/// Changes a room, and writes into its log what is otherwise than before.
pub(super) async fn change(append: &mut Append, me: Person, asked: &ChangeRoom) -> Done<Acted> {
    let access = allowed!(access(&mut append.transaction, me.id, asked.room).await?);
    if access.kind == RoomKind::Direct || !access.manage {
        return Ok(Err(Refusal::Forbidden));
    }
    let changes = differences(&access, asked)?;
    if access.archived && asked.archived != Some(false) && !changes.is_empty() {
        return Ok(Err(Refusal::Archived));
    }
    let name = asked.name.as_ref().map_or(access.name.as_str(), RoomName::as_str);
    let topic = asked.topic.as_ref().map_or(access.topic.as_str(), Topic::as_str);
    if !changes.is_empty() {
        // Ignored where another public room has the name.
        let changed = sqlx::query(
            "update or ignore rooms set name = ?, name_key = ?, topic = ?, search = ?, archived = ? where id = ?",
        )
        .bind(name)
        .bind(name.to_lowercase())
        .bind(topic)
        .bind(kind::search(name, topic))
        .bind(asked.archived.unwrap_or(access.archived))
        .bind(asked.room.0)
        .execute(&mut *append.transaction)
        .await
        .map_err(told)?;
        if changed.rows_affected() == 0 {
            return Ok(Err(Refusal::RoomNameTaken));
        }
    }
    let changed = !changes.is_empty();
    for change in changes {
        append.write(&me, asked.room, Body::Room { change }).await?;
    }
    Ok(Ok(Acted {
        room: Some(asked.room),
        changed,
        ..Acted::default()
    }))
}

/// What would be otherwise. A room is opened before, and archived after everything else.
fn differences(access: &Access, asked: &ChangeRoom) -> Result<Vec<RoomChange>, StoreError> {
    let mut changes = Vec::new();
    if access.archived && asked.archived == Some(false) {
        changes.push(RoomChange::Reopened);
    }
    if let Some(name) = asked.name.as_ref().filter(|name| name.as_str() != access.name) {
        let was = RoomName::parse(&access.name)
            .or_else(|_| RoomName::parse(&older::seen(&access.name)))
            .map_err(|_| StoreError::Unreadable("name of a room"))?;
        changes.push(RoomChange::Renamed {
            name: name.clone(),
            was,
        });
    }
    if let Some(topic) = asked
        .topic
        .as_ref()
        .filter(|topic| topic.as_str() != access.topic)
    {
        changes.push(RoomChange::Described { topic: topic.clone() });
    }
    if !access.archived && asked.archived == Some(true) {
        changes.push(RoomChange::Archived);
    }
    Ok(changes)
}

/// Gives somebody another nickname, and writes that into each of their rooms in which things can be said.
pub(super) async fn rename(append: &mut Append, me: Person, name: &Nickname) -> Done<Acted> {
    let renamed = Person {
        id: me.id,
        name: name.as_str().to_owned(),
    };
    if me.name != renamed.name {
        let Ok(key) = NameKey::of(name) else {
            return Ok(Err(Refusal::Invalid(
                "this cannot be a nickname: choose another one",
            )));
        };
        // Ignored where somebody else has the name, or one that can be taken for it.
        let query =
            "update or ignore users set name = ?, name_key = ?, name_look = ?, name_shape = ? where id = ?";
        let taken = sqlx::query(query)
            .bind(name.as_str())
            .bind(key.name)
            .bind(key.look)
            .bind(key.shape)
            .bind(me.id.0)
            .execute(&mut *append.transaction)
            .await
            .map_err(told)?;
        if taken.rows_affected() == 0 {
            return Ok(Err(Refusal::NicknameTaken));
        }
        let was = Nickname::parse(&me.name)
            .or_else(|_| Nickname::parse(&older::seen(&me.name)))
            .map_err(|_| StoreError::Unreadable("nickname"))?;
        let rooms = sqlx::query(
            "select rooms.id from members join rooms on rooms.id = members.room
             where members.user = ? and rooms.archived = 0",
        )
        .bind(me.id.0)
        .fetch_all(&mut *append.transaction)
        .await
        .map_err(told)?;
        for room in rooms {
            let room = RoomId(room.try_get("id").map_err(told)?);
            let (name, was) = (name.clone(), was.clone());
            append.write(&renamed, room, Body::Nickname { name, was }).await?;
        }
    }
    Ok(Ok(Acted {
        renamed: Some(renamed),
        ..Acted::default()
    }))
}
