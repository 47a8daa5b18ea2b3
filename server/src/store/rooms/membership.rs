//! Adds people to rooms and removes them.

use steadfast_shared::room::{InvitePeople, RemoveMember};
use steadfast_shared::{Person, RoomId, RoomKind, limit};

use super::access::{Access, access};
use super::enter::{count_brought, enter};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::people::block;
use crate::store::people::person::{all_existing, existing};
use crate::store::query::sql;
use crate::store::refusal::Blocker;
use crate::store::{CommandOutcome, StoreError, StoreRefusal};

/// Adds a person to a public room. A person who is already in the room, of whatever kind, stays.
pub(in crate::store) async fn join<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    room: RoomId,
) -> Result<CommandOutcome, CommandError> {
    let access = access(&mut append.connection, me.id, room).await;
    if let Err(CommandError::Refused(StoreRefusal::UnknownRoom)) = access {
        let public: Option<bool> = sql!("select kind = 'public' from rooms where id = $1")
            .bind(room)
            .optional_scalar(&mut append.connection)
            .await?;
        if public != Some(true) {
            return Err(StoreRefusal::UnknownRoom.into());
        }
    } else {
        access?;
    }
    let came = enter(append, me.id, room, me.id).await?;
    Ok(CommandOutcome {
        room: Some(room),
        came: Vec::from_iter(came.then_some(me)),
        ..CommandOutcome::default()
    })
}

/// Removes a person from a room. A conversation of two is hidden instead, because the other person could not be answered in it.
pub(in crate::store) async fn leave<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    room: RoomId,
) -> Result<CommandOutcome, CommandError> {
    let access = access(&mut append.connection, me.id, room).await?;
    if access.kind == RoomKind::Direct && access.people <= 2 {
        return Err(StoreRefusal::Forbidden.into());
    }
    Ok(out(append, me, room).await?)
}

/// Adds people to a room: all of them, or none.
pub(in crate::store) async fn invite<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    request: &InvitePeople,
) -> Result<CommandOutcome, CommandError> {
    let access = access(&mut append.connection, me.id, request.room).await?;
    match access {
        Access {
            kind: RoomKind::Direct,
            ..
        } => return Err(StoreRefusal::Forbidden.into()),
        Access { archived: true, .. } => return Err(StoreRefusal::Archived.into()),
        _ if request.people.is_empty() => {
            return Err(StoreRefusal::Invalid("name at least one person to invite").into());
        }
        _ if request.people.len() > limit::INVITED => return Err(StoreRefusal::TooManyPeople.into()),
        _ => {}
    }
    let people = all_existing(&mut append.connection, &request.people).await?;
    if block::between(&mut append.connection, me.id, &request.people).await? == Some(Blocker::Other) {
        return Err(StoreRefusal::Blocked(Blocker::Other).into());
    }
    let mut came = Vec::new();
    for person in people {
        if enter(append, person.id, request.room, me.id).await? {
            came.push(person);
        }
    }
    let brought = came.iter().filter(|person| person.id != me.id).count();
    count_brought(append, me.id, brought).await?;
    Ok(CommandOutcome {
        room: Some(request.room),
        came,
        ..CommandOutcome::default()
    })
}

/// Removes a person from a private room.
pub(in crate::store) async fn remove<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    request: &RemoveMember,
) -> Result<CommandOutcome, CommandError> {
    let access = access(&mut append.connection, me.id, request.room).await?;
    if access.kind != RoomKind::Private || !access.manage {
        return Err(StoreRefusal::Forbidden.into());
    }
    let person = existing(&mut append.connection, request.person).await?;
    Ok(out(append, person, request.room).await?)
}

async fn out<S: Sql>(
    append: &mut Append<S>,
    person: Person,
    room: RoomId,
) -> Result<CommandOutcome, StoreError> {
    sql!("delete from mentions where " person " = $1 and room = $2")
        .bind(person.id)
        .bind(room)
        .execute(&mut append.connection)
        .await?;
    let left = sql!("delete from members where " person " = $1 and room = $2")
        .bind(person.id)
        .bind(room)
        .execute(&mut append.connection)
        .await?;
    Ok(CommandOutcome {
        room: Some(room),
        left: Vec::from_iter((left == 1).then_some(person)),
        ..CommandOutcome::default()
    })
}
