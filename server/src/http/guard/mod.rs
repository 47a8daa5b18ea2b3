//! Refuses cross-origin requests, except from allowed origins.

pub mod declared;
pub mod headers;
pub mod host;

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use steadfast_shared::ErrorCode;

use super::HttpRefusal;
use crate::request::origin::RequestOrigin;

/// Refuses requests of foreign pages, and lets allowed origins read the responses.
pub async fn guard(request: Request, next: Next) -> Response {
    let request_origin = RequestOrigin::of(request.extensions());
    if request_origin == RequestOrigin::Foreign {
        let message = "this page may not use this server: start the server with --allowed-origin to allow it";
        let mut answer = HttpRefusal::new(ErrorCode::Unauthorized, message).into_response();
        *answer.status_mut() = StatusCode::FORBIDDEN;
        return answer;
    }
    let listed = (request_origin == RequestOrigin::Listed)
        .then(|| request.headers().get(ORIGIN).cloned())
        .flatten();
    let preflight = request.method() == Method::OPTIONS;
    let mut answer = match (&listed, preflight) {
        (Some(_), true) => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    if let Some(origin) = listed {
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type"),
        );
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    answer
}
