//! Security headers for browsers, on every response.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::request::origin::Host;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Applied unless the response sets the header itself, as the page does for its policy and its caching.
const DEFAULTS: [(HeaderName, &str); 7] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
    ),
    (CACHE_CONTROL, "no-store"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

/// Adds the missing headers to each response. `https` says whether people use HTTPS.
pub async fn add(State(https): State<bool>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        return answer;
    }
    // Browsers log an error about this one over plain HTTP.
    let kept = https || answer.extensions().get().is_some_and(Host::is_loopback);
    let headers = answer.headers_mut();
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if kept {
        headers
            .entry(OPENER_POLICY)
            .or_insert(HeaderValue::from_static("same-origin"));
    }
    answer
}
