//! Whether the server lives, and whether it works.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;

use super::HttpState;
use crate::store::StoreError;

/// `GET /healthz`: the process lives.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database can be read and written, its disk has room, the writer works, sockets follow the store, the server
/// is not shutting down.
///
/// With `?draining=404` a server that lets its connections go answers 404: HAProxy takes that for *nobody new, and keep those who are
/// there*, and 503 for *cut everybody off*.
pub async fn ready(State(shared): State<HttpState>, RawQuery(query): RawQuery) -> (StatusCode, &'static str) {
    if shared.realtime.is_closing() {
        let status = match query.as_deref() {
            Some("draining=404") => StatusCode::NOT_FOUND,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        return (status, "shutting down\n");
    }
    if !shared.realtime.is_writing() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the writer does not work\n");
    }
    if shared.realtime.is_stale() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "what is stored cannot be followed\n",
        );
    }
    match shared.store.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let why = match error {
                StoreError::Full => "the disk is full\n",
                StoreError::Lost(_) => "the database's files are not in their places\n",
                _ => "the database cannot be read and written\n",
            };
            (StatusCode::SERVICE_UNAVAILABLE, why)
        }
    }
}
