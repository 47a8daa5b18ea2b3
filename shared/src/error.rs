//! Every refusal: a code for programs, a sentence for people.

use std::fmt;

use serde::Serialize;

use crate::{record, words};

/// The kind of refusal. It tells a client whether trying again can help.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The payload has not the event's shape, or a text in it is not acceptable.
    Invalid,
    /// The request exceeds a limit of [`crate::limit`].
    TooLarge,
    /// This author has used this id for another body.
    Conflict,
    /// No such room, or this person may not know of it.
    UnknownRoom,
    /// The connection's session has ended.
    Unauthorized,
    /// The nickname belongs to another person.
    NicknameTaken,
    /// Another public room has this name.
    RoomNameTaken,
    /// No such message in this room, or it was deleted.
    UnknownMessage,
    /// This person is not allowed to do that.
    Forbidden,
    /// The room is archived, so it takes no new messages.
    Archived,
    /// The nickname has a passphrase, and this one is wrong.
    WrongPassphrase,
    /// New people need an invitation to this server.
    InviteRequired,
    /// This person, or this address, has been banned.
    Banned,
    /// This account is closed.
    Deactivated,
    /// One of the people concerned has blocked the other.
    Blocked,
    /// The room has been deleted.
    RoomDeleted,
    /// No person has this id.
    UnknownPerson,
    /// The server would be left without an owner.
    LastOwner,
    /// The code belongs to no owner link, or to one that was used.
    InvalidCode,
    /// This person has used up their daily quota.
    OverQuota,
    /// The server's disk is full. Transient: the request succeeds once there is room.
    StorageFull,
    /// Too many requests in too short a time. Transient: `retry_after_ms` says when to try again.
    RateLimited,
    /// The server's queue is full. Transient.
    Busy,
    /// The database cannot be written or read. Transient.
    Unavailable,
    /// A code that this version does not know. Counts as permanent.
    Unknown,
}

words!(ErrorCode { "invalid" => Invalid, "too_large" => TooLarge, "conflict" => Conflict, "unknown_room" => UnknownRoom, "unauthorized" => Unauthorized, "nickname_taken" => NicknameTaken, "room_name_taken" => RoomNameTaken, "unknown_message" => UnknownMessage, "forbidden" => Forbidden, "archived" => Archived, "wrong_passphrase" => WrongPassphrase, "invite_required" => InviteRequired, "banned" => Banned, "deactivated" => Deactivated, "blocked" => Blocked, "room_deleted" => RoomDeleted, "unknown_person" => UnknownPerson, "last_owner" => LastOwner, "invalid_code" => InvalidCode, "over_quota" => OverQuota, "storage_full" => StorageFull, "rate_limited" => RateLimited, "busy" => Busy, "unavailable" => Unavailable } else Unknown);

impl ErrorCode {
    /// Whether the same request may succeed later, unchanged.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::StorageFull | Self::RateLimited | Self::Busy | Self::Unavailable
        )
    }
}

/// A refusal on the wire: in acks, and as the body of a refused HTTP request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WireError {
    pub code: ErrorCode,
    /// What happened and what to do about it, in English, for a person. Never internals.
    pub message: String,
    /// When to try again, if a transient refusal knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

record!(WireError {
    code,
    message,
    retry_after_ms
});

impl WireError {
    /// A refusal that does not say when to try again.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after_ms: None,
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WireError {}

/// Why a handshake was refused: the `message` of the CONNECT_ERROR, as [`HandshakeError::with_retry_after`] writes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandshakeError {
    /// Neither the cookie nor the token names a session: sign in, then connect.
    Unauthorized,
    /// The page's origin is not one that the server allows.
    ForbiddenOrigin,
    /// `auth` has not the documented shape.
    InvalidAuth,
    /// The server has as many connections as it accepts; try again later.
    Busy,
    /// The database did not answer; try again later.
    Unavailable,
}

impl HandshakeError {
    const ALL: [Self; 5] = [
        Self::Unauthorized,
        Self::ForbiddenOrigin,
        Self::InvalidAuth,
        Self::Busy,
        Self::Unavailable,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::ForbiddenOrigin => "forbidden_origin",
            Self::InvalidAuth => "invalid_auth",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }

    /// Parses the `message` of a CONNECT_ERROR; `None` if it is not one of these.
    pub fn parse(message: &str) -> Option<Self> {
        Self::read(message).map(|(error, _)| error)
    }

    /// Parses the name, and the milliseconds to wait before the next attempt, if the message has them.
    pub fn read(message: &str) -> Option<(Self, Option<u64>)> {
        let (name, wait) = match message.split_once(' ') {
            Some((name, wait)) => (name, Some(wait.parse().ok()?)),
            None => (message, None),
        };
        let error = Self::ALL.into_iter().find(|error| error.as_str() == name)?;
        Some((error, wait))
    }

    /// The `message` of the CONNECT_ERROR: the name, and, if known, a space and the milliseconds to wait.
    pub fn with_retry_after(self, wait_ms: Option<u64>) -> String {
        match wait_ms {
            Some(wait) => format!("{self} {wait}"),
            None => self.to_string(),
        }
    }

    /// Whether the same connection may succeed later.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable)
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for HandshakeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_handshake_reads_back() {
        for error in HandshakeError::ALL {
            assert_eq!(HandshakeError::parse(error.as_str()), Some(error));
            for wait in [None, Some(1_500)] {
                let message = error.with_retry_after(wait);
                assert_eq!(HandshakeError::read(&message), Some((error, wait)));
            }
        }
        assert_eq!(HandshakeError::read("busy soon"), None);
        assert_eq!(HandshakeError::parse("websocket error"), None);
    }

    #[test]
    fn a_code_from_the_future_is_permanent() {
        let error: WireError =
            serde_json::from_str(r#"{"code":"teapot","message":"short and stout"}"#).unwrap();
        assert_eq!(error.code, ErrorCode::Unknown);
        assert!(!error.code.is_transient());
    }
}
