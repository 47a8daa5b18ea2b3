//! Who may do what in a room, and who comes into it.

use sqlx::{Row, SqliteConnection};
use steadfast_shared::admin::LimitName;
use steadfast_shared::{Millis, Person, Power, RoomId, UserId, limit};

use super::append::Append;
use super::{admin, from_sql, kind, person, to_sql};
pub(super) use crate::store::access::{Access, Done, allowed};
use crate::store::admin::SERVER;
use crate::store::{Refusal, StoreError};

/// What this person may do in the room; a room they are not in is not there.
pub(super) async fn access(connection: &mut SqliteConnection, user: UserId, room: RoomId) -> Done<Access> {
    let row = sqlx::query(
        "select rooms.kind, rooms.name, rooms.topic, rooms.archived,
                rooms.kind <> 'direct' and (users.role in ('moderator', 'owner') or rooms.creator is members.user) as manage,
                rooms.creator is members.user as mine, coalesce(length(rooms.direct_key), 0) / 16 as people
         from members join rooms on rooms.id = members.room join users on users.id = members.user
         where members.user = ? and members.room = ?",
    )
    .bind(user.0)
    .bind(room.0)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else {
        return Ok(Err(if was_deleted(connection, user, room).await? {
            Refusal::RoomDeleted
        } else {
            Refusal::UnknownRoom
        }));
    };
    let people: i64 = row.try_get("people")?;
    Ok(Ok(Access {
        kind: kind::read(row.try_get("kind")?)?,
        name: row.try_get("name")?,
        topic: row.try_get("topic")?,
        archived: row.try_get("archived")?,
        manage: row.try_get("manage")?,
        mine: row.try_get("mine")?,
        people: usize::try_from(people).unwrap_or(0),
    }))
}

/// Whether this person was in the room when it was deleted.
pub(super) async fn was_deleted(
    connection: &mut SqliteConnection,
    user: UserId,
    room: RoomId,
) -> Result<bool, StoreError> {
    sqlx::query_scalar("select exists (select 1 from deleted_members where user = ? and room = ?)")
        .bind(user.0)
        .bind(room.0)
        .fetch_one(connection)
        .await
        .map_err(StoreError::from)
}

/// Brings somebody into a room, with everything that was said before as read. Answers whether they were not in it.
///
/// Who comes by themselves has so many rooms to come into. Who is brought is never refused: what others do to them costs
/// them nothing but the room that they were brought into first and have said nothing in.
pub(super) async fn enter(append: &mut Append, user: UserId, room: RoomId, by: UserId) -> Done<bool> {
    let brought_by = (by != user).then_some(by.0);
    let came = sqlx::query(
        "insert into members (user, room, read, seen, joined_at, brought_by)
         select ?1, id, head, messages, ?2, ?3 from rooms where id = ?4
         on conflict (user, room) do nothing",
    )
    .bind(user.0)
    .bind(to_sql(append.at))
    .bind(brought_by)
    .bind(room.0)
    .execute(&mut *append.connection)
    .await?
    .rows_affected()
        == 1;
    if !came {
        return Ok(Ok(false));
    }
    if brought_by.is_some() {
        make_way(append, user, room).await?;
        return Ok(Ok(true));
    }
    let rooms: i64 = sqlx::query_scalar(
        "select count(*) from members join rooms on rooms.id = members.room
         where members.user = ? and members.brought_by is null and rooms.kind <> 'direct'",
    )
    .bind(user.0)
    .fetch_one(&mut *append.connection)
    .await?;
    let most = limit::ROOMS_PER_PERSON as u64;
    if from_sql(rooms) > most {
        let most = admin::limit_of(&mut append.connection, user, LimitName::Rooms, most).await?;
        if from_sql(rooms) > most {
            return Ok(Err(Refusal::TooManyRooms));
        }
    }
    Ok(Ok(true))
}

/// Takes somebody out of the room they were brought into first, where they were brought into too many.
async fn make_way(append: &mut Append, user: UserId, room: RoomId) -> Result<(), StoreError> {
    let brought: i64 =
        sqlx::query_scalar("select count(*) from members where user = ? and brought_by is not null")
            .bind(user.0)
            .fetch_one(&mut *append.connection)
            .await?;
    if from_sql(brought) <= limit::BROUGHT_ROOMS as u64 {
        return Ok(());
    }
    let first = sqlx::query_scalar(
        "delete from members where user = ?1 and room = (
            select room from members where user = ?1 and brought_by is not null and room <> ?2
            order by joined_at, room limit 1) returning room",
    )
    .bind(user.0)
    .bind(room.0)
    .fetch_optional(&mut *append.connection)
    .await?;
    if let Some(first) = first {
        let person = person::named(&mut append.connection, &[user]).await?.pop();
        append
            .gave_way
            .extend(person.map(|person| (RoomId(first), person)));
    }
    Ok(())
}

/// Counts people that somebody brings in, and refuses more than an hour allows.
pub(super) async fn count_brought(append: &mut Append, by: UserId, people: usize) -> Done<()> {
    const HOUR: Millis = 60 * 60 * 1_000;
    if people == 0
        || admin::role_of(&mut append.connection, by)
            .await?
            .may(Power::ManageRooms)
    {
        return Ok(Ok(()));
    }
    let since = to_sql(append.at.saturating_sub(HOUR));
    sqlx::query("delete from brought where by = ? and at <= ?")
        .bind(by.0)
        .bind(since)
        .execute(&mut *append.connection)
        .await?;
    sqlx::query("insert into brought (by, at, people) values (?, ?, ?)")
        .bind(by.0)
        .bind(to_sql(append.at))
        .bind(to_sql(people as u64))
        .execute(&mut *append.connection)
        .await?;
    let row = sqlx::query("select sum(people) as people, min(at) as first from brought where by = ?")
        .bind(by.0)
        .fetch_one(&mut *append.connection)
        .await?;
    let most = limit::BROUGHT_PER_HOUR.into();
    let most = admin::limit_of(&mut append.connection, by, LimitName::BroughtPerHour, most).await?;
    if from_sql(row.try_get("people")?) > most {
        let first = from_sql(row.try_get("first")?);
        let wait = (first + HOUR).saturating_sub(append.at).max(1_000);
        return Ok(Err(Refusal::TooMuchLately(wait)));
    }
    Ok(Ok(()))
}

/// This person, by the name they have.
pub(super) async fn known(connection: &mut SqliteConnection, user: UserId) -> Done<Person> {
    Ok(person::named(connection, &[user])
        .await?
        .pop()
        .ok_or(Refusal::UnknownPerson))
}

/// All of these people, each once.
pub(super) async fn all_known(connection: &mut SqliteConnection, users: &[UserId]) -> Done<Vec<Person>> {
    let mut users = users.to_vec();
    users.sort_unstable();
    users.dedup();
    let people = person::named(connection, &users).await?;
    Ok(if people.len() == users.len() && !users.contains(&SERVER) {
        Ok(people)
    } else {
        Err(Refusal::UnknownPerson)
    })
}
