//! Who may do what in a room, and who comes into it.

use sqlx::{Row, SqliteConnection};
use steadfast_shared::{Person, RoomId, RoomKind, UserId, limit};

use super::append::Append;
use super::{from_sql, kind, person, to_sql, told};
use crate::store::{Refusal, StoreError};

/// What a part of an act answers: a refusal ends it, and the transaction with it.
pub(super) type Done<T> = Result<Result<T, Refusal>, StoreError>;

/// Ends a function that answers [`Done`] where something is refused.
macro_rules! allowed {
    ($done:expr) => {
        match $done {
            Ok(done) => done,
            Err(refusal) => return Ok(Err(refusal)),
        }
    };
}
pub(super) use allowed;

/// What somebody may do in a room they are in.
pub(super) struct Access {
    pub(super) kind: RoomKind,
    pub(super) name: String,
    pub(super) topic: String,
    pub(super) archived: bool,
    pub(super) manage: bool,
}

/// What this person may do in the room; a room they are not in is not there.
pub(super) async fn access(connection: &mut SqliteConnection, user: UserId, room: RoomId) -> Done<Access> {
    let row = sqlx::query(
        "select rooms.kind, rooms.name, rooms.topic, rooms.archived,
                rooms.kind <> 'direct' and (users.owner or rooms.creator is members.user) as manage
         from members join rooms on rooms.id = members.room join users on users.id = members.user
         where members.user = ? and members.room = ?",
    )
    .bind(user.0)
    .bind(room.0)
    .fetch_optional(connection)
    .await
    .map_err(told)?;
    let Some(row) = row else {
        return Ok(Err(Refusal::UnknownRoom));
    };
    Ok(Ok(Access {
        kind: kind::read(row.try_get("kind").map_err(told)?)?,
        name: row.try_get("name").map_err(told)?,
        topic: row.try_get("topic").map_err(told)?,
        archived: row.try_get("archived").map_err(told)?,
        manage: row.try_get("manage").map_err(told)?,
    }))
}

/// Brings somebody into a room, with everything that was said before as read. Answers whether they were not in it.
pub(super) async fn enter(append: &mut Append, user: UserId, room: RoomId) -> Done<bool> {
    let came = sqlx::query(
        "insert into members (user, room, read, joined_at) select ?, id, head, ? from rooms where id = ?
         on conflict (user, room) do nothing",
    )
    .bind(user.0)
    .bind(to_sql(append.at))
    .bind(room.0)
    .execute(&mut *append.transaction)
    .await
    .map_err(told)?
    .rows_affected()
        == 1;
    if came {
        let rooms: i64 = sqlx::query_scalar("select count(*) from members where user = ?")
            .bind(user.0)
            .fetch_one(&mut *append.transaction)
            .await
            .map_err(told)?;
        if from_sql(rooms) > limit::ROOMS_PER_PERSON as u64 {
            return Ok(Err(Refusal::TooManyRooms));
        }
    }
    Ok(Ok(came))
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
    Ok(if people.len() == users.len() {
        Ok(people)
    } else {
        Err(Refusal::UnknownPerson)
    })
}
