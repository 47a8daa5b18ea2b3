//! Which changes of messages a person may make, by their membership. `sqlite` and `postgres` apply them.

pub(in crate::store) mod postgres;
pub(in crate::store) mod sqlite;

use std::net::IpAddr;

use steadfast_shared::admin::{AccountState, AuditAction};
use steadfast_shared::{Body, Emoji, Entry, EntryId, Person, Power, Role, RoomId, Seq, UserId, limit};
use uuid::Uuid;

use crate::store::admin::{Actor, NewAuditLine, logs};
use crate::store::command::CommandError;
use crate::store::number::{from_sql, to_sql};
use crate::store::query::{SqlConnection, sql};
use crate::store::refusal::Blocker;
use crate::store::{NewEntry, StoreError, StoreRefusal};

/// A person's membership of a room.
#[derive(Clone)]
pub(in crate::store) struct MemberState {
    pub(in crate::store) person: Person,
    pub(in crate::store) role: Role,
    /// Whether the person may write at all.
    pub(in crate::store) state: AccountState,
    /// Whether another person has added them and they have written nothing yet.
    pub(in crate::store) brought: bool,
    /// In a direct room, which of the two people has blocked the other.
    pub(in crate::store) blocked: Option<Blocker>,
}

pub(in crate::store) enum AllowedChange {
    Edit {
        message: Seq,
    },
    Delete {
        message: Seq,
        mine: bool,
    },
    React {
        message: Seq,
        emoji: Emoji,
        on: bool,
    },
    /// The entry takes its place in the log, without an effect.
    None,
}

/// The entry that a change refers to.
pub(in crate::store) struct Changed {
    pub(in crate::store) id: EntryId,
    pub(in crate::store) author: UserId,
    /// Its kind, from its row.
    pub(in crate::store) is_message: bool,
    /// Whether it is hidden or erased with everything its author wrote.
    pub(in crate::store) masked: bool,
}

/// A message's reactions, in relation to a new one.
pub(in crate::store) struct Reactions {
    pub(in crate::store) count: u64,
    /// The number of different emojis.
    pub(in crate::store) emojis: u64,
    /// Whether anybody has reacted with this emoji.
    pub(in crate::store) known: bool,
    /// Whether this person has reacted with it.
    pub(in crate::store) mine: bool,
}

impl Reactions {
    /// Whether the message can take the new one.
    pub(in crate::store) fn have_room(&self) -> bool {
        let emojis = self.emojis + u64::from(!self.known);
        self.mine
            || self.count < limit::REACTIONS_PER_MESSAGE as u64 && emojis <= limit::EMOJI_PER_MESSAGE as u64
    }
}

/// Whether this person may change a message of the room, apart from the limit of reactions. `message_id`: the message that
/// they saw at this place, if their device sent it.
pub(in crate::store) fn may_change(
    member: &MemberState,
    message: Seq,
    message_id: Option<EntryId>,
    changed: Option<&Changed>,
    body: &Body,
) -> Result<AllowedChange, StoreRefusal> {
    let changed = changed
        .filter(|changed| changed.is_message && message_id.is_none_or(|id| id == changed.id))
        .ok_or(StoreRefusal::UnknownMessage)?;
    if changed.masked && !matches!(body, Body::Delete { .. }) {
        return Err(StoreRefusal::UnknownMessage);
    }
    let mine = changed.author == member.person.id;
    match body {
        Body::Edit { .. } if !mine => Err(StoreRefusal::Forbidden),
        Body::Delete { .. } if !(mine || member.role.may(Power::DeleteMessages)) => {
            Err(StoreRefusal::Forbidden)
        }
        Body::Edit { .. } => Ok(AllowedChange::Edit { message }),
        Body::Delete { .. } => Ok(AllowedChange::Delete { message, mine }),
        Body::React { emoji, on, .. } => Ok(AllowedChange::React {
            message,
            emoji: emoji.clone(),
            on: *on,
        }),
        _ => Ok(AllowedChange::None),
    }
}

/// Whether this person may change a message of the room.
pub(super) async fn check<C: SqlConnection>(
    connection: &mut C,
    member: &MemberState,
    entry: &NewEntry,
) -> Result<AllowedChange, CommandError> {
    let (room, body) = (entry.room, &entry.body);
    let Some(message) = body.changes() else {
        return Ok(AllowedChange::None);
    };
    let row = sql!(
        "select entries.id, author, kind = 'message' as is_message, entries.at <= users.masked_at as masked
         from entries join users on users.id = entries.author where room = $1 and seq = $2"
    )
    .bind(room)
    .bind(to_sql(message))
    .optional(connection)
    .await?;
    let changed = match row {
        None => None,
        Some(row) => Some(Changed {
            id: EntryId(row.get("id")?),
            author: UserId(row.get("author")?),
            is_message: row.get("is_message")?,
            masked: row.get("masked")?,
        }),
    };
    let change = may_change(member, message, entry.message_id, changed.as_ref(), body)?;
    if let AllowedChange::React { emoji, on: true, .. } = &change
        && !has_room(connection, member.person.id, room, message, emoji).await?
    {
        return Err(StoreRefusal::TooManyReactions.into());
    }
    Ok(change)
}

/// Whether a message can take this reaction.
async fn has_room<C: SqlConnection>(
    connection: &mut C,
    user: UserId,
    room: RoomId,
    message: Seq,
    emoji: &Emoji,
) -> Result<bool, StoreError> {
    let row = sql!("select count(*) as reactions, count(distinct emoji) as emojis,
                count(case when emoji = $1 then 1 end) as known,
                count(case when emoji = $1 and " person " = $2 then 1 end) as mine
         from reactions where room = $3 and message = $4")
    .bind(emoji.as_str())
    .bind(user)
    .bind(room)
    .bind(to_sql(message))
    .one(connection)
    .await?;
    let count = |column| row.get(column).map(from_sql);
    Ok(Reactions {
        count: count("reactions")?,
        emojis: count("emojis")?,
        known: count("known")? > 0,
        mine: count("mine")? > 0,
    }
    .have_room())
}

/// Writes an audit line about a message deleted by a person other than its author.
pub(super) async fn note_deletion<C: SqlConnection>(
    connection: &mut C,
    room: RoomId,
    message: Seq,
    entry: &Entry,
    from: Option<IpAddr>,
) -> Result<(), StoreError> {
    let author: Option<Uuid> = sql!("select author from entries where room = $1 and seq = $2")
        .bind(room)
        .bind(to_sql(message))
        .optional_scalar(connection)
        .await?;
    let line = NewAuditLine {
        at: entry.at,
        action: AuditAction::DeletedMessage,
        actor: Actor {
            person: Some(entry.author.clone()),
            role: Role::Moderator,
            address: from.map(|address| address.to_string()),
        },
        person: author.map(UserId),
        room: Some(room),
        detail: message.to_string(),
    };
    logs::write_audit(connection, &line).await
}
