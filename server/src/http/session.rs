//! Signing in, and who is signed in.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use steadfast_shared::http::{NewSession, SessionInfo};
use steadfast_shared::{ErrorCode, WireError};

use super::{Refusal, Shared, credentials};
use crate::clock;
use crate::peer::Peer;
use crate::store::{Device, SignUpError, StoreError, Token};

/// `POST /api/session`: takes a nickname and signs this device in.
///
/// A device that is signed in and asks for the nickname it has stays who it is: a retry does no harm.
pub async fn sign_in(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    asked: Result<Json<NewSession>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(asked) = asked.map_err(|rejection| unreadable(&rejection))?;
    shared
        .attempts
        .take(peer.address().ip(), clock::instant())
        .map_err(|wait| {
            Refusal(WireError {
                retry_after_ms: Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
                ..WireError::new(
                    ErrorCode::RateLimited,
                    "too many sign-ins from this address: wait a little",
                )
            })
        })?;

    if let Some(shown) = credentials::token(&headers)
        && let Some(device) = shared.store.device(shown.hash()).await.map_err(failed)?
        && device.person.name == asked.nickname.as_str()
    {
        return Ok(signed_in(&shared, device, &shown, asked.with_token));
    }

    let token = Token::random().map_err(|error| {
        tracing::error!(%error, "the operating system gives no random numbers");
        unavailable()
    })?;
    match shared
        .store
        .sign_up(&asked.nickname, token.hash(), clock::now())
        .await
    {
        Ok(device) => Ok(signed_in(&shared, device, &token, asked.with_token)),
        Err(SignUpError::NicknameTaken) => Err(Refusal::new(
            ErrorCode::NicknameTaken,
            "this nickname is taken: choose another one",
        )),
        Err(SignUpError::Store(error)) => Err(failed(error)),
    }
}

fn signed_in(shared: &Shared, device: Device, token: &Token, with_token: bool) -> Response {
    let info = SessionInfo {
        token: with_token.then(|| token.as_str().to_owned()),
        ..SessionInfo::new(device.person, shared.store.epoch())
    };
    let mut answer = (StatusCode::CREATED, Json(info)).into_response();
    if let Some(cookie) = credentials::set_cookie(Some(token), shared.config.secure_cookie) {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

/// `GET /api/session`: who this device speaks for.
pub async fn look(State(shared): State<Shared>, headers: HeaderMap) -> Result<Json<SessionInfo>, Refusal> {
    let token = credentials::token(&headers).ok_or_else(signed_out)?;
    let device = shared
        .store
        .device(token.hash())
        .await
        .map_err(failed)?
        .ok_or_else(signed_out)?;
    Ok(Json(SessionInfo::new(device.person, shared.store.epoch())))
}

/// `DELETE /api/session`: signs this device out and ends its connections.
pub async fn sign_out(State(shared): State<Shared>, headers: HeaderMap) -> Result<Response, Refusal> {
    if let Some(token) = credentials::token(&headers)
        && let Some(session) = shared.store.sign_out(token.hash()).await.map_err(failed)?
    {
        shared.realtime.signed_out(session);
    }
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = credentials::set_cookie(None, shared.config.secure_cookie) {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(answer)
}

fn unreadable(rejection: &JsonRejection) -> Refusal {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::new(ErrorCode::TooLarge, "the request is too large");
    }
    Refusal::new(
        ErrorCode::Invalid,
        format!("the request is not as documented: {}", rejection.body_text()),
    )
}

fn signed_out() -> Refusal {
    Refusal::new(ErrorCode::Unauthorized, "this device is not signed in")
}

fn unavailable() -> Refusal {
    Refusal::new(
        ErrorCode::Unavailable,
        "the server cannot do this right now: try again",
    )
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: StoreError) -> Refusal {
    tracing::error!(%error, "the store failed");
    unavailable()
}
