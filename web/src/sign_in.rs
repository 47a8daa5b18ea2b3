//! Who this browser speaks for: `/api/session`.

use steadfast_shared::http::{NewSession, SESSION_PATH, SessionInfo};
use steadfast_shared::{ErrorCode, Nickname};

use crate::http::{self, HttpError};
use crate::peers;

/// The session this browser has, if any.
pub(crate) async fn current() -> Result<Option<SessionInfo>, HttpError> {
    match http::ask("GET", SESSION_PATH).await {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.is(ErrorCode::Unauthorized) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A session for a person who has just said who they want to be.
pub(crate) async fn sign_in(asked: &NewSession) -> Result<SessionInfo, HttpError> {
    http::tell("POST", SESSION_PATH, asked).await
}

/// Ends this browser's session.
pub(crate) async fn sign_out() -> Result<(), HttpError> {
    http::ask("DELETE", SESSION_PATH).await
}

/// A session again, under the nickname this device had. One tab at a time: the first one signs in for all, and the
/// others find its cookie.
pub(crate) async fn renew(nickname: Nickname) -> Result<SessionInfo, HttpError> {
    let _turn = peers::sign_in_turn().await;
    match sign_in(&NewSession::new(nickname)).await {
        // Taken by another tab of this browser, perhaps: then its cookie is ours as well.
        Err(taken) if taken.is(ErrorCode::NicknameTaken) => current().await?.ok_or(taken),
        answer => answer,
    }
}
