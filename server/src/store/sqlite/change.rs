//! What an edit, a deletion or a reaction does to the message it names.

use sqlx::{Row, SqliteConnection};
use steadfast_shared::{Body, Emoji, Entry, RoomId, Seq, UserId};

use super::append::uncount;
use super::body::{kind, written};
use super::person::as_json;
use super::{from_sql, to_sql};
use crate::store::access::{Change, Changed, Reactions, Seat, may_change};
use crate::store::{Refusal, StoreError};

/// Whether this person may make this change to a message of the room.
pub(super) async fn check(
    connection: &mut SqliteConnection,
    seat: &Seat,
    room: RoomId,
    body: &Body,
) -> Result<Result<Change, Refusal>, StoreError> {
    let Some(message) = body.changes() else {
        return Ok(Ok(Change::None));
    };
    let row = sqlx::query(
        "select author, kind, entries.at <= users.masked_at as masked
         from entries join users on users.id = entries.author where room = ? and seq = ?",
    )
    .bind(room.0)
    .bind(to_sql(message))
    .fetch_optional(&mut *connection)
    .await?;
    let changed = match row {
        None => None,
        Some(row) => Some(Changed {
            author: UserId(row.try_get("author")?),
            is_message: row.try_get::<&str, _>("kind")? == "message",
            masked: row.try_get("masked")?,
        }),
    };
    let change = match may_change(seat, message, changed.as_ref(), body) {
        Ok(change) => change,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Change::React { emoji, on: true, .. } = &change
        && !has_place(connection, seat.person.id, room, message, emoji).await?
    {
        return Ok(Err(Refusal::TooManyReactions));
    }
    Ok(Ok(change))
}

/// Who wrote a message.
pub(super) async fn author(
    connection: &mut SqliteConnection,
    room: RoomId,
    message: Seq,
) -> Result<Option<UserId>, StoreError> {
    let author = sqlx::query_scalar("select author from entries where room = ? and seq = ?")
        .bind(room.0)
        .bind(to_sql(message))
        .fetch_optional(connection)
        .await?;
    Ok(author.map(UserId))
}

/// Whether a message can carry this reaction too.
async fn has_place(
    connection: &mut SqliteConnection,
    user: UserId,
    room: RoomId,
    message: Seq,
    emoji: &Emoji,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "select count(*) as reactions, count(distinct emoji) as emojis, coalesce(max(emoji = ?1), 0) as known,
                coalesce(max(emoji = ?1 and user = ?2), 0) as mine
         from reactions where room = ?3 and message = ?4",
    )
    .bind(emoji.as_str())
    .bind(user.0)
    .bind(room.0)
    .bind(to_sql(message))
    .fetch_one(connection)
    .await?;
    let count = |column| row.try_get(column).map(from_sql).map_err(StoreError::from);
    Ok(Reactions {
        count: count("reactions")?,
        emojis: count("emojis")?,
        known: count("known")? == 1,
        mine: count("mine")? == 1,
    }
    .have_place())
}

/// Makes the change that an entry is, which is in the log.
pub(super) async fn apply(
    change: Change,
    connection: &mut SqliteConnection,
    room: RoomId,
    entry: &Entry,
) -> Result<(), StoreError> {
    match change {
        Change::Edit { message } => {
            sqlx::query(
                "insert into changed (room, message, edit) values (?, ?, ?)
                     on conflict (room, message) do update set edit = excluded.edit",
            )
            .bind(room.0)
            .bind(to_sql(message))
            .bind(to_sql(entry.seq))
            .execute(&mut *connection)
            .await?;
            forget_mentions(connection, room, message).await?;
            let mentioned: Vec<UserId> = entry.body.mentions().collect();
            mention(connection, entry.author.id, room, message, &mentioned).await
        }
        Change::Delete { message, .. } => erase(connection, room, message).await,
        Change::React { message, emoji, on } => react(connection, room, entry, message, &emoji, on).await,
        Change::None => Ok(()),
    }
}

async fn react(
    connection: &mut SqliteConnection,
    room: RoomId,
    entry: &Entry,
    message: Seq,
    emoji: &Emoji,
    on: bool,
) -> Result<(), StoreError> {
    let (room, message) = (room.0, to_sql(message));
    sqlx::query("insert into changed (room, message) values (?, ?) on conflict (room, message) do nothing")
        .bind(room)
        .bind(message)
        .execute(&mut *connection)
        .await?;
    let query = if on {
        sqlx::query(
            "insert into reactions (room, message, emoji, user, seq, since)
             values (?1, ?2, ?3, ?4, ?5,
                     coalesce((select since from reactions where room = ?1 and message = ?2 and emoji = ?3 limit 1), ?5))
             on conflict (room, message, emoji, user) do nothing",
        )
    } else {
        sqlx::query("delete from reactions where room = ?1 and message = ?2 and emoji = ?3 and user = ?4")
    };
    let query = query
        .bind(room)
        .bind(message)
        .bind(emoji.as_str())
        .bind(entry.author.id.0);
    let query = if on { query.bind(to_sql(entry.seq)) } else { query };
    query.execute(connection).await?;
    Ok(())
}

/// Takes the text of a message and of its edits out of the database, and what hangs on it.
pub(super) async fn erase(
    connection: &mut SqliteConnection,
    room: RoomId,
    message: Seq,
) -> Result<(), StoreError> {
    uncount(connection, room, message).await?;
    for (erased, condition) in [
        (
            Body::Erased,
            "update entries set body = ?1, kind = ?2 where room = ?3 and seq = ?4",
        ),
        (
            Body::ErasedEdit,
            "update entries set body = ?1, kind = ?2 where room = ?3 and target = ?4 and kind = 'edit'",
        ),
    ] {
        sqlx::query(condition)
            .bind(written(&erased)?)
            .bind(kind(&erased))
            .bind(room.0)
            .bind(to_sql(message))
            .execute(&mut *connection)
            .await?;
    }
    for gone in [
        "delete from changed where room = ? and message = ?",
        "delete from reactions where room = ? and message = ?",
    ] {
        sqlx::query(gone)
            .bind(room.0)
            .bind(to_sql(message))
            .execute(&mut *connection)
            .await?;
    }
    forget_mentions(connection, room, message).await
}

/// Remembers whom a message mentions.
pub(super) async fn mention(
    connection: &mut SqliteConnection,
    author: UserId,
    room: RoomId,
    message: Seq,
    mentioned: &[UserId],
) -> Result<(), StoreError> {
    if mentioned.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into mentions (user, room, message)
         select user, room, ?1 from members
         where room = ?2 and user <> ?3 and user in (select unhex(value) from json_each(?4))
         and not exists (select 1 from blocks where blocks.user = members.user and blocks.blocked = ?3)",
    )
    .bind(to_sql(message))
    .bind(room.0)
    .bind(author.0)
    .bind(as_json(mentioned))
    .execute(connection)
    .await?;
    Ok(())
}

async fn forget_mentions(
    connection: &mut SqliteConnection,
    room: RoomId,
    message: Seq,
) -> Result<(), StoreError> {
    sqlx::query("delete from mentions where room = ? and message = ?")
        .bind(room.0)
        .bind(to_sql(message))
        .execute(connection)
        .await?;
    Ok(())
}
