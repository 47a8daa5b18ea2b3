//! The few requests over HTTP. The cookie is the browser's; the page never sees it.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use steadfast_shared::{ErrorCode, WireError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, Response};

use crate::browser::{base_path, json};

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

/// Sends a request without a body.
pub(crate) async fn request<A: DeserializeOwned>(method: &str, path: &str) -> Result<A, HttpError> {
    answer(fetch(method, path, None, None).await)
}

/// Sends a request without a body, with a time limit.
pub(crate) async fn request_within<A: DeserializeOwned>(
    time_limit: Duration,
    method: &str,
    path: &str,
) -> Result<A, HttpError> {
    let time_limit = u32::try_from(time_limit.as_millis()).unwrap_or(u32::MAX);
    // A response that arrives later is ignored, cookies included.
    let signal = AbortSignal::timeout_with_u32(time_limit);
    answer(fetch(method, path, None, Some(&signal)).await)
}

/// Sends a request with a body.
pub(crate) async fn send<A: DeserializeOwned>(
    method: &str,
    path: &str,
    body: &impl Serialize,
) -> Result<A, HttpError> {
    let body = json::text_of(body).map_err(|_| HttpError::Unreachable)?;
    answer(fetch(method, path, Some(&body), None).await)
}

fn answer<A: DeserializeOwned>(response: Result<(u16, String), JsValue>) -> Result<A, HttpError> {
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

async fn fetch(
    method: &str,
    path: &str,
    body: Option<&str>,
    signal: Option<&AbortSignal>,
) -> Result<(u16, String), JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let request = RequestInit::new();
    request.set_method(method);
    request.set_signal(signal);
    if let Some(body) = body {
        let headers = Headers::new()?;
        headers.set("content-type", "application/json")?;
        request.set_headers(&headers);
        request.set_body(&body.into());
    }
    let response: Response =
        JsFuture::from(window.fetch_with_str_and_init(&base_path::here().address(path), &request))
            .await?
            .dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}
