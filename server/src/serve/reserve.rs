//! The response when every place is taken: health checks are answered, all other requests are sent away until later.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Request, Response, StatusCode};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::places::ConnectionSlot;
use crate::serve::peer::PeerIo;

/// Connections answered from the reserve at the same time; one more is ended at once.
const AT_ONCE: usize = 16;
/// How long such a connection may take to send its request.
const PATIENCE: Duration = Duration::from_secs(2);

/// Answers connections beyond the last place.
pub(super) struct Reserve {
    router: Router,
    turns: Arc<Semaphore>,
}

impl Reserve {
    pub(super) fn new(router: Router) -> Self {
        Self {
            router,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Answers one request if a turn is free, and ends the connection.
    pub(super) fn answer(&self, stream: TcpStream) {
        let Ok(turn) = self.turns.clone().try_acquire_owned() else {
            return;
        };
        let Ok(address) = stream.peer_addr() else {
            return;
        };
        let io = PeerIo::new(stream, address, PATIENCE, ConnectionSlot::beyond());
        let (router, peer) = (self.router.clone(), io.peer().clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer.clone()));
            answer(router.clone(), request)
        });
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .keep_alive(false)
                .serve_connection(TokioIo::new(io), service);
            let _ = tokio::time::timeout(2 * PATIENCE, connection).await;
            drop(turn);
        });
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
) -> Result<Response<Body>, std::convert::Infallible> {
    let path = request.uri().path();
    // The suffix also matches below a base path.
    if path.ends_with("/healthz") || path.ends_with("/readyz") {
        return router.oneshot(request.map(Body::new)).await;
    }
    let retry_after = [(RETRY_AFTER, HeaderValue::from_static("5"))];
    let text = "Every place on this server is taken. Try again in a moment.\n";
    Ok((StatusCode::SERVICE_UNAVAILABLE, retry_after, text).into_response())
}
