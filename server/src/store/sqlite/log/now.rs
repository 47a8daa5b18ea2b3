//! Completes a page's entries with their current state, the messages they reply to, and the people they mention.

use sqlx::{Row, SqliteConnection};
use steadfast_shared::{Emoji, Entry, Person, RoomId, Seq, UserId};

use crate::store::StoreError;
use crate::store::page::{self, PageChanges};
use crate::store::people::person;
use crate::store::sqlite::body::read;
use crate::store::sqlite::{from_sql, quote, to_sql};

/// Completes consecutive entries of a room with their state at its head.
pub(in crate::store::sqlite) async fn complete(
    connection: &mut SqliteConnection,
    room: RoomId,
    head: Seq,
    entries: &mut [Entry],
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Ok(());
    };
    let changes = changes(connection, room, (first.seq, last.seq), head).await?;
    let quoted = quote::quoted(connection, room, &page::replied_to(entries)).await?;
    page::complete(entries, changes, quoted);
    let people = person::named(connection, &page::everybody_mentioned(entries)).await?;
    page::name_mentioned(entries, people);
    Ok(())
}

/// The current state of messages that the log up to `head` has changed.
async fn changes(
    connection: &mut SqliteConnection,
    room: RoomId,
    (first, last): (Seq, Seq),
    head: Seq,
) -> Result<PageChanges, StoreError> {
    let rows = sqlx::query(
        "select changed.message, edits.body, edits.at from changed
         left join entries as edits on edits.room = changed.room and edits.seq = changed.edit
         where changed.room = ? and changed.message between ? and ?",
    )
    .bind(room.0)
    .bind(to_sql(first))
    .bind(to_sql(last))
    .fetch_all(&mut *connection)
    .await?;
    let mut changes = PageChanges::default();
    for row in &rows {
        let body: Option<&str> = row.try_get("body")?;
        let at: Option<i64> = row.try_get("at")?;
        let edit = body.map(read).transpose()?.zip(at.map(from_sql));
        changes.changed(from_sql(row.try_get("message")?), head, edit);
    }
    if !changes.is_empty() {
        react(connection, room, (first, last), &mut changes).await?;
    }
    Ok(changes)
}

async fn react(
    connection: &mut SqliteConnection,
    room: RoomId,
    (first, last): (Seq, Seq),
    changes: &mut PageChanges,
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "select reactions.message, reactions.emoji, users.id as user, users.name
         from reactions join users on users.id = reactions.user
         where reactions.room = ? and reactions.message between ? and ?
         order by reactions.message, reactions.since, reactions.seq",
    )
    .bind(room.0)
    .bind(to_sql(first))
    .bind(to_sql(last))
    .fetch_all(connection)
    .await?;
    for row in rows {
        let message = from_sql(row.try_get("message")?);
        let emoji = Emoji::parse(row.try_get("emoji")?).map_err(|_| StoreError::Unreadable("emoji"))?;
        let person = Person {
            id: UserId(row.try_get("user")?),
            name: row.try_get("name")?,
        };
        changes.reacted(message, emoji, person);
    }
    Ok(())
}
