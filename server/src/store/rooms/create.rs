//! Creates rooms.

use std::collections::BTreeSet;

use steadfast_shared::admin::LimitName;
use steadfast_shared::room::{CreateRoom, DirectRoom};
use steadfast_shared::{Body, Millis, Person, RoomChange, RoomId, RoomKind, UserId, limit};
use uuid::Uuid;

use super::difference::NO_ROOM_NAME;
use super::enter::{count_brought, enter};
use super::{hide, kind};
use crate::store::admin::people::limit_of;
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::nickname::{self, NameKey};
use crate::store::number::{from_sql, to_sql};
use crate::store::people::block;
use crate::store::people::person::all_existing;
use crate::store::query::sql;
use crate::store::refusal::Blocker;
use crate::store::{CommandOutcome, StoreRefusal};

/// Creates a public or a private room. A repeated request returns the existing room.
pub(in crate::store) async fn create<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    request: &CreateRoom,
) -> Result<CommandOutcome, CommandError> {
    if request.kind == RoomKind::Direct {
        return Err(StoreRefusal::Invalid("a direct room is opened with room:direct").into());
    }
    let Ok(key) = NameKey::of(request.name.as_str()) else {
        return Err(StoreRefusal::Invalid(NO_ROOM_NAME).into());
    };
    let name = nickname::composed(request.name.as_str());
    let made = sql!(
        "insert into rooms (id, kind, name, name_key, topic, search, creator, created_at, active_at,
                            name_said, name_look, name_shape)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11) on conflict do nothing"
    )
    .bind(request.id)
    .bind(kind::written(request.kind))
    .bind(&name)
    .bind(nickname::folded(&name))
    .bind(request.topic.as_str())
    .bind(kind::search(&name, request.topic.as_str()))
    .bind(me.id)
    .bind(to_sql(append.at))
    .bind_key(&key)
    .execute(&mut append.connection)
    .await?;
    if made == 1 {
        append.made(request.id);
        append.connection.lock_people(&[me.id]).await?;
        return inhabit(append, request.id, &me, std::slice::from_ref(&me)).await;
    }
    let mine: Option<bool> = sql!("select creator is not distinct from $1 and exists (select 1 from members where " person " = $1 and room = $2)
         from rooms where id = $2")
    .bind(me.id)
    .bind(request.id)
    .optional_scalar(&mut append.connection)
    .await?;
    match mine {
        Some(true) => Ok(CommandOutcome {
            room: Some(request.id),
            ..CommandOutcome::default()
        }),
        Some(false) => Err(StoreRefusal::Conflict.into()),
        None => Err(StoreRefusal::RoomNameTaken.into()),
    }
}

/// Opens the one room of exactly these people.
pub(in crate::store) async fn direct<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    request: &DirectRoom,
) -> Result<CommandOutcome, CommandError> {
    let with = participants(&me, request)?;
    let people = all_existing(&mut append.connection, &with).await?;
    if let Some(blocker) = block::between(&mut append.connection, me.id, &with).await?
        && (with.len() == 2 || blocker == Blocker::Other)
    {
        return Err(StoreRefusal::Blocked(blocker).into());
    }
    let key: Vec<u8> = people.iter().flat_map(|person| *person.id.0.as_bytes()).collect();
    // If two people open it at the same time, the key decides who creates it.
    let made = sql!(
        "insert into rooms (id, kind, name, name_key, search, direct_key, creator, created_at, active_at)
         values ($1, 'direct', '', '', '', $2, $3, $4, $4) on conflict (direct_key) do nothing"
    )
    .bind(Uuid::now_v7())
    .bind(&key)
    .bind(me.id)
    .bind(to_sql(append.at))
    .execute(&mut append.connection)
    .await?;
    let room: Uuid = sql!("select id from rooms where direct_key = $1")
        .bind(&key)
        .scalar(&mut append.connection)
        .await?;
    let room = RoomId(room);
    if made == 1 {
        append.made(room);
        append.connection.lock_people(&with).await?;
        may_open(append, me.id).await?;
        count_brought(append, me.id, people.len() - 1).await?;
        return inhabit(append, room, &me, &people).await;
    }
    reopen(append, me, room).await
}

/// The people of a direct room, each once.
fn participants(me: &Person, request: &DirectRoom) -> Result<Vec<UserId>, StoreRefusal> {
    let mut with: Vec<UserId> = request.with.clone();
    with.sort_unstable();
    with.dedup();
    with.retain(|user| *user != me.id);
    if with.is_empty() {
        return Err(StoreRefusal::Invalid("a conversation needs another person"));
    }
    if with.len() >= limit::DIRECT_PEOPLE {
        return Err(StoreRefusal::TooManyPeople);
    }
    with.push(me.id);
    Ok(with)
}

/// Shows an existing direct room again.
async fn reopen<S: Sql>(
    append: &mut Append<S>,
    me: Person,
    room: RoomId,
) -> Result<CommandOutcome, CommandError> {
    if !append.has_locked(room) {
        // Another transaction has just created it.
        append.lock(&BTreeSet::from([room])).await?;
    }
    append.connection.lock_people(&[me.id]).await?;
    let shown = hide::show(append, me.id, room).await?;
    // A person who has left it returns.
    let came = enter(append, me.id, room, me.id).await?;
    Ok(CommandOutcome {
        room: Some(room),
        came: Vec::from_iter(came.then_some(me)),
        view_changed: shown,
        ..CommandOutcome::default()
    })
}

/// Checks the limits for a new direct room, which exists already: per hour, and unanswered ones.
async fn may_open<S: Sql>(append: &mut Append<S>, by: UserId) -> Result<(), CommandError> {
    const HOUR: Millis = 60 * 60 * 1_000;
    let row = sql!(
        "select count(*) as lately, min(created_at) as first from rooms
         where creator = $1 and kind = 'direct' and created_at > $2"
    )
    .bind(by)
    .bind(to_sql(append.at.saturating_sub(HOUR)))
    .one(&mut append.connection)
    .await?;
    let most = limit::DIRECT_PER_HOUR.into();
    let most = limit_of(&mut append.connection, by, LimitName::DirectPerHour, most).await?;
    if from_sql(row.get("lately")?) > most {
        let first = from_sql(row.get("first")?);
        let wait = (first + HOUR).saturating_sub(append.at).max(1_000);
        return Err(StoreRefusal::TooMuchLately(wait).into());
    }
    let unanswered: i64 = sql!("select count(*) from rooms where creator = $1 and kind = 'direct' and not exists (
            select 1 from entries where entries.room = rooms.id and entries.author <> $1 and entries.kind = 'message')")
    .bind(by)
    .scalar(&mut append.connection)
    .await?;
    let most = limit::DIRECT_UNANSWERED.into();
    let most = limit_of(&mut append.connection, by, LimitName::DirectUnanswered, most).await?;
    if from_sql(unanswered) > most {
        return Err(StoreRefusal::TooManyUnanswered.into());
    }
    Ok(())
}

/// Adds the first members to a room, and starts its log.
async fn inhabit<S: Sql>(
    append: &mut Append<S>,
    room: RoomId,
    by: &Person,
    people: &[Person],
) -> Result<CommandOutcome, CommandError> {
    for person in people {
        enter(append, person.id, room, by.id).await?;
    }
    let change = RoomChange::Created;
    append.write(by, vec![(room, Body::Room { change })]).await?;
    Ok(CommandOutcome {
        room: Some(room),
        made: true,
        came: people.to_vec(),
        ..CommandOutcome::default()
    })
}
