//! The sockets, one per namespace: they connect over one connection, lose it, and reconnect.

use super::connections::{Connection, Connections};
use super::socket::{Socket, Status, Tickets};
use super::{Output, SocketEvent, SocketKey};
use crate::demand;
use crate::packet::{Frame, Kind, Packet};
use crate::time::Time;
use crate::{AckError, DisconnectReason, Payload};

#[derive(Debug)]
pub(super) struct Namespaces {
    pub(super) sockets: Vec<Socket>,
    pub(super) tickets: Tickets,
    pub(super) round_trip: Option<Time>,
    /// The wall-clock time at time zero, if known.
    pub(super) epoch: Option<Time>,
}

impl Namespaces {
    pub(super) fn new() -> Self {
        Self {
            sockets: Vec::new(),
            tickets: Tickets::default(),
            round_trip: None,
            epoch: None,
        }
    }

    pub(super) fn get(&self, key: SocketKey) -> Option<&Socket> {
        self.sockets.get(key.0)
    }

    /// The socket of a namespace, created idle if it does not exist.
    pub(super) fn socket(&mut self, namespace: &str, any_offset: bool) -> SocketKey {
        let namespace = if namespace.starts_with('/') {
            namespace.to_owned()
        } else {
            ["/", namespace].concat()
        };
        let found = self
            .sockets
            .iter()
            .position(|socket| socket.namespace == namespace);
        SocketKey(found.unwrap_or_else(|| {
            let mut socket = Socket::new(&namespace);
            socket.recovery.epoch = self.epoch;
            socket.recovery.any_text = any_offset;
            self.sockets.push(socket);
            self.sockets.len() - 1
        }))
    }

    pub(super) fn is_any_active(&self) -> bool {
        self.sockets.iter().any(Socket::is_active)
    }

    pub(super) fn connect(&mut self, connections: &mut Connections, key: SocketKey) {
        let Some(socket) = self.sockets.get_mut(key.0) else {
            return;
        };
        if socket.status == Status::Down {
            socket.status = Status::Wanted;
            if let Some((engine, deps)) = connections.open() {
                let link = engine.id();
                deps.outputs.push_back(Output::Authenticate { socket: key, link });
                deps.event(key.0, SocketEvent::Connecting { attempt: 0 });
            }
        }
        if matches!(connections.current, Connection::Closed) {
            self.dial_now(connections);
        }
    }

    pub(super) fn disconnect(
        &mut self,
        connections: &mut Connections,
        key: SocketKey,
        details: Option<&str>,
    ) {
        let Some(socket) = self.sockets.get_mut(key.0) else {
            return;
        };
        if socket.status == Status::Down {
            return;
        }
        let told = matches!(socket.status, Status::Connected { .. } | Status::Joining);
        let packet = Packet::new(Kind::Disconnect, &socket.namespace, Payload::default());
        let last = self.sockets.iter().filter(|socket| socket.is_active()).count() == 1;
        let mut goodbye = Vec::new();
        if let (true, Some((engine, deps))) = (told, connections.open()) {
            goodbye = deps.settings.parser.encode(packet);
            if !last {
                engine.send(std::mem::take(&mut goodbye), None, deps);
            }
        }
        let reason = DisconnectReason::ClientDisconnect;
        let details = details.map(str::to_owned);
        self.socket_ended(connections, key.0, reason, details, Status::Down, false);
        self.leave_unused(connections, goodbye);
    }

    /// Leaves the connection, with a last packet, if no socket uses it.
    pub(super) fn leave_unused(&mut self, connections: &mut Connections, goodbye: Vec<Frame>) {
        if !self.is_any_active() {
            connections.leave(goodbye);
        }
    }

    pub(super) fn socket_ended(
        &mut self,
        connections: &mut Connections,
        key: usize,
        reason: DisconnectReason,
        details: Option<String>,
        status: Status,
        at_once: bool,
    ) {
        let Some(socket) = self.sockets.get_mut(key) else {
            return;
        };
        socket.status = status;
        socket.last = Some(reason);
        socket.early.clear();
        socket.early_bytes = 0;
        let lost = socket.acks.take_sent();
        let event = SocketEvent::Disconnected {
            reason,
            details,
            at_once,
        };
        connections.deps.event(key, event);
        for (id, awaited) in lost {
            if awaited.is_queued() {
                let now = connections.deps.now;
                let sent = awaited.sent.unwrap_or(now);
                self.queue_cut_off(connections, key, reason, now.saturating_sub(sent));
                continue;
            }
            connections.deps.acked(key, id, Err(AckError::Disconnected));
        }
    }

    pub(super) fn reconnect_now(&mut self, connections: &mut Connections) {
        let idle = connections.engine().is_none();
        if idle && self.is_any_active() {
            self.dial_now(connections);
        }
    }

    /// Dials without waiting; while reading is paused, once that ends.
    fn dial_now(&mut self, connections: &mut Connections) {
        connections.backoff.reset();
        if connections.paused {
            let retry_at = connections.deps.now;
            connections.current = Connection::Waiting { retry_at };
        } else {
            self.dial(connections, 0);
        }
    }

    pub(super) fn dial(&mut self, connections: &mut Connections, attempt: u32) {
        connections.dial(attempt);
        self.each_active(connections, &|| SocketEvent::Connecting { attempt });
    }

    /// The handshake is done: every socket requests its namespace.
    pub(super) fn opened(&mut self, connections: &mut Connections) {
        if !self.sockets.iter().any(Socket::is_blamed) {
            connections.backoff.reset();
        }
        let Some(link) = connections.opened() else {
            return;
        };
        for (key, socket) in self.sockets.iter().enumerate() {
            if socket.is_active() {
                connections.deps.outputs.push_back(Output::Authenticate {
                    socket: SocketKey(key),
                    link,
                });
            }
        }
    }

    /// Ends the connection, or the attempt at one, then reconnects; at once if waiting is pointless.
    pub(super) fn lost(
        &mut self,
        connections: &mut Connections,
        reason: DisconnectReason,
        details: Option<String>,
        at_once: bool,
    ) {
        // A device that slept through its heartbeat learns nothing about WebSocket.
        let at_once = at_once || connections.ended_young(reason, details.as_ref());
        self.end(connections, reason, details, at_once);
    }

    /// The connection, or the attempt at one, is over, which says nothing about WebSocket here.
    pub(super) fn end(
        &mut self,
        connections: &mut Connections,
        reason: DisconnectReason,
        details: Option<String>,
        at_once: bool,
    ) {
        match std::mem::replace(&mut connections.current, Connection::Closed) {
            Connection::Dialling { engine, .. } => {
                engine.close(&mut connections.deps);
                self.dial_failed(connections, reason, details, at_once);
            }
            Connection::Open { engine } => {
                engine.close(&mut connections.deps);
                self.ended(connections, reason, details.as_deref(), at_once);
            }
            other => {
                connections.current = other;
                return;
            }
        }
        if self.is_any_active()
            && let Some(next) = connections.retry(at_once)
        {
            let attempt = connections.backoff.attempts();
            self.each_active(connections, &|| match next {
                Some(delay) => SocketEvent::Reconnecting {
                    attempt,
                    delay: delay.into(),
                },
                None => SocketEvent::ReconnectFailed,
            });
        }
    }

    fn dial_failed(
        &mut self,
        connections: &mut Connections,
        reason: DisconnectReason,
        details: Option<String>,
        at_once: bool,
    ) {
        connections.deps.websocket.outage();
        let message = details.unwrap_or_else(|| reason.as_str().to_owned());
        let failure = connections.failure.take();
        self.each_active(connections, &|| SocketEvent::ConnectError {
            message: message.clone(),
            data: None,
            refused: false,
            at_once,
            failure: failure.clone(),
        });
    }

    fn ended(
        &mut self,
        connections: &mut Connections,
        reason: DisconnectReason,
        details: Option<&str>,
        at_once: bool,
    ) {
        connections.decoder.reset();
        if !self.sockets.iter().any(Socket::is_blamed) {
            connections.backoff.reset();
        }
        for key in 0..self.sockets.len() {
            if reason == DisconnectReason::ParseError {
                self.sockets[key].recovery.forget();
            }
            if self.sockets[key].is_active() {
                let details = details.map(str::to_owned);
                self.socket_ended(connections, key, reason, details, Status::Wanted, at_once);
            }
        }
    }

    pub(super) fn each_active(&self, connections: &mut Connections, event: &dyn Fn() -> SocketEvent) {
        if !demand::own_events::is_wanted() {
            return;
        }
        for (key, socket) in self.sockets.iter().enumerate() {
            if socket.is_active() {
                connections.deps.event(key, event());
            }
        }
    }
}
