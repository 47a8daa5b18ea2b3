//! Health checks: liveness and readiness.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;

use super::HttpState;
use crate::store::StoreError;

/// `GET /healthz`: the process is alive.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database can be read and written, its disk has room, the writer works, sockets follow the store, the server
/// is not shutting down.
///
/// With `?draining=404` a draining server answers 404: HAProxy takes 404 for *send no new clients, keep the present ones*, and
/// 503 for *close every connection*.
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
            "the change feed cannot be followed\n",
        );
    }
    match shared.store.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let why = match error {
                StoreError::Full => "the disk is full\n",
                StoreError::Lost(_) => "the database's files were moved or deleted\n",
                _ => "the database cannot be read and written\n",
            };
            (StatusCode::SERVICE_UNAVAILABLE, why)
        }
    }
}
