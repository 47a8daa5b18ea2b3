//! Refuses requests for a host this server does not answer for, before anything else is done with them.

use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use steadfast_shared::{ErrorCode, WireError};

use crate::http::HttpRefusal;
use crate::request::origin::{Origins, UnknownHost};
use crate::serve::peer::Peer;

/// Refuses foreign hosts, and records on the other requests which page sent them.
///
/// Health checks are exempt: load balancers use the machine's address.
pub async fn check(
    State(origins): State<Arc<Origins>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    if matches!(request.uri().path(), "/healthz" | "/readyz") {
        return next.run(request).await;
    }
    let host = match origins.host(request.uri(), request.headers(), peer.local()) {
        Ok(host) => host,
        Err(UnknownHost(host)) => {
            tracing::debug!(host, "a request for another host was refused");
            return strange(&host, request.uri().path());
        }
    };
    let origin = origins.request_origin(request.headers(), &host);
    request.extensions_mut().insert(origin);
    let mut answer = next.run(request).await;
    answer.extensions_mut().insert(host);
    answer
}

fn strange(host: &str, path: &str) -> Response {
    let is_name = host.contains(|c: char| c.is_ascii_alphanumeric());
    let message = if is_name {
        format!(
            "This server does not answer for {host}. If this is its public address, its operator must start it with \
             --public-url https://{host} (or http://, as in the address bar)."
        )
    } else {
        "This request names no host: send exactly one Host header, with the name or address of this server."
            .to_owned()
    };
    let mut answer = if path.starts_with("/api/") {
        HttpRefusal(WireError::new(ErrorCode::Forbidden, message)).into_response()
    } else {
        format!("{message}\n").into_response()
    };
    *answer.status_mut() = StatusCode::MISDIRECTED_REQUEST;
    answer
}
