//! What somebody may do in a room, once it is read what they are there.

use steadfast_shared::admin::AccountState;
use steadfast_shared::{Body, Emoji, Person, Power, Role, RoomKind, Seq, UserId, limit};

use super::refusal::Blocker;
use super::{Refusal, StoreError};

/// What a part of a command answers: a refusal ends it, and the transaction with it.
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
    /// Whether this person made it.
    pub(super) mine: bool,
    /// Of how many people it is, where it is a direct one.
    pub(super) people: usize,
}

/// What somebody is in a room.
#[derive(Clone)]
pub(super) struct Seat {
    pub(super) person: Person,
    pub(super) role: Role,
    /// Whether the person may say anything at all.
    pub(super) state: AccountState,
    /// Whether somebody has brought them in and they have said nothing yet.
    pub(super) brought: bool,
    /// Which of the two people of a direct room has blocked the other.
    pub(super) blocked: Option<Blocker>,
}

/// Which of two has blocked the other, where this person does or is.
pub(super) fn blocker(blocks: bool, is_blocked: bool) -> Option<Blocker> {
    match (is_blocked, blocks) {
        (true, _) => Some(Blocker::Other),
        (false, true) => Some(Blocker::Oneself),
        (false, false) => None,
    }
}

/// A change that may be made.
pub(super) enum Change {
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
    /// Nothing but its place in the log.
    None,
}

/// The entry that a change names.
pub(super) struct Changed {
    pub(super) author: UserId,
    /// Its kind, as its row holds it.
    pub(super) is_message: bool,
    /// Whether it is hidden or erased with all that its author wrote.
    pub(super) masked: bool,
}

/// The reactions a message has, beside one that is wanted.
pub(super) struct Reactions {
    pub(super) count: u64,
    /// How many different emojis there are.
    pub(super) emojis: u64,
    /// Whether somebody has reacted with this emoji.
    pub(super) known: bool,
    /// Whether this person has reacted with it.
    pub(super) mine: bool,
}

impl Reactions {
    /// Whether the message can carry this one too.
    pub(super) fn have_place(&self) -> bool {
        let emojis = self.emojis + u64::from(!self.known);
        self.mine
            || self.count < limit::REACTIONS_PER_MESSAGE as u64 && emojis <= limit::EMOJI_PER_MESSAGE as u64
    }
}

/// Whether this person may make this change to a message of the room; whether a reaction has its place is not looked at.
pub(super) fn may_change(
    seat: &Seat,
    message: Seq,
    changed: Option<&Changed>,
    body: &Body,
) -> Result<Change, Refusal> {
    let changed = changed
        .filter(|changed| changed.is_message)
        .ok_or(Refusal::UnknownMessage)?;
    if changed.masked && !matches!(body, Body::Delete { .. }) {
        return Err(Refusal::UnknownMessage);
    }
    let mine = changed.author == seat.person.id;
    match body {
        Body::Edit { .. } if !mine => Err(Refusal::Forbidden),
        Body::Delete { .. } if !(mine || seat.role.may(Power::DeleteMessages)) => Err(Refusal::Forbidden),
        Body::Edit { .. } => Ok(Change::Edit { message }),
        Body::Delete { .. } => Ok(Change::Delete { message, mine }),
        Body::React { emoji, on, .. } => Ok(Change::React {
            message,
            emoji: emoji.clone(),
            on: *on,
        }),
        _ => Ok(Change::None),
    }
}
