//! Adds people to rooms, and limits how many a person may add.

use std::collections::BTreeSet;

use steadfast_shared::admin::LimitName;
use steadfast_shared::{Millis, Power, RoomId, UserId, limit};
use uuid::Uuid;

use crate::store::admin::people::{limit_of, role_of};
use crate::store::append::{Append, Sql};
use crate::store::command::CommandError;
use crate::store::number::{from_sql, to_sql};
use crate::store::people::person;
use crate::store::query::sql;
use crate::store::{StoreError, StoreRefusal};

/// Adds a person to a room, with the log so far as read. Returns whether they were not in it yet.
///
/// A person who joins has a limited number of rooms. A person who is added is never refused, so the actions of others cost them
/// only the room that they were added to first and have written nothing in. The room and the person are locked.
pub(in crate::store) async fn enter<S: Sql>(
    append: &mut Append<S>,
    user: UserId,
    room: RoomId,
    by: UserId,
) -> Result<bool, CommandError> {
    let brought_by = (by != user).then_some(by.0);
    let came = sql!("insert into members (" person ", room, read, seen, joined_at, brought_by)
         select $1, id, head, messages, $2, $3 from rooms where id = $4
         on conflict (" person ", room) do nothing")
    .bind(user)
    .bind(to_sql(append.at))
    .bind(brought_by)
    .bind(room)
    .execute(&mut append.connection)
    .await?
        == 1;
    if !came {
        return Ok(false);
    }
    if brought_by.is_some() {
        displace(append, user, room).await?;
        return Ok(true);
    }
    let rooms: i64 = sql!("select count(*) from members join rooms on rooms.id = members.room
         where members." person " = $1 and members.brought_by is null and rooms.kind <> 'direct'")
    .bind(user)
    .scalar(&mut append.connection)
    .await?;
    let most = limit::ROOMS_PER_PERSON as u64;
    if from_sql(rooms) > most {
        let most = limit_of(&mut append.connection, user, LimitName::Rooms, most).await?;
        if from_sql(rooms) > most {
            return Err(StoreRefusal::TooManyRooms.into());
        }
    }
    Ok(true)
}

/// Removes a person from the room they were added to first, if they have been added to too many.
async fn displace<S: Sql>(append: &mut Append<S>, user: UserId, room: RoomId) -> Result<(), StoreError> {
    let brought: i64 = sql!("select count(*) from members where " person " = $1 and brought_by is not null")
        .bind(user)
        .scalar(&mut append.connection)
        .await?;
    if from_sql(brought) <= limit::BROUGHT_ROOMS as u64 {
        return Ok(());
    }
    let first: Option<Uuid> = sql!("delete from members where " person " = $1 and room = (
            select room from members where " person " = $1 and brought_by is not null and room <> $2
            order by joined_at, room limit 1) returning room")
    .bind(user)
    .bind(room)
    .optional_scalar(&mut append.connection)
    .await?;
    if let Some(first) = first.map(RoomId) {
        append.ensure_locked(&BTreeSet::from([first])).await?;
        let person = person::named(&mut append.connection, &[user]).await?.pop();
        append.displaced.extend(person.map(|person| (first, person)));
    }
    Ok(())
}

/// Counts the people that a locked person adds, and refuses more than the hourly limit.
pub(in crate::store) async fn count_brought<S: Sql>(
    append: &mut Append<S>,
    by: UserId,
    people: usize,
) -> Result<(), CommandError> {
    const HOUR: Millis = 60 * 60 * 1_000;
    if people == 0 || role_of(&mut append.connection, by).await?.may(Power::ManageRooms) {
        return Ok(());
    }
    let since = to_sql(append.at.saturating_sub(HOUR));
    sql!("delete from brought where by = $1 and at <= $2")
        .bind(by)
        .bind(since)
        .execute(&mut append.connection)
        .await?;
    sql!("insert into brought (by, at, people) values ($1, $2, $3)")
        .bind(by)
        .bind(to_sql(append.at))
        .bind(to_sql(people as u64))
        .execute(&mut append.connection)
        .await?;
    let row =
        sql!("select cast(sum(people) as bigint) as people, min(at) as first from brought where by = $1")
            .bind(by)
            .one(&mut append.connection)
            .await?;
    let most = limit::BROUGHT_PER_HOUR.into();
    let most = limit_of(&mut append.connection, by, LimitName::BroughtPerHour, most).await?;
    if from_sql(row.get("people")?) > most {
        let first = from_sql(row.get("first")?);
        let wait = (first + HOUR).saturating_sub(append.at).max(1_000);
        return Err(StoreRefusal::TooMuchLately(wait).into());
    }
    Ok(())
}
