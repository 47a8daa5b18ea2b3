//! The bodies of the few HTTP requests. Refusals carry a [`crate::WireError`].

use serde::{Deserialize, Serialize};

use crate::{Epoch, Nickname, Person};

/// Where a session is asked for (`POST`), looked at (`GET`) and ended (`DELETE`).
pub const SESSION_PATH: &str = "/api/session";

/// `POST /api/session`: asks for a person of this nickname and a session for this device.
///
/// Answered with 201 and [`SessionInfo`] and a `Set-Cookie`; 409 `nickname_taken`; 400 `invalid`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NewSession {
    /// The nickname wanted.
    pub nickname: Nickname,
    /// Whether the answer shall show the token, for programs that keep no cookies.
    #[serde(default)]
    pub with_token: bool,
}

/// The answer to `POST` and `GET /api/session`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Who this device speaks for.
    pub me: Person,
    /// The life of the database that says so.
    pub epoch: Epoch,
    /// The bearer token, only where `with_token` asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}
