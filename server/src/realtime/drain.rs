//! Draining: a server about to be replaced closes its connections over time, so that the nodes that take them over are not
//! flooded.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use socketioxide::TransportType;
use steadfast_shared::event::{self, ClosingReason};

use super::Realtime;
use super::closing::Closer;
use super::connection::ClientConnection;
use crate::clock;

/// How long a connection is still served after its closing reason, so that everything it had sent is acknowledged.
const GRACE: Duration = Duration::from_secs(2);
/// The interval between steps.
const STEP: Duration = Duration::from_millis(100);
/// How long a proxy may take to notice through `/readyz` that this server is draining.
const NOTICED: Duration = Duration::from_secs(3);

impl Realtime {
    /// Accepts no more connections, and closes the present ones spread over this time. Everything they have sent is still
    /// answered.
    ///
    /// Returns sooner if all connections are gone.
    pub async fn drain(&self, over: Duration) {
        self.0.closing.store(true, Ordering::Release);
        let began = clock::instant();
        let connections = self.0.people.all();
        let all = u32::try_from(connections.len()).unwrap_or(u32::MAX);
        tracing::info!(connections = all, seconds = over.as_secs(), "draining");
        let mut due = connections.into_iter().enumerate().map(|(nth, connection)| {
            let nth = u32::try_from(nth).unwrap_or(u32::MAX);
            (over.saturating_mul(nth) / all.max(1), connection)
        });
        let mut next = due.next();
        let notice = NOTICED.min(over);
        loop {
            let passed = began.elapsed();
            while let Some((_, connection)) = next.take_if(|(at, _)| *at <= passed) {
                self.0.closer.release(&connection);
                next = due.next();
            }
            if next.is_none() {
                // Those that were on their way in when it began.
                let late = self.0.people.all().into_iter();
                late.filter(|connection| connection.closing().is_none())
                    .for_each(|connection| self.0.closer.release(&connection));
            }
            let gone = next.is_none() && self.0.people.is_empty();
            if (gone && passed >= notice) || passed >= over + GRACE {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
    }
}

impl Closer {
    /// Asks a connection to reconnect elsewhere, and closes it after a grace period if it has not.
    fn release(&self, connection: &Arc<ClientConnection>) {
        let reason = ClosingReason::Draining;
        if !connection.close_for(reason) {
            return;
        }
        let Some(socket) = self.sockets.of(connection) else {
            return;
        };
        let _ = socket.emit(event::SESSION, &event::Session::Closing { reason });
        let (people, connection) = (self.people.clone(), connection.clone());
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            if socket.transport_type() == TransportType::Polling {
                // Its TCP connection may be a proxy's, which carries others' requests too. A packet that disconnects it would keep
                // npm's client from connecting anew.
                connection.end_polls();
                // By then its program has heard that.
                tokio::time::sleep(GRACE).await;
                drop(socket.disconnect());
            } else if let Some(peer) = people.peer_of(&connection) {
                peer.abort();
            }
        });
    }
}

/// The answer to a poll of a connection that was let go: Engine.IO's for a session that it does not have.
pub(super) fn ended() -> Response {
    let body = "{\"code\":1,\"message\":\"Session ID unknown\"}";
    let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (StatusCode::BAD_REQUEST, [json], body).into_response()
}

/// The response to new connections, and to polls of sessions that are not here, while the server drains: a proxy tries another node.
/// One that keeps devices at their node by a hash sends the polls of a session on another node here, too.
///
/// It is no 503: nginx takes a node for dead that answers with that, and sends away the polls of everybody who is there. A 404 it
/// passes on to another node without blaming this one.
pub(super) fn elsewhere() -> Response {
    let mut answer = (StatusCode::NOT_FOUND, "this server is about to stop\n").into_response();
    answer
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}
