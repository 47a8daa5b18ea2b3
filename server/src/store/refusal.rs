//! Why the store refuses a request.

use steadfast_shared::{ErrorCode, WireError};

/// A rule that a request would break.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoreRefusal {
    /// The author has used this id for a different entry.
    Conflict,
    /// The room does not exist, or this person is not in it.
    UnknownRoom,
    /// The room has no such message, or it was deleted.
    UnknownMessage,
    /// This person may not do that.
    Forbidden,
    /// The room is archived.
    Archived,
    /// The message has the maximum number of reactions.
    TooManyReactions,
    /// The person is in the maximum number of rooms.
    TooManyRooms,
    /// More people than one request may name.
    TooManyPeople,
    /// Another public room has the name.
    RoomNameTaken,
    /// Another person has the nickname.
    NicknameTaken,
    /// The id is unknown.
    UnknownPerson,
    /// The person has used up their daily quota.
    OverQuota,
    /// The server's disk is full.
    StorageFull,
    /// An operator's command names an unknown person.
    UnknownAccount,
    /// The person is banned.
    Banned,
    /// The person's account is closed.
    Deactivated,
    /// One of the two people has blocked the other.
    Blocked(Blocker),
    /// The room has been deleted.
    RoomDeleted,
    /// The server would have no owner left.
    LastOwner,
    /// The owner link's code is not valid.
    InvalidCode,
    /// The hourly limit is used up; the request may be retried after this many milliseconds.
    TooMuchLately(u64),
    /// The person has opened the maximum number of unanswered direct rooms.
    TooManyUnanswered,
    /// The request makes no sense.
    Invalid(&'static str),
}

/// Which of two people has blocked the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blocker {
    Oneself,
    /// The other person, or both.
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
            "this id was already used for a different entry: send it with a new id",
        ),
        StoreRefusal::UnknownRoom => (ErrorCode::UnknownRoom, "there is no such room"),
        StoreRefusal::UnknownMessage => (
            ErrorCode::UnknownMessage,
            "this room has no such message, or it was deleted",
        ),
        StoreRefusal::Archived => (
            ErrorCode::Archived,
            "the room is archived: nobody can write in it",
        ),
        StoreRefusal::TooManyReactions => (
            ErrorCode::TooLarge,
            "the message already has the maximum number of reactions",
        ),
        StoreRefusal::TooManyRooms => (
            ErrorCode::TooLarge,
            "a person is already in the maximum number of rooms",
        ),
        StoreRefusal::TooManyPeople => (ErrorCode::TooLarge, "too many people in one request"),
        StoreRefusal::RoomNameTaken => (
            ErrorCode::RoomNameTaken,
            "another public room has this name: choose another one",
        ),
        StoreRefusal::OverQuota => (
            ErrorCode::OverQuota,
            "you have used up your daily quota: try again after midnight UTC",
        ),
        StoreRefusal::StorageFull => (
            ErrorCode::StorageFull,
            "the server's disk is full: try again once there is space",
        ),
        StoreRefusal::RoomDeleted => (ErrorCode::RoomDeleted, "this room has been deleted"),
        StoreRefusal::TooManyUnanswered => (
            ErrorCode::TooLarge,
            "too many of the conversations you have opened are still unanswered",
        ),
        _ => return None,
    })
}

fn about_people(refusal: StoreRefusal) -> (ErrorCode, &'static str) {
    match refusal {
        StoreRefusal::Forbidden => (ErrorCode::Forbidden, "you are not allowed to do this"),
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
            "you have blocked this person: unblock them first",
        ),
        StoreRefusal::Blocked(Blocker::Other) => (
            ErrorCode::Blocked,
            "this person does not accept messages or invitations from you",
        ),
        StoreRefusal::LastOwner => (
            ErrorCode::LastOwner,
            "the server needs an owner: make another person an owner first",
        ),
        StoreRefusal::InvalidCode => (
            ErrorCode::InvalidCode,
            "this owner link is invalid or has already been used",
        ),
        StoreRefusal::TooMuchLately(_) => (
            ErrorCode::RateLimited,
            "you have added too many people within an hour: try again later",
        ),
        // All other refusals are about rooms, or carry their own message.
        _ => (ErrorCode::Forbidden, "you are not allowed to do this"),
    }
}

/// Which of two people has blocked the other, from this person's point of view.
pub(super) fn blocker(blocks: bool, is_blocked: bool) -> Option<Blocker> {
    match (is_blocked, blocks) {
        (true, _) => Some(Blocker::Other),
        (false, true) => Some(Blocker::Oneself),
        (false, false) => None,
    }
}
