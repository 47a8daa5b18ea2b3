//! Completes a page's entries with their current state, the messages they reply to, and the people they mention.

use steadfast_shared::{Emoji, Entry, RoomId, Seq};

use super::page::{self, PageChanges};
use super::quote;
use crate::store::StoreError;
use crate::store::body::read;
use crate::store::number::{from_sql, to_sql};
use crate::store::people::person;
use crate::store::query::{SqlConnection, sql};

/// Completes consecutive entries of a room with their state at its head.
pub(in crate::store) async fn complete<C: SqlConnection>(
    connection: &mut C,
    room: RoomId,
    head: Seq,
    entries: &mut [Entry],
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Ok(());
    };
    let changes = changes(connection, room, (first.seq, last.seq), head).await?;
    let replies: Vec<_> = page::replied_to(entries)
        .into_iter()
        .map(|seq| (room, seq))
        .collect();
    let quoted = quote::quoted(connection, &replies).await?;
    page::complete(entries, changes, quoted.into_values().collect());
    let people = person::named(connection, &page::everybody_mentioned(entries)).await?;
    page::name_mentioned(entries, people);
    Ok(())
}

/// The current state of messages that the log up to `head` has changed.
async fn changes<C: SqlConnection>(
    connection: &mut C,
    room: RoomId,
    (first, last): (Seq, Seq),
    head: Seq,
) -> Result<PageChanges, StoreError> {
    let rows = sql!(
        "select changed.message, edits.body, edits.at from changed
         left join entries as edits on edits.room = changed.room and edits.seq = changed.edit
         where changed.room = $1 and changed.message between $2 and $3"
    )
    .bind(room)
    .bind(to_sql(first))
    .bind(to_sql(last))
    .all(connection)
    .await?;
    let mut changes = PageChanges::default();
    for row in &rows {
        let body: Option<&str> = row.get("body")?;
        let at: Option<i64> = row.get("at")?;
        let edit = body.map(read).transpose()?.zip(at.map(from_sql));
        changes.changed(from_sql(row.get("message")?), head, edit);
    }
    if changes.is_empty() {
        return Ok(changes);
    }
    let rows = sql!(
        "select reactions.message, reactions.emoji, users.id, users.name
         from reactions join users on users.id = reactions." person "
         where reactions.room = $1 and reactions.message between $2 and $3
         order by reactions.message, reactions.since, reactions.seq"
    )
    .bind(room)
    .bind(to_sql(first))
    .bind(to_sql(last))
    .all(connection)
    .await?;
    for row in &rows {
        let emoji = Emoji::parse(row.get("emoji")?).map_err(|_| StoreError::Unreadable("emoji"))?;
        changes.reacted(from_sql(row.get("message")?), emoji, person::read(row)?);
    }
    Ok(changes)
}
