//! A page's entries are completed by what the log has made of them, what they reply to, and whom they mention.

use std::collections::{HashMap, HashSet};

use sqlx::{Row, SqliteConnection};
use steadfast_shared::{
    Body, Edited, Emoji, Entry, MessageText, Now, Person, Quoted, Reaction, RoomId, Seq, UserId,
};

use super::body::read;
use super::{from_sql, person, quote, to_sql, told};
use crate::store::StoreError;

/// Completes consecutive entries of a room, as they are at its head.
pub(super) async fn complete(
    connection: &mut SqliteConnection,
    room: RoomId,
    head: Seq,
    entries: &mut [Entry],
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Ok(());
    };
    let mut now = changes(connection, room, (first.seq, last.seq), head).await?;
    let replies: HashSet<Seq> = entries.iter().filter_map(replies_to).collect();
    let replies: Vec<Seq> = replies.into_iter().collect();
    let quoted: HashMap<Seq, Quoted> = quote::quoted(connection, room, &replies)
        .await?
        .into_iter()
        .map(|quoted| (quoted.seq, quoted))
        .collect();
    for entry in entries.iter_mut() {
        entry.now = now
            .remove(&entry.seq)
            .filter(|_| entry.body != Body::Hidden && entry.body != Body::Erased)
            .map(Box::new);
        entry.quoted = replies_to(entry)
            .and_then(|seq| quoted.get(&seq))
            .cloned()
            .map(Box::new);
    }

    let everybody: HashSet<UserId> = entries.iter().flat_map(mentioned).collect();
    let everybody: Vec<UserId> = everybody.into_iter().collect();
    let names: HashMap<UserId, Person> = person::named(connection, &everybody)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    if !names.is_empty() {
        for entry in entries {
            entry.mentioned = mentioned(entry)
                .iter()
                .filter_map(|id| names.get(id).cloned())
                .collect();
        }
    }
    Ok(())
}

fn replies_to(entry: &Entry) -> Option<Seq> {
    match entry.body {
        Body::Message { reply_to, .. } => reply_to,
        _ => None,
    }
}

/// Whom its texts mention: its own, that of its newest edit, and the one quoted.
fn mentioned(entry: &Entry) -> Vec<UserId> {
    let edited = entry.now.as_ref().and_then(|now| now.edited.as_ref());
    let quoted = entry.quoted.as_ref().and_then(|quoted| quoted.text.as_deref());
    quote::mentioned_in([
        entry.body.text().map(MessageText::as_str),
        edited.map(|edited| edited.text.as_str()),
        quoted,
    ])
}

/// What the log up to `head` has made of those messages that it has changed.
async fn changes(
    connection: &mut SqliteConnection,
    room: RoomId,
    (first, last): (Seq, Seq),
    head: Seq,
) -> Result<HashMap<Seq, Now>, StoreError> {
    let rows = sqlx::query(
        "select changed.message, edits.body, edits.at from changed
         left join entries as edits on edits.room = changed.room and edits.seq = changed.edit
         where changed.room = ? and changed.message between ? and ?",
    )
    .bind(room.0)
    .bind(to_sql(first))
    .bind(to_sql(last))
    .fetch_all(&mut *connection)
    .await
    .map_err(told)?;
    let mut changes = HashMap::with_capacity(rows.len());
    for row in &rows {
        let body: Option<&str> = row.try_get("body").map_err(told)?;
        let at: Option<i64> = row.try_get("at").map_err(told)?;
        let edited = match body.map(read).transpose()? {
            Some(Body::Edit { text, .. }) => Some(Edited {
                text,
                at: at.map_or(0, from_sql),
            }),
            _ => None,
        };
        let now = Now {
            as_of: head,
            edited,
            reactions: Vec::new(),
        };
        changes.insert(from_sql(row.try_get("message").map_err(told)?), now);
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
    changes: &mut HashMap<Seq, Now>,
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
    .await
    .map_err(told)?;
    for row in rows {
        let message = from_sql(row.try_get("message").map_err(told)?);
        let Some(now) = changes.get_mut(&message) else {
            continue;
        };
        let emoji =
            Emoji::parse(row.try_get("emoji").map_err(told)?).map_err(|_| StoreError::Unreadable("emoji"))?;
        let person = Person {
            id: UserId(row.try_get("user").map_err(told)?),
            name: row.try_get("name").map_err(told)?,
        };
        match now
            .reactions
            .last_mut()
            .filter(|reaction| reaction.emoji == emoji)
        {
            Some(reaction) => reaction.by.push(person),
            None => now.reactions.push(Reaction {
                emoji,
                by: vec![person],
            }),
        }
    }
    Ok(())
}
