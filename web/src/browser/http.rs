//! The few requests over HTTP. The cookie is the browser's; the page never sees it.

use std::time::Duration;

use gloo_net::http::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use steadfast_shared::{ErrorCode, WireError};
use web_sys::AbortSignal;

use crate::browser::{base_path, json};

/// A request without a response for this long has failed: a network that swallows packets would leave the person waiting for
/// minutes. Longer than a sign-in may wait in the server's queue.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Why a request failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum HttpError {
    /// The server refused, with a reason.
    Refused(WireError),
    /// The server did not answer, or not in its protocol; trying again may help.
    Unreachable,
}

impl HttpError {
    /// Whether the server refused for this reason.
    pub(crate) fn is(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Refused(error) if error.code == code)
    }
}

pub(crate) async fn get<A: DeserializeOwned>(path: &str) -> Result<A, HttpError> {
    answer(fetch(Method::GET, path, None).await)
}

pub(crate) async fn delete<A: DeserializeOwned>(path: &str) -> Result<A, HttpError> {
    answer(fetch(Method::DELETE, path, None).await)
}

/// Sends a request with a time limit.
pub(crate) async fn delete_within<A: DeserializeOwned>(
    time_limit: Duration,
    path: &str,
) -> Result<A, HttpError> {
    answer(fetch_within(time_limit, Method::DELETE, path, None).await)
}

/// Posts without a body.
pub(crate) async fn post_empty<A: DeserializeOwned>(path: &str) -> Result<A, HttpError> {
    answer(fetch(Method::POST, path, None).await)
}

pub(crate) async fn post<A: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<A, HttpError> {
    send(Method::POST, path, body).await
}

pub(crate) async fn put<A: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<A, HttpError> {
    send(Method::PUT, path, body).await
}

pub(crate) async fn patch<A: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<A, HttpError> {
    send(Method::PATCH, path, body).await
}

async fn send<A: DeserializeOwned>(
    method: Method,
    path: &str,
    body: &impl Serialize,
) -> Result<A, HttpError> {
    let body = json::text_of(body).map_err(|_| HttpError::Unreachable)?;
    answer(fetch(method, path, Some(body)).await)
}

fn answer<A: DeserializeOwned>(response: Result<(u16, String), gloo_net::Error>) -> Result<A, HttpError> {
    let (status, text) = response.map_err(|_| HttpError::Unreachable)?;
    if (200..300).contains(&status) {
        let text = if text.is_empty() { "null" } else { &text };
        return json::parse(text).map_err(|_| HttpError::Unreachable);
    }
    match json::parse::<WireError>(&text) {
        // It passes by itself; the other transient errors have to be shown to the person.
        Ok(error) if error.code == ErrorCode::Unavailable => Err(HttpError::Unreachable),
        Ok(error) => Err(HttpError::Refused(error)),
        // Most likely the answer of a proxy in between.
        Err(_) => Err(HttpError::Unreachable),
    }
}

async fn fetch(method: Method, path: &str, body: Option<String>) -> Result<(u16, String), gloo_net::Error> {
    fetch_within(TIME_LIMIT, method, path, body).await
}

async fn fetch_within(
    time_limit: Duration,
    method: Method,
    path: &str,
    body: Option<String>,
) -> Result<(u16, String), gloo_net::Error> {
    let time_limit = u32::try_from(time_limit.as_millis()).unwrap_or(u32::MAX);
    // A response that arrives later is ignored, cookies included.
    let signal = AbortSignal::timeout_with_u32(time_limit);
    let address = base_path::here().address(path);
    let request = RequestBuilder::new(&address)
        .method(method)
        .abort_signal(Some(&signal));
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body)?,
        None => request.build()?,
    };
    let response = request.send().await?;
    let text = response.text().await?;
    Ok((response.status(), text))
}
