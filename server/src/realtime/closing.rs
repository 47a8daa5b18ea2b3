//! How connections end: closed by the server for a reason, or disconnected. Each leaves one log line.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use socketioxide::TransportType;
use socketioxide::extract::SocketRef;
use socketioxide::socket::DisconnectReason;
use steadfast_shared::event::{self, ClosingReason};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::connection::{ClientConnection, Polls};
use super::handshakes::Permit;
use super::people::People;
use super::presence::PresenceBoard;
use super::sightings::Sightings;
use super::sockets::{Ending, Sockets};
use super::{Realtime, drain};
use crate::audit::Audit;
use crate::clock;
use crate::serve::peer::Peer;

/// How long a closing connection has to read the reason.
const GRACE: Duration = Duration::from_secs(2);

/// Closes connections, and cleans up after those that are gone.
pub(super) struct Closer {
    pub(super) sockets: Arc<Sockets>,
    pub(super) people: Arc<People>,
    pub(super) presence: Arc<PresenceBoard>,
    pub(super) sightings: Arc<Sightings>,
    pub(super) audit: Arc<Audit>,
    /// How long a connection may leave sent data unread.
    pub(super) stall: Duration,
}

impl Closer {
    /// Closes a connection, and sends the reason if the client still reads.
    pub(super) fn close(&self, connection: &ClientConnection, reason: ClosingReason) {
        if !connection.close_for(reason) {
            return;
        }
        // A tab that replaced its own stale connection must not learn of that.
        if reason != ClosingReason::Replaced {
            self.people.remember(connection, reason);
        }
        // Not the TCP connection that a session by polling was opened on: others' requests may use it by now, behind a proxy those
        // of other people.
        let websocket = self.people.websocket_of(connection);
        let Some(socket) = self.sockets.of(connection) else {
            return;
        };
        if reason == ClosingReason::SlowConsumer {
            // A stalled socket gets no packet, not even the one that would disconnect it: it leaves at once, and aborting the
            // transport ends everything that depends on it.
            socket.leave_all();
            self.left(&socket, connection, DisconnectReason::ServerNSDisconnect);
            match (socket.transport_type(), websocket) {
                (TransportType::Websocket, Some(peer)) => peer.abort(),
                _ => drop(socket.disconnect()),
            }
            return;
        }
        // After the reason it must receive nothing else, however long it takes to end.
        socket.leave_all();
        let _ = socket.emit(event::SESSION, &event::Session::Closing { reason });
        let refused = socket.disconnect().is_err();
        tokio::spawn(async move {
            if !refused {
                tokio::time::sleep(GRACE).await;
            }
            if let Some(peer) = websocket {
                peer.abort();
            }
        });
    }

    /// A socket that left may still have its transport: it counts as a stranger's again, and a WebSocket is closed soon.
    fn release_transport(&self, socket: &SocketRef, connection: &ClientConnection) {
        if let Some(permit) = socket.req_parts().extensions.get::<Arc<Permit>>() {
            permit.left();
        }
        let Some(peer) = self.people.websocket_of(connection) else {
            return;
        };
        peer.unvouch();
        let (people, id) = (self.people.clone(), connection.id);
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            if people.get(id).is_none() {
                peer.abort();
            }
        });
    }

    /// Cleans up after a socket that is gone.
    pub(super) fn left(&self, socket: &SocketRef, connection: &ClientConnection, reason: DisconnectReason) {
        connection.reading.close();
        if self.people.leave(connection.id).is_none() {
            return;
        }
        self.presence.left(connection);
        self.sightings.note(connection.device.session, clock::now());
        let overdue = self
            .people
            .peer_of(connection)
            .is_some_and(|peer| peer.is_overdue());
        if overdue && connection.close_for(ClosingReason::SlowConsumer) {
            self.people.remember(connection, ClosingReason::SlowConsumer);
        }
        if matches!(
            reason,
            DisconnectReason::ClientNSDisconnect | DisconnectReason::ServerNSDisconnect
        ) {
            self.release_transport(socket, connection);
        }
        let reason = connection.closing().map_or(in_words(reason), name_of);
        if connection
            .address
            .is_some_and(|address| !self.audit.may_log_end(address))
        {
            return;
        }
        tracing::info!(
            person = %connection.user,
            session = connection.device.session,
            reason,
            transport = ?socket.transport_type(),
            address = connection.address.map(tracing::field::display),
            duration_ms = u64::try_from(connection.opened.elapsed().as_millis()).unwrap_or(u64::MAX),
            events = connection.events.load(Ordering::Relaxed),
            refused = connection.refused.load(Ordering::Relaxed),
            "connection ended"
        );
    }

    /// Polling connections that have not polled for longer than the stall limit.
    fn not_polling(&self) -> Vec<Arc<ClientConnection>> {
        let mut connections = self.people.all();
        connections.retain(|connection| {
            let idle = connection
                .polls
                .as_ref()
                .is_some_and(|polls| polls.idle() > self.stall);
            idle && self
                .sockets
                .of(connection)
                .is_some_and(|socket| socket.transport_type() == TransportType::Polling)
        });
        connections
    }
}

/// Closes connections that do not read: those reported as stalled, and those that stopped polling.
pub(super) async fn end_stalled(closer: Weak<Closer>, mut handed_in: mpsc::UnboundedReceiver<Ending>) {
    const ROUND: Duration = Duration::from_secs(1);
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let ending = tokio::select! {
            ending = handed_in.recv() => match ending {
                Some(ending) => Some(ending),
                None => return,
            },
            _ = rounds.tick() => None,
        };
        let Some(closer) = closer.upgrade() else {
            return;
        };
        let ending = ending.map_or_else(
            || {
                let stalled = closer.not_polling().into_iter();
                stalled
                    .map(|connection| (connection, ClosingReason::SlowConsumer))
                    .collect()
            },
            |ending| vec![ending],
        );
        for (connection, reason) in ending {
            closer.close(&connection, reason);
        }
    }
}

impl Realtime {
    /// Shuts the server down: writes and acknowledges everything queued, then closes every connection with a reason. Connections
    /// that do not end within a few seconds are cut off.
    pub async fn shut_down(&self, writer: tokio::task::JoinHandle<()>) {
        const WRITER: Duration = Duration::from_secs(15);
        self.0.closing.store(true, Ordering::Release);
        self.0.writer.close();
        if tokio::time::timeout(WRITER, writer).await.is_err() {
            tracing::error!("the writer did not finish in time; uncommitted messages were not acknowledged");
        }
        let reason = ClosingReason::Shutdown;
        for connection in self.0.people.all() {
            if connection.close_for(reason)
                && let Some(socket) = self.0.sockets.of(&connection)
            {
                let _ = socket.emit(event::SESSION, &event::Session::Closing { reason });
            }
        }
        let left = self.0.people.all();
        if tokio::time::timeout(GRACE, self.0.sockets.close()).await.is_err() {
            for connection in left {
                if let Some(peer) = self.0.people.peer_of(&connection) {
                    peer.abort();
                }
            }
        }
        if tokio::time::timeout(GRACE, self.0.sightings.write(&self.0.store))
            .await
            .is_err()
        {
            tracing::warn!("last-seen times were not written in time");
        }
    }

    /// Whether the server is ending.
    pub fn is_closing(&self) -> bool {
        self.0.closing.load(Ordering::Acquire)
    }
}

/// Records events that Socket.IO does not report: polls of a session, and the TCP connection of its WebSocket.
pub(super) async fn note_transport(
    State(realtime): State<Realtime>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri();
    let query = uri
        .query()
        .filter(|_| uri.path().starts_with("/socket.io"))
        .unwrap_or_default();
    let query = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    let sid = query("sid").and_then(|sid| sid.parse().ok());
    if realtime.is_closing()
        && uri.path().starts_with("/socket.io")
        && sid.is_none_or(|sid| realtime.0.people.get(sid).is_none())
    {
        return drain::elsewhere();
    }
    let Some(sid) = sid else {
        return next.run(request).await;
    };
    if query("transport") == Some("websocket") {
        realtime.0.people.upgraded(sid, peer);
        return next.run(request).await;
    }
    let Some(connection) = realtime.0.people.get(sid) else {
        return next.run(request).await;
    };
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let _polling = Polls::begin(connection.clone());
    tokio::select! {
        biased;
        () = connection.polls_ended() => drain::ended(),
        answer = next.run(request) => answer,
    }
}

fn name_of(reason: ClosingReason) -> &'static str {
    match reason {
        ClosingReason::Shutdown => "shutdown",
        ClosingReason::Draining => "draining",
        ClosingReason::SlowConsumer => "slow_consumer",
        ClosingReason::Replaced => "replaced",
        ClosingReason::SignedOut => "signed_out",
        ClosingReason::Flooding => "flooding",
        ClosingReason::Banned => "banned",
        ClosingReason::Deactivated => "deactivated",
        ClosingReason::Unknown => "unknown",
    }
}

fn in_words(reason: DisconnectReason) -> &'static str {
    match reason {
        DisconnectReason::TransportClose => "transport_close",
        DisconnectReason::TransportError => "transport_error",
        DisconnectReason::MultipleHttpPollingError => "several_polling_requests",
        DisconnectReason::PacketParsingError => "unreadable_packet",
        DisconnectReason::HeartbeatTimeout => "ping_timeout",
        DisconnectReason::ClientNSDisconnect => "client_disconnect",
        DisconnectReason::ServerNSDisconnect => "server_disconnect",
        DisconnectReason::ClosingServer => "shutdown",
    }
}
