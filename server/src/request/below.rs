//! Removes the base path from requests, unless a proxy already has.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::credentials;
use crate::config::BasePath;

/// Takes the base path off a request before it is routed. Leaves paths alone that a proxy has already stripped.
pub async fn strip(State(base): State<BasePath>, mut request: Request, next: Next) -> Response {
    if let Some(uri) = base.strip(request.uri()) {
        *request.uri_mut() = uri;
    }
    credentials::read_below_path(request.headers_mut());
    next.run(request).await
}
