//! Who this browser speaks for: `/api/session`.

use std::time::Duration;

use steadfast_shared::http::{NewSession, SESSION_PATH, SessionInfo};
use steadfast_shared::{ErrorCode, Nickname};

use crate::browser::http::HttpError;
use crate::browser::{http, tabs};
use crate::storage::{departure, preferences};

/// A server that has not ended a session within this time cannot be reached.
const SIGNED_OUT_WITHIN: Duration = Duration::from_secs(5);

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
    // The browser clears everything at the server's answer.
    let choices = preferences::choices();
    let ended = http::ask_within(SIGNED_OUT_WITHIN, "DELETE", SESSION_PATH).await;
    preferences::restore(choices);
    ended
}

/// Ends the session of whoever was signed out here while the server could not be reached; nothing where there is none. One tab
/// at a time: the next one could end the session of a person who signed in meanwhile.
pub(crate) async fn end_owed() -> Result<(), HttpError> {
    if !departure::is_owed() {
        return Ok(());
    }
    let _turn = tabs::sign_in_turn().await;
    if departure::is_owed() {
        sign_out().await?;
        departure::settle();
    }
    Ok(())
}

/// A session again, under the nickname this device had. One tab at a time: the first one signs in for all, and the
/// others find its cookie.
pub(crate) async fn renew(nickname: Nickname) -> Result<SessionInfo, HttpError> {
    let _turn = tabs::sign_in_turn().await;
    match sign_in(&NewSession::new(nickname)).await {
        // Taken by another tab of this browser, perhaps: then its cookie is ours as well.
        Err(taken) if taken.is(ErrorCode::NicknameTaken) => current().await?.ok_or(taken),
        answer => answer,
    }
}
