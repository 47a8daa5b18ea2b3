//! This browser's session: `/api/session`.

use std::time::Duration;

use steadfast_shared::http::{NewSession, SESSION_PATH, SessionInfo};
use steadfast_shared::{ErrorCode, Nickname, SignInKey};
use uuid::Uuid;

use crate::browser::http::HttpError;
use crate::browser::{http, tabs};
use crate::storage::{departure, preferences};

/// A server that does not end a session within this time counts as unreachable.
const SIGNED_OUT_WITHIN: Duration = Duration::from_secs(5);

/// This browser's session, if any.
pub(crate) async fn current() -> Result<Option<SessionInfo>, HttpError> {
    match http::get(SESSION_PATH).await {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.is(ErrorCode::Unauthorized) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Signs a person in, or up.
pub(crate) async fn sign_in(asked: &NewSession) -> Result<SessionInfo, HttpError> {
    http::post(SESSION_PATH, asked).await
}

/// A new secret for a sign-in.
pub(crate) fn new_key() -> Option<SignInKey> {
    let [first, second] = [Uuid::new_v4(), Uuid::new_v4()];
    SignInKey::parse(&format!("{}{}", first.simple(), second.simple()))
}

pub(crate) async fn sign_out() -> Result<(), HttpError> {
    // The server's response makes the browser clear its storage.
    let choices = preferences::choices();
    let ended = http::delete_within(SIGNED_OUT_WITHIN, SESSION_PATH).await;
    preferences::restore(choices);
    ended
}

/// Ends the session of a person who signed out here while the server was unreachable, if there is
/// one. One tab at a time: a second one could end the session of a person who has signed in since.
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

/// Renews the session under this device's nickname. One tab at a time: the first one signs in for
/// all, and the others find its cookie.
pub(crate) async fn renew(nickname: Nickname) -> Result<SessionInfo, HttpError> {
    let _turn = tabs::sign_in_turn().await;
    match sign_in(&NewSession::new(nickname)).await {
        // Another tab of this browser may have taken it: then this tab has its cookie as well.
        Err(taken) if taken.is(ErrorCode::NicknameTaken) => current().await?.ok_or(taken),
        answer => answer,
    }
}
