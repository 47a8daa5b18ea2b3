//! Why something is not done that the store could do.

use steadfast_shared::{ErrorCode, WireError};

/// A rule that what was asked would break.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
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
    /// The request makes no sense.
    Invalid(&'static str),
}

impl From<Refusal> for WireError {
    fn from(refusal: Refusal) -> Self {
        let (code, message) = match refusal {
            Refusal::Conflict => (
                ErrorCode::Conflict,
                "this id was used for something else: send it under another one",
            ),
            Refusal::UnknownRoom => (ErrorCode::UnknownRoom, "there is no such room"),
            Refusal::UnknownMessage => (
                ErrorCode::UnknownMessage,
                "there is no such message in this room, or it was deleted",
            ),
            Refusal::Forbidden => (ErrorCode::Forbidden, "this is not yours to do"),
            Refusal::Archived => (
                ErrorCode::Archived,
                "the room is archived: nothing more can be said in it",
            ),
            Refusal::TooManyReactions => (
                ErrorCode::TooLarge,
                "the message has as many reactions as it may have",
            ),
            Refusal::TooManyRooms => (
                ErrorCode::TooLarge,
                "somebody is in as many rooms as one person can be in",
            ),
            Refusal::TooManyPeople => (ErrorCode::TooLarge, "more people than are taken at once"),
            Refusal::RoomNameTaken => (
                ErrorCode::RoomNameTaken,
                "another public room has this name: choose another one",
            ),
            Refusal::NicknameTaken => (
                ErrorCode::NicknameTaken,
                "this nickname is taken: choose another one",
            ),
            Refusal::UnknownPerson => (ErrorCode::Invalid, "there is no such person"),
            Refusal::OverQuota => (
                ErrorCode::OverQuota,
                "you have written as much as one person may in a day: try again after midnight UTC",
            ),
            Refusal::StorageFull => (
                ErrorCode::StorageFull,
                "the server's disk is full: this is stored once there is room again",
            ),
            Refusal::Invalid(why) => (ErrorCode::Invalid, why),
        };
        Self::new(code, message)
    }
}
