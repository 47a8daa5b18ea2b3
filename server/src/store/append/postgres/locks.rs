//! The locks of a command, taken before it reads anything: rooms by their ids, then people by theirs.
//!
//! The rooms and people are determined without a lock. If they have changed by the time they are locked, the command starts over.

use std::collections::BTreeSet;

use sqlx::PgConnection;
use steadfast_shared::{RoomId, UserId, limit};
use uuid::Uuid;

use super::PostgresAppend;
use crate::store::admin::SERVER;
use crate::store::postgres::raw;
use crate::store::{Command, NewCommand, OperatorCommand, StoreError};

/// Locks these rooms, and the rooms and people whose rows commands change or count by: all rooms first, then all people.
pub(super) async fn lock(
    append: &mut PostgresAppend<'_>,
    mut rooms: BTreeSet<RoomId>,
    commands: &[NewCommand],
) -> Result<(), StoreError> {
    let mut people = Vec::new();
    for command in commands {
        rooms.extend(rooms_of(append.connection, command.by, &command.act).await?);
    }
    append.lock(&rooms).await?;
    for NewCommand { by, act, .. } in commands {
        // A command that creates a room locks people after that, with the room as its first lock.
        if !matches!(act, Command::Create(_) | Command::Direct(_)) {
            people.extend_from_slice(act.concerns());
            people.push(*by);
        }
        if let Command::Administer(requested) = act
            && matches!(
                requested.command,
                OperatorCommand::SetRole(..) | OperatorCommand::Exclude(..)
            )
        {
            people.extend(owners(append.connection).await?);
        }
    }
    if !people.is_empty() {
        lock_people(append.connection, &people).await?;
    }
    // A locked person cannot join a room from here on.
    for command in commands {
        let needed = rooms_of(append.connection, command.by, &command.act).await?;
        if !needed.is_subset(&rooms) {
            return Err(StoreError::Locked);
        }
    }
    Ok(())
}

/// Locks people until the end of the transaction, in the order of their ids.
pub(super) async fn lock_people(connection: &mut PgConnection, people: &[UserId]) -> Result<(), StoreError> {
    // The row of the command line would serialize everybody.
    let people: Vec<Uuid> = people
        .iter()
        .filter(|user| **user != SERVER)
        .map(|user| user.0)
        .collect();
    sqlx::query("select 1 from users where id = any($1) order by id for no key update")
        .bind(people)
        .execute(connection)
        .await?;
    Ok(())
}

async fn owners(connection: &mut PgConnection) -> Result<Vec<UserId>, StoreError> {
    let owners: Vec<Uuid> = sqlx::query_scalar("select id from users where role = 'owner'")
        .fetch_all(connection)
        .await?;
    Ok(owners.into_iter().map(UserId).collect())
}

async fn rooms_of(
    connection: &mut PgConnection,
    by: UserId,
    act: &Command,
) -> Result<BTreeSet<RoomId>, StoreError> {
    let mut rooms = BTreeSet::new();
    match act {
        Command::Create(_) | Command::Block(_) => {}
        Command::Direct(direct) => {
            rooms.extend(displacing(connection, &direct.with).await?);
            rooms.extend(conversation(connection, by, &direct.with).await?);
        }
        Command::Join(room) | Command::Leave(room) => {
            rooms.insert(*room);
        }
        Command::Invite(invite) => {
            rooms.insert(invite.room);
            rooms.extend(displacing(connection, &invite.people).await?);
        }
        Command::Remove(removed) => {
            rooms.insert(removed.room);
        }
        Command::Change(change) => {
            rooms.insert(change.room);
        }
        Command::Hide(hide) => {
            rooms.insert(hide.room);
        }
        Command::Rename(_) => rooms.extend(
            ids(
                connection,
                "select members.room from members join rooms on rooms.id = members.room
                 where members.person = any($1) and not rooms.archived",
                &[by],
            )
            .await?,
        ),
        Command::Administer(requested) => {
            rooms.extend(rooms_of_operators(connection, &requested.command).await?);
        }
    }
    Ok(rooms)
}

async fn rooms_of_operators(
    connection: &mut PgConnection,
    command: &OperatorCommand,
) -> Result<Vec<RoomId>, StoreError> {
    match command {
        OperatorCommand::ChangeRoom(change) => Ok(vec![change.room]),
        OperatorCommand::DeleteRoom(room) => Ok(vec![*room]),
        // Whether their entries are allowed is read under the room's lock.
        OperatorCommand::Exclude(person, _)
        | OperatorCommand::Readmit(person)
        | OperatorCommand::SetMessages(person, _) => {
            ids(
                connection,
                "select room from members where person = any($1)
                 union select room from entries where author = any($1)",
                &[*person],
            )
            .await
        }
        _ => Ok(Vec::new()),
    }
}

/// The rooms that people leave when they are added to one more: those they were added to first.
async fn displacing(connection: &mut PgConnection, people: &[UserId]) -> Result<Vec<RoomId>, StoreError> {
    let rooms: Vec<Uuid> = sqlx::query_scalar(
        "select first.room from unnest($1::uuid[]) as requested (person)
         join lateral (select room from members where members.person = requested.person and brought_by is not null
                       order by joined_at, room limit 1) as first on true
         where (select count(*) from members where members.person = requested.person and brought_by is not null) >= $2",
    )
    .bind(raw(people))
    .bind(i64::try_from(limit::BROUGHT_ROOMS).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    Ok(rooms.into_iter().map(RoomId).collect())
}

/// The conversation of exactly these people, if it exists.
async fn conversation(
    connection: &mut PgConnection,
    by: UserId,
    with: &[UserId],
) -> Result<Option<RoomId>, StoreError> {
    let people: BTreeSet<UserId> = with.iter().copied().chain([by]).collect();
    let key: Vec<u8> = people.iter().flat_map(|user| *user.0.as_bytes()).collect();
    let room: Option<Uuid> = sqlx::query_scalar("select id from rooms where direct_key = $1")
        .bind(key)
        .fetch_optional(connection)
        .await?;
    Ok(room.map(RoomId))
}

async fn ids(
    connection: &mut PgConnection,
    query: &'static str,
    people: &[UserId],
) -> Result<Vec<RoomId>, StoreError> {
    let ids: Vec<Uuid> = sqlx::query_scalar(query)
        .bind(raw(people))
        .fetch_all(connection)
        .await?;
    Ok(ids.into_iter().map(RoomId).collect())
}
