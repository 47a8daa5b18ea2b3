//! Rooms are made.

use sqlx::Row;
use steadfast_shared::admin::LimitName;
use steadfast_shared::room::{CreateRoom, DirectRoom};
use steadfast_shared::{Body, Millis, Person, RoomChange, RoomId, RoomKind, UserId, limit};
use uuid::Uuid;

use super::access::{Done, all_known, allowed, count_brought, enter};
use super::append::Append;
use super::{admin, block, from_sql, kind, settle, to_sql};
use crate::store::nickname::{self, NameKey};
use crate::store::refusal::Blocker;
use crate::store::{Acted, Refusal};

/// Makes a public or a private room. Asked again, it answers the room that is there.
pub(super) async fn create(append: &mut Append, me: Person, asked: &CreateRoom) -> Done<Acted> {
    if asked.kind == RoomKind::Direct {
        return Ok(Err(Refusal::Invalid("a direct room is opened with room:direct")));
    }
    let Ok(key) = NameKey::of(asked.name.as_str()) else {
        return Ok(Err(Refusal::Invalid(settle::NO_ROOM_NAME)));
    };
    let name = nickname::composed(asked.name.as_str());
    let made = sqlx::query(
        "insert into rooms (id, kind, name, name_key, topic, search, creator, created_at, active_at,
                            name_said, name_look, name_shape)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11) on conflict do nothing",
    )
    .bind(asked.id.0)
    .bind(kind::written(asked.kind))
    .bind(&name)
    .bind(nickname::folded(&name))
    .bind(asked.topic.as_str())
    .bind(kind::search(&name, asked.topic.as_str()))
    .bind(me.id.0)
    .bind(to_sql(append.at))
    .bind(key.name)
    .bind(key.look)
    .bind(key.shape)
    .execute(&mut *append.connection)
    .await?
    .rows_affected();
    if made == 1 {
        return inhabit(append, asked.id, &me, std::slice::from_ref(&me)).await;
    }
    let mine: Option<bool> = sqlx::query_scalar(
        "select coalesce(creator = ?1, 0) and exists (select 1 from members where user = ?1 and room = ?2)
         from rooms where id = ?2",
    )
    .bind(me.id.0)
    .bind(asked.id.0)
    .fetch_optional(&mut *append.connection)
    .await?;
    Ok(match mine {
        Some(true) => Ok(Acted {
            room: Some(asked.id),
            ..Acted::default()
        }),
        Some(false) => Err(Refusal::Conflict),
        None => Err(Refusal::RoomNameTaken),
    })
}

/// Opens the one room of exactly these people.
pub(super) async fn direct(append: &mut Append, me: Person, asked: &DirectRoom) -> Done<Acted> {
    let mut with: Vec<UserId> = asked.with.clone();
    with.sort_unstable();
    with.dedup();
    with.retain(|user| *user != me.id);
    if with.is_empty() {
        return Ok(Err(Refusal::Invalid("a conversation is with somebody else")));
    }
    if with.len() >= limit::DIRECT_PEOPLE {
        return Ok(Err(Refusal::TooManyPeople));
    }
    with.push(me.id);
    let people = allowed!(all_known(&mut append.connection, &with).await?);
    if let Some(blocker) = block::between(&mut append.connection, me.id, &with).await?
        && (with.len() == 2 || blocker == Blocker::Other)
    {
        return Ok(Err(Refusal::Blocked(blocker)));
    }
    let key: Vec<u8> = people.iter().flat_map(|person| *person.id.0.as_bytes()).collect();
    // The key settles who of two that open it at the same time makes it.
    let made = sqlx::query(
        "insert into rooms (id, kind, name, name_key, search, direct_key, creator, created_at, active_at)
         values (?1, 'direct', '', '', '', ?2, ?3, ?4, ?4) on conflict (direct_key) do nothing",
    )
    .bind(Uuid::now_v7())
    .bind(&key)
    .bind(me.id.0)
    .bind(to_sql(append.at))
    .execute(&mut *append.connection)
    .await?
    .rows_affected();
    let room = sqlx::query("select id from rooms where direct_key = ?")
        .bind(&key)
        .fetch_one(&mut *append.connection)
        .await?;
    let room = RoomId(room.try_get("id")?);
    if made == 1 {
        allowed!(may_open(append, me.id).await?);
        allowed!(count_brought(append, me.id, people.len() - 1).await?);
        return inhabit(append, room, &me, &people).await;
    }
    let shown = block::show(append, me.id, room).await?;
    // Who has left it comes back.
    let came = allowed!(enter(append, me.id, room, me.id).await?);
    Ok(Ok(Acted {
        room: Some(room),
        view_changed: shown,
        came: Vec::from_iter(came.then_some(me)),
        ..Acted::default()
    }))
}

/// Whether somebody may open one more direct room: so many an hour, and so many that nobody answers. It is there already.
async fn may_open(append: &mut Append, by: UserId) -> Done<()> {
    const HOUR: Millis = 60 * 60 * 1_000;
    let row = sqlx::query(
        "select count(*) as lately, min(created_at) as first from rooms
         where creator = ? and kind = 'direct' and created_at > ?",
    )
    .bind(by.0)
    .bind(to_sql(append.at.saturating_sub(HOUR)))
    .fetch_one(&mut *append.connection)
    .await?;
    let most = limit::DIRECT_PER_HOUR.into();
    let most = admin::limit_of(&mut append.connection, by, LimitName::DirectPerHour, most).await?;
    if from_sql(row.try_get("lately")?) > most {
        let first = from_sql(row.try_get("first")?);
        let wait = (first + HOUR).saturating_sub(append.at).max(1_000);
        return Ok(Err(Refusal::TooMuchLately(wait)));
    }
    let unanswered: i64 = sqlx::query_scalar(
        "select count(*) from rooms where creator = ?1 and kind = 'direct' and not exists (
            select 1 from entries where entries.room = rooms.id and entries.author <> ?1 and entries.kind = 'message')",
    )
    .bind(by.0)
    .fetch_one(&mut *append.connection)
    .await?;
    let most = limit::DIRECT_UNANSWERED.into();
    let most = admin::limit_of(&mut append.connection, by, LimitName::DirectUnanswered, most).await?;
    Ok(if from_sql(unanswered) > most {
        Err(Refusal::TooManyUnanswered)
    } else {
        Ok(())
    })
}

/// Brings the first people into a room, and begins its log.
async fn inhabit(append: &mut Append, room: RoomId, by: &Person, people: &[Person]) -> Done<Acted> {
    append.made(room);
    for person in people {
        allowed!(enter(append, person.id, room, by.id).await?);
    }
    let change = RoomChange::Created;
    append.write(by, vec![(room, Body::Room { change })]).await?;
    Ok(Ok(Acted {
        room: Some(room),
        made: true,
        came: people.to_vec(),
        ..Acted::default()
    }))
}
