//! Every refusal: a code a program can act on, a sentence a person can read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of refusal. Tells a client whether trying again can help.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The payload is not of the event's shape, or a text in it is not acceptable.
    Invalid,
    /// More than a limit of [`crate::limit`] allows.
    TooLarge,
    /// This author has used this id for another body.
    Conflict,
    /// No such room, or not one this person may know of.
    UnknownRoom,
    /// The connection's session has ended.
    Unauthorized,
    /// The nickname belongs to somebody else.
    NicknameTaken,
    /// Another public room has this name.
    RoomNameTaken,
    /// No such message in this room, or it was deleted.
    UnknownMessage,
    /// This person may not do that.
    Forbidden,
    /// The room is archived: nothing more can be said in it.
    Archived,
    /// The nickname has a passphrase, and this is not it.
    WrongPassphrase,
    /// The server takes new people by invitation only.
    InviteRequired,
    /// This person, or this address, has been banned.
    Banned,
    /// This account is closed.
    Deactivated,
    /// One of the people concerned has blocked the other.
    Blocked,
    /// The room has been deleted.
    RoomDeleted,
    /// Nobody has this id.
    UnknownPerson,
    /// Nobody would be left to own the server.
    LastOwner,
    /// The code is that of no owner link, or of one that was used.
    InvalidCode,
    /// This person has written as much as they may in a day.
    OverQuota,
    /// The server's disk has no room for more. Transient: it is taken once there is room.
    StorageFull,
    /// Too much in too short a time. Transient: `retry_after_ms` says when.
    RateLimited,
    /// The server's queue is full. Transient.
    Busy,
    /// The database cannot be written or read. Transient.
    Unavailable,
    /// A code this program is too old to know. Taken as permanent.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// Whether the same request may succeed later, unchanged.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::StorageFull | Self::RateLimited | Self::Busy | Self::Unavailable
        )
    }
}

/// A refusal as it travels: in acks, and as the body of a refused HTTP request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WireError {
    pub code: ErrorCode,
    /// What happened and what to do, in English, for a person. Never internals.
    pub message: String,
    /// When to try again, for a transient refusal that knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl WireError {
    /// A refusal without a time to wait.
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
    /// The page asking comes from an origin the server does not allow.
    ForbiddenOrigin,
    /// `auth` is not of the documented shape.
    InvalidAuth,
    /// The server has as many connections as it takes; try again later.
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

    /// Reads the `message` of a CONNECT_ERROR; `None` for one that is not ours.
    pub fn parse(message: &str) -> Option<Self> {
        Self::read(message).map(|(error, _)| error)
    }

    /// Reads it together with the milliseconds after which it may be tried again, where it says so.
    pub fn read(message: &str) -> Option<(Self, Option<u64>)> {
        let (name, wait) = match message.split_once(' ') {
            Some((name, wait)) => (name, Some(wait.parse().ok()?)),
            None => (message, None),
        };
        let error = Self::ALL.into_iter().find(|error| error.as_str() == name)?;
        Some((error, wait))
    }

    /// The `message` of the CONNECT_ERROR: the name, and a space and the milliseconds to wait, where that is known.
    pub fn with_retry_after(self, wait_ms: Option<u64>) -> String {
        match wait_ms {
            Some(wait) => format!("{self} {wait}"),
            None => self.to_string(),
        }
    }

    /// Whether connecting again, unchanged, may succeed later.
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
