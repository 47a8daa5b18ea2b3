//! A server that is to be replaced lets go of its connections one after another, so that those who take them are not all asked
//! at once.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use socketioxide::TransportType;
use steadfast_shared::event::{self, ClosingReason};

use super::Realtime;
use super::connection::ClientConnection;
use crate::clock;

/// How long a connection that was told goes on being answered, before it is cut: everything it had sent by then is acknowledged.
const GRACE: Duration = Duration::from_secs(2);
/// How often the next few are let go.
const STEP: Duration = Duration::from_millis(100);
/// How long a proxy may take to notice by `/readyz` that this server takes nobody any more.
const NOTICED: Duration = Duration::from_secs(3);

impl Realtime {
    /// Takes no more connections, and ends those there are, spread over this time. Everything they have sent is still answered.
    ///
    /// Ends sooner where nobody is left. Connections that poll are told, too, and end with the server.
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
                self.let_go(&connection);
                next = due.next();
            }
            let gone = next.is_none() && self.0.people.is_empty();
            if (gone && passed >= notice) || passed >= over + GRACE {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Tells a connection to go elsewhere, and cuts it a moment later where it has not.
    fn let_go(&self, connection: &Arc<ClientConnection>) {
        let reason = ClosingReason::Draining;
        if !connection.close_for(reason) {
            return;
        }
        let Some(socket) = self.0.io.of("/").and_then(|io| io.get_socket(connection.id)) else {
            return;
        };
        let _ = socket.emit(event::SESSION, &event::Session::Closing { reason });
        if socket.transport_type() == TransportType::Polling {
            return;
        }
        let (people, connection) = (self.0.people.clone(), connection.clone());
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            if let Some(peer) = people.peer_of(&connection) {
                peer.abort();
            }
        });
    }
}

/// The answer to a new connection while the server drains: a proxy tries another one.
pub(super) fn elsewhere() -> Response {
    let mut answer = (StatusCode::SERVICE_UNAVAILABLE, "this server is about to stop\n").into_response();
    answer
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}
