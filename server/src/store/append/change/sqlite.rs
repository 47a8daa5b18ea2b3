//! Applies an edit, a deletion or a reaction to its message.

use sqlx::SqliteConnection;
use steadfast_shared::{Body, Emoji, Entry, RoomId, Seq, UserId};

use super::AllowedChange;
use crate::store::StoreError;
use crate::store::body::{kind, written};
use crate::store::number::to_sql;
use crate::store::query::as_json;

/// Applies the change of an entry in the log.
pub(in crate::store::append) async fn apply(
    change: AllowedChange,
    connection: &mut SqliteConnection,
    room: RoomId,
    entry: &Entry,
) -> Result<(), StoreError> {
    match change {
        AllowedChange::Edit { message } => {
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
        AllowedChange::Delete { message, .. } => erase(connection, room, message).await,
        AllowedChange::React { message, emoji, on } => {
            react(connection, room, entry, message, &emoji, on).await
        }
        AllowedChange::None => Ok(()),
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

/// Removes the text of a message and of its edits from the database, with reactions and mentions.
pub(in crate::store) async fn erase(
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

/// Removes a message from the unread counts before it is erased.
async fn uncount(connection: &mut SqliteConnection, room: RoomId, message: Seq) -> Result<(), StoreError> {
    sqlx::query(
        "update members set seen = seen + 1 where room = ?1 and read < ?2 and exists (
            select 1 from entries where entries.room = ?1 and entries.seq = ?2 and entries.kind = 'message'
                and entries.author <> members.user)",
    )
    .bind(room.0)
    .bind(to_sql(message))
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores the mentions of a message.
pub(in crate::store::append) async fn mention(
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
