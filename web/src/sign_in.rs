//! Who this browser speaks for: `GET` and `POST /api/session`. The cookie is the browser's; the page never sees it.

use steadfast_shared::http::{NewSession, SESSION_PATH, SessionInfo};
use steadfast_shared::{ErrorCode, Nickname, WireError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

use crate::{json, peers};

/// Why there is no session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum SignInError {
    /// Somebody else has the nickname.
    NicknameTaken,
    /// The server said no, and why.
    Refused(WireError),
    /// The server did not answer, or not in our words; trying again may help.
    Unreachable,
}

/// The session this browser has, if any.
async fn current() -> Result<Option<SessionInfo>, SignInError> {
    match ask("GET", None).await {
        Ok(info) => Ok(Some(info)),
        Err(SignInError::Refused(error)) if error.code == ErrorCode::Unauthorized => Ok(None),
        Err(error) => Err(error),
    }
}

/// A session for a person who has just chosen this nickname.
pub(crate) async fn sign_in(nickname: Nickname) -> Result<SessionInfo, SignInError> {
    let body = json::text_of(&NewSession::new(nickname)).map_err(|_| SignInError::Unreachable)?;
    ask("POST", Some(&body)).await
}

/// A session again, under the nickname this device had. One tab at a time: the first one signs in for all, and the
/// others find its cookie.
pub(crate) async fn renew(nickname: Nickname) -> Result<SessionInfo, SignInError> {
    let _turn = peers::sign_in_turn().await;
    match sign_in(nickname).await {
        // Taken by another tab of this browser, perhaps: then its cookie is ours as well.
        Err(SignInError::NicknameTaken) => current().await?.ok_or(SignInError::NicknameTaken),
        answer => answer,
    }
}

async fn ask(method: &str, body: Option<&str>) -> Result<SessionInfo, SignInError> {
    let (status, text) = fetch(method, body).await.map_err(|_| SignInError::Unreachable)?;
    if (200..300).contains(&status) {
        return json::parse(&text).map_err(|_| SignInError::Unreachable);
    }
    match json::parse::<WireError>(&text) {
        Ok(error) if error.code == ErrorCode::NicknameTaken => Err(SignInError::NicknameTaken),
        Ok(error) if error.code.is_transient() => Err(SignInError::Unreachable),
        Ok(error) => Err(SignInError::Refused(error)),
        // A proxy in between, most likely.
        Err(_) => Err(SignInError::Unreachable),
    }
}

async fn fetch(method: &str, body: Option<&str>) -> Result<(u16, String), JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let request = RequestInit::new();
    request.set_method(method);
    if let Some(body) = body {
        let headers = Headers::new()?;
        headers.set("content-type", "application/json")?;
        request.set_headers(&headers);
        request.set_body(&body.into());
    }
    let response: Response = JsFuture::from(window.fetch_with_str_and_init(SESSION_PATH, &request))
        .await?
        .dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}
