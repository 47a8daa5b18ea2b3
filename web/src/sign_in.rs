//! Who this browser speaks for: `/api/session`.

use steadfast_shared::ErrorCode;
use steadfast_shared::http::{NewSession, SESSION_PATH, SessionInfo};

use crate::http::{self, HttpError};

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
