//! People come into rooms and leave them.

use steadfast_shared::room::{Invite, RemoveMember};
use steadfast_shared::{Person, RoomId, RoomKind, limit};

use super::access::{access, all_known, count_brought, enter, known};
use super::append::Append;
use super::block;
use crate::store::access::{Access, Done, allowed};
use crate::store::refusal::Blocker;
use crate::store::{Acted, Refusal, StoreError};

/// Lets somebody into a public room. Whoever is in a room already, of whatever kind, stays.
pub(super) async fn join(append: &mut Append<'_>, me: Person, room: RoomId) -> Done<Acted> {
    if let Err(refusal) = access(append.connection, me.id, room).await? {
        if refusal == Refusal::RoomDeleted {
            return Ok(Err(refusal));
        }
        let public: Option<bool> = sqlx::query_scalar("select kind = 'public' from rooms where id = $1")
            .bind(room.0)
            .fetch_optional(&mut *append.connection)
            .await?;
        if public != Some(true) {
            return Ok(Err(Refusal::UnknownRoom));
        }
    }
    let came = allowed!(enter(append, me.id, room, me.id).await?);
    Ok(Ok(Acted {
        room: Some(room),
        came: Vec::from_iter(came.then_some(me)),
        ..Acted::default()
    }))
}

/// Lets somebody out of a room. A conversation of two is not left, for then nobody could answer in it: it is hidden.
pub(super) async fn leave(append: &mut Append<'_>, me: Person, room: RoomId) -> Done<Acted> {
    let access = allowed!(access(append.connection, me.id, room).await?);
    if access.kind == RoomKind::Direct && access.people <= 2 {
        return Ok(Err(Refusal::Forbidden));
    }
    Ok(Ok(out(append, me, room).await?))
}

/// Brings people into a room. All of them, or none.
pub(super) async fn invite(append: &mut Append<'_>, me: Person, asked: &Invite) -> Done<Acted> {
    let access = allowed!(access(append.connection, me.id, asked.room).await?);
    match access {
        Access {
            kind: RoomKind::Direct,
            ..
        } => return Ok(Err(Refusal::Forbidden)),
        Access { archived: true, .. } => return Ok(Err(Refusal::Archived)),
        _ if asked.people.is_empty() => return Ok(Err(Refusal::Invalid("nobody is invited"))),
        _ if asked.people.len() > limit::INVITED => return Ok(Err(Refusal::TooManyPeople)),
        _ => {}
    }
    let people = allowed!(all_known(append.connection, &asked.people).await?);
    if block::between(append.connection, me.id, &asked.people).await? == Some(Blocker::Other) {
        return Ok(Err(Refusal::Blocked(Blocker::Other)));
    }
    let mut came = Vec::new();
    for person in people {
        if allowed!(enter(append, person.id, asked.room, me.id).await?) {
            came.push(person);
        }
    }
    let brought = came.iter().filter(|person| person.id != me.id).count();
    allowed!(count_brought(append, me.id, brought).await?);
    Ok(Ok(Acted {
        room: Some(asked.room),
        came,
        ..Acted::default()
    }))
}

/// Takes somebody out of a private room.
pub(super) async fn remove(append: &mut Append<'_>, me: Person, asked: &RemoveMember) -> Done<Acted> {
    let access = allowed!(access(append.connection, me.id, asked.room).await?);
    if access.kind != RoomKind::Private || !access.manage {
        return Ok(Err(Refusal::Forbidden));
    }
    let person = allowed!(known(append.connection, asked.person).await?);
    Ok(Ok(out(append, person, asked.room).await?))
}

async fn out(append: &mut Append<'_>, person: Person, room: RoomId) -> Result<Acted, StoreError> {
    let mut left = 0;
    for query in [
        "delete from mentions where person = $1 and room = $2",
        "delete from members where person = $1 and room = $2",
    ] {
        left = sqlx::query(query)
            .bind(person.id.0)
            .bind(room.0)
            .execute(&mut *append.connection)
            .await?
            .rows_affected();
    }
    Ok(Acted {
        room: Some(room),
        left: Vec::from_iter((left == 1).then_some(person)),
        ..Acted::default()
    })
}
