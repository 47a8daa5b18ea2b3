//! Applies an edit, a deletion or a reaction to its message.

use sqlx::PgConnection;
use steadfast_shared::{Body, Emoji, Entry, RoomId, Seq, UserId};
use uuid::Uuid;

use super::AllowedChange;
use crate::store::StoreError;
use crate::store::body::{kind, written};
use crate::store::number::{from_sql, to_sql};

/// Applies the change of an entry in the log.
pub(in crate::store::append) async fn apply(
    change: AllowedChange,
    connection: &mut PgConnection,
    room: RoomId,
    entry: &Entry,
) -> Result<(), StoreError> {
    match change {
        AllowedChange::Edit { message } => {
            sqlx::query(
                "insert into changed (room, message, edit) values ($1, $2, $3)
                 on conflict (room, message) do update set edit = excluded.edit",
            )
            .bind(room.0)
            .bind(to_sql(message))
            .bind(to_sql(entry.seq))
            .execute(&mut *connection)
            .await?;
            forget_mentions(connection, room, message).await?;
            let people: Vec<UserId> = entry.body.mentions().collect();
            insert_mentions(connection, mentions_of(room, message, entry.author.id, &people)).await
        }
        AllowedChange::Delete { message, .. } => erase(connection, &[(room, message)]).await,
        AllowedChange::React { message, emoji, on } => {
            react(connection, room, entry, message, &emoji, on).await
        }
        AllowedChange::None => Ok(()),
    }
}

async fn react(
    connection: &mut PgConnection,
    room: RoomId,
    entry: &Entry,
    message: Seq,
    emoji: &Emoji,
    on: bool,
) -> Result<(), StoreError> {
    sqlx::query("insert into changed (room, message) values ($1, $2) on conflict (room, message) do nothing")
        .bind(room.0)
        .bind(to_sql(message))
        .execute(&mut *connection)
        .await?;
    let query = if on {
        sqlx::query(
            "insert into reactions (room, message, emoji, person, seq, since)
             values ($1, $2, $3, $4, $5,
                     coalesce((select since from reactions where room = $1 and message = $2 and emoji = $3 limit 1), $5))
             on conflict (room, message, emoji, person) do nothing",
        )
    } else {
        sqlx::query("delete from reactions where room = $1 and message = $2 and emoji = $3 and person = $4")
    };
    let query = query
        .bind(room.0)
        .bind(to_sql(message))
        .bind(emoji.as_str())
        .bind(entry.author.id.0);
    let query = if on { query.bind(to_sql(entry.seq)) } else { query };
    query.execute(connection).await?;
    Ok(())
}

/// Removes the texts of messages and of their edits from the database, with their reactions and mentions.
pub(in crate::store) async fn erase(
    connection: &mut PgConnection,
    messages: &[(RoomId, Seq)],
) -> Result<(), StoreError> {
    let (rooms, seqs): (Vec<Uuid>, Vec<i64>) =
        messages.iter().map(|(room, seq)| (room.0, to_sql(*seq))).unzip();
    uncount(connection, &rooms, &seqs).await?;
    for (erased, query) in [
        (
            Body::Erased,
            "update entries set body = $3, kind = $4 from unnest($1::uuid[], $2::bigint[]) as given (room, seq)
             where entries.room = given.room and entries.seq = given.seq",
        ),
        (
            Body::ErasedEdit,
            "update entries set body = $3, kind = $4 from unnest($1::uuid[], $2::bigint[]) as given (room, seq)
             where entries.room = given.room and entries.target = given.seq and entries.kind = 'edit'",
        ),
    ] {
        sqlx::query(query)
            .bind(&rooms)
            .bind(&seqs)
            .bind(written(&erased)?)
            .bind(kind(&erased))
            .execute(&mut *connection)
            .await?;
    }
    for query in [
        "delete from changed using unnest($1::uuid[], $2::bigint[]) as given (room, seq)
         where changed.room = given.room and changed.message = given.seq",
        "delete from reactions using unnest($1::uuid[], $2::bigint[]) as given (room, seq)
         where reactions.room = given.room and reactions.message = given.seq",
        "delete from mentions using unnest($1::uuid[], $2::bigint[]) as given (room, seq)
         where mentions.room = given.room and mentions.message = given.seq",
    ] {
        sqlx::query(query)
            .bind(&rooms)
            .bind(&seqs)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Removes messages from the unread counts before they are erased.
async fn uncount(connection: &mut PgConnection, rooms: &[Uuid], seqs: &[i64]) -> Result<(), StoreError> {
    let locked = sqlx::query_scalar(
        "select count(*) from (
            select 1 from members where room = any($1) order by person, room for no key update) as locked",
    )
    .bind(rooms)
    .fetch_one(&mut *connection)
    .await?;
    if from_sql(locked) == 0 {
        return Ok(());
    }
    sqlx::query(
        "update members set seen = members.seen + erased.messages
         from (select members.person, members.room, count(*) as messages
               from unnest($1::uuid[], $2::bigint[]) as given (room, seq)
               join entries on entries.room = given.room and entries.seq = given.seq and entries.kind = 'message'
               join members on members.room = given.room and members.read < given.seq
                   and members.person <> entries.author
               group by members.person, members.room) as erased
         where members.person = erased.person and members.room = erased.room",
    )
    .bind(rooms)
    .bind(seqs)
    .execute(connection)
    .await?;
    Ok(())
}

/// The mentioned person, the message, and its author.
type Mention = (UserId, RoomId, Seq, UserId);

fn mentions_of(room: RoomId, message: Seq, author: UserId, people: &[UserId]) -> Vec<Mention> {
    people
        .iter()
        .map(|person| (*person, room, message, author))
        .collect()
}

/// Stores the mentions of messages in the log.
pub(in crate::store::append) async fn mention(
    connection: &mut PgConnection,
    fresh: &[(RoomId, Entry)],
) -> Result<(), StoreError> {
    let mentions = fresh
        .iter()
        .filter(|(_, entry)| matches!(entry.body, Body::Message { .. }))
        .flat_map(|(room, entry)| {
            let people: Vec<UserId> = entry.body.mentions().collect();
            mentions_of(*room, entry.seq, entry.author.id, &people)
        });
    insert_mentions(connection, mentions.collect()).await
}

async fn insert_mentions(connection: &mut PgConnection, mentions: Vec<Mention>) -> Result<(), StoreError> {
    if mentions.is_empty() {
        return Ok(());
    }
    let (mut people, mut rooms, mut messages, mut authors) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (person, room, message, author) in mentions {
        people.push(person.0);
        rooms.push(room.0);
        messages.push(to_sql(message));
        authors.push(author.0);
    }
    sqlx::query(
        "insert into mentions (person, room, message)
         select members.person, members.room, given.message
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[]) as given (person, room, message, author)
         join members on members.person = given.person and members.room = given.room
         where members.person <> given.author
         and not exists (select 1 from blocks
                         where blocks.person = members.person and blocks.blocked = given.author)
         on conflict do nothing",
    )
    .bind(people)
    .bind(rooms)
    .bind(messages)
    .bind(authors)
    .execute(connection)
    .await?;
    Ok(())
}

async fn forget_mentions(
    connection: &mut PgConnection,
    room: RoomId,
    message: Seq,
) -> Result<(), StoreError> {
    sqlx::query("delete from mentions where room = $1 and message = $2")
        .bind(room.0)
        .bind(to_sql(message))
        .execute(connection)
        .await?;
    Ok(())
}
