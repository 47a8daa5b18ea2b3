//! Why something is not done that the store could do.

use steadfast_shared::{ErrorCode, WireError};

/// A rule that a request would break.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoreRefusal {
    /// The author has used this id for something else.
    Conflict,
    /// No such room, or this person is not in it.
    UnknownRoom,
    /// No such message in this room, or it was deleted.
    UnknownMessage,
    /// This person may not do that.
    Forbidden,
    /// Nothing more can be said in the room.
    Archived,
    /// The message has as many reactions as it may have.
    TooManyReactions,
    /// Somebody is in as many rooms as one person can be in.
    TooManyRooms,
    /// More people than are taken at once.
    TooManyPeople,
    /// Another public room has the name.
    RoomNameTaken,
    /// The nickname is somebody else's.
    NicknameTaken,
    /// Nobody has this id.
    UnknownPerson,
    /// This person has written as much as they may in a day.
    OverQuota,
    /// The server's disk has no room.
    StorageFull,
    /// Nobody is called so whom an operator could do something to.
    UnknownAccount,
    /// The person is banned.
    Banned,
    /// The person's account is closed.
    Deactivated,
    /// One of two people has blocked the other.
    Blocked(Blocker),
    /// The room has been deleted.
    RoomDeleted,
    /// Nobody would be left to own the server.
    LastOwner,
    /// No owner link has this code.
    InvalidCode,
    /// Too much within an hour; it may be done after so many milliseconds.
    TooMuchLately(u64),
    /// The person has opened as many direct rooms as may be left unanswered.
    TooManyUnanswered,
    /// The request makes no sense.
    Invalid(&'static str),
}

/// Which of two people has blocked the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blocker {
    Oneself,
    /// Somebody else, or both.
    Other,
}

impl From<StoreRefusal> for WireError {
    fn from(refusal: StoreRefusal) -> Self {
        let (code, message) = match refusal {
            StoreRefusal::Invalid(why) => (ErrorCode::Invalid, why),
            refusal => about_rooms(refusal).unwrap_or_else(|| about_people(refusal)),
        };
        let retry_after_ms = match refusal {
            StoreRefusal::TooMuchLately(wait) => Some(wait),
            _ => None,
        };
        Self {
            retry_after_ms,
            ..Self::new(code, message)
        }
    }
}

fn about_rooms(refusal: StoreRefusal) -> Option<(ErrorCode, &'static str)> {
    Some(match refusal {
        StoreRefusal::Conflict => (
            ErrorCode::Conflict,
            "this id was used for something else: send it under another one",
        ),
        StoreRefusal::UnknownRoom => (ErrorCode::UnknownRoom, "there is no such room"),
        StoreRefusal::UnknownMessage => (
            ErrorCode::UnknownMessage,
            "there is no such message in this room, or it was deleted",
        ),
        StoreRefusal::Archived => (
            ErrorCode::Archived,
            "the room is archived: nothing more can be said in it",
        ),
        StoreRefusal::TooManyReactions => (
            ErrorCode::TooLarge,
            "the message has as many reactions as it may have",
        ),
        StoreRefusal::TooManyRooms => (
            ErrorCode::TooLarge,
            "somebody is in as many rooms as one person can be in",
        ),
        StoreRefusal::TooManyPeople => (ErrorCode::TooLarge, "more people than are taken at once"),
        StoreRefusal::RoomNameTaken => (
            ErrorCode::RoomNameTaken,
            "another public room has this name: choose another one",
        ),
        StoreRefusal::OverQuota => (
            ErrorCode::OverQuota,
            "you have written as much as one person may in a day: try again after midnight UTC",
        ),
        StoreRefusal::StorageFull => (
            ErrorCode::StorageFull,
            "the server's disk is full: this is stored once there is room again",
        ),
        StoreRefusal::RoomDeleted => (ErrorCode::RoomDeleted, "this room has been deleted"),
        StoreRefusal::TooManyUnanswered => (
            ErrorCode::TooLarge,
            "too many of the conversations you have opened are not answered yet",
        ),
        _ => return None,
    })
}

fn about_people(refusal: StoreRefusal) -> (ErrorCode, &'static str) {
    match refusal {
        StoreRefusal::Forbidden => (ErrorCode::Forbidden, "this is not yours to do"),
        StoreRefusal::NicknameTaken => (
            ErrorCode::NicknameTaken,
            "this nickname is taken: choose another one",
        ),
        StoreRefusal::UnknownPerson => (ErrorCode::Invalid, "there is no such person"),
        StoreRefusal::UnknownAccount => (ErrorCode::UnknownPerson, "there is no such person"),
        StoreRefusal::Banned => (ErrorCode::Banned, "you have been banned from this server"),
        StoreRefusal::Deactivated => (ErrorCode::Deactivated, "this account has been closed"),
        StoreRefusal::Blocked(Blocker::Oneself) => (
            ErrorCode::Blocked,
            "you have blocked this person: take that back first",
        ),
        StoreRefusal::Blocked(Blocker::Other) => (
            ErrorCode::Blocked,
            "this person takes no messages and no invitations from you",
        ),
        StoreRefusal::LastOwner => (
            ErrorCode::LastOwner,
            "the server needs an owner: make somebody else one first",
        ),
        StoreRefusal::InvalidCode => (
            ErrorCode::InvalidCode,
            "this owner link is not valid, or was used before",
        ),
        StoreRefusal::TooMuchLately(_) => (
            ErrorCode::RateLimited,
            "you have brought in as many people as an hour allows: wait a little",
        ),
        // Everything else is about rooms, or says why by itself.
        _ => (ErrorCode::Forbidden, "this is not yours to do"),
    }
}

/// Which of two has blocked the other, where this person does or is.
pub(super) fn blocker(blocks: bool, is_blocked: bool) -> Option<Blocker> {
    match (is_blocked, blocks) {
        (true, _) => Some(Blocker::Other),
        (false, true) => Some(Blocker::Oneself),
        (false, false) => None,
    }
}
