//! Connects, handles losses, and reconnects.

use super::engine::Engine;
use super::socket::Status;
use super::{Connection, Machine, Output, SocketEvent, SocketKey, Ticket};
use crate::packet::{Frame, Kind, Packet};
use crate::time::Time;
use crate::{AckError, DisconnectReason, Payload};

/// Most connections being left at a time, so that a program that connects and disconnects in a loop does not accumulate
/// them.
const LEAVING: usize = 4;

impl Machine {
    pub(super) fn connect(&mut self, key: SocketKey) {
        let Some(socket) = self.sockets.get_mut(key.0) else {
            return;
        };
        if socket.status == Status::Down {
            socket.status = Status::Wanted;
            if let Connection::Open { engine } = &self.connection {
                let link = engine.id();
                self.deps
                    .outputs
                    .push_back(Output::Authenticate { socket: key, link });
                self.push_event(key.0, SocketEvent::Connecting { attempt: 0 });
            }
        }
        if matches!(self.connection, Connection::Closed) {
            self.backoff.reset();
            if self.paused {
                self.connection = Connection::Waiting {
                    retry_at: self.deps.now,
                };
            } else {
                self.dial(0);
            }
        }
    }

    pub(super) fn disconnect(&mut self, key: SocketKey) {
        let Some(socket) = self.sockets.get_mut(key.0) else {
            return;
        };
        if socket.status == Status::Down {
            return;
        }
        let told = matches!(socket.status, Status::Connected { .. } | Status::Joining);
        let packet = Packet::new(Kind::Disconnect, &socket.namespace, Payload::default());
        let last = self.sockets.iter().filter(|socket| socket.is_active()).count() == 1;
        let mut farewell = Vec::new();
        if let (true, Connection::Open { engine }) = (told, &mut self.connection) {
            farewell = self.deps.settings.parser.encode(packet);
            if !last {
                engine.send(std::mem::take(&mut farewell), &mut self.deps);
            }
        }
        self.socket_ended(
            key.0,
            DisconnectReason::ClientDisconnect,
            None,
            Status::Down,
            false,
        );
        self.leave_unused(farewell);
    }

    /// Ends everything for good, without an event for the program.
    pub fn shut_down(&mut self, now: impl Into<Time>) {
        self.deps.now = now.into();
        for key in 0..self.sockets.len() {
            self.disconnect(SocketKey(key));
        }
    }

    /// Whether everything sent is handed over, and every connection that was left is gone.
    pub fn is_settled(&self) -> bool {
        let settled = match &self.connection {
            Connection::Open { engine } => engine.is_settled(),
            _ => true,
        };
        settled && self.leaving.is_empty()
    }

    /// Whether a connection is still being left.
    pub fn is_leaving(&self) -> bool {
        !self.leaving.is_empty()
    }

    /// The number of this socket's events that wait, or that a link has not handed over yet. Sockets share a link.
    pub fn unsent(&self, key: SocketKey) -> usize {
        let under_way = match &self.connection {
            Connection::Open { engine } => engine.unsent(&self.deps.settings),
            _ => 0,
        };
        let queued = self.sockets.get(key.0).is_some_and(|socket| {
            let first = socket.queue.front();
            first.is_some_and(|first| first.under_way.is_some())
        });
        // The first event of the retry queue may be in flight, and still waits for its ack.
        self.buffered(key) + under_way.saturating_sub(usize::from(queued && under_way > 0))
    }

    /// Continues to leave the connections that are being left.
    pub(super) fn go_on_leaving(&mut self) {
        let mut leaving = std::mem::take(&mut self.leaving);
        leaving.retain_mut(|engine| !engine.go_on_leaving(&mut self.deps));
        self.leaving = leaving;
    }

    /// Takes a socket out of use; without sockets the connection closes.
    pub(super) fn socket_down(&mut self, key: usize, reason: DisconnectReason, details: Option<String>) {
        self.socket_ended(key, reason, details, Status::Down, false);
        self.close_unused();
    }

    pub(super) fn close_unused(&mut self) {
        self.leave_unused(Vec::new());
    }

    fn leave_unused(&mut self, farewell: Vec<Frame>) {
        if self.sockets.iter().any(super::Socket::is_active) {
            return;
        }
        self.backoff.reset();
        self.decoder.reset();
        match std::mem::replace(&mut self.connection, Connection::Closed) {
            Connection::Dialling { engine, .. } => engine.close(&mut self.deps),
            Connection::Open { mut engine } => {
                engine.leave(farewell, &mut self.deps);
                self.leaving.push(*engine);
                if self.leaving.len() > LEAVING
                    && let Some(oldest) = self.leaving.first_mut()
                {
                    oldest.leaving = Some(self.deps.now);
                }
                self.go_on_leaving();
            }
            Connection::Waiting { .. } | Connection::Closed => {}
        }
    }

    fn socket_ended(
        &mut self,
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
        let lost = socket.take_sent_acks();
        let event = SocketEvent::Disconnected {
            reason,
            details,
            at_once,
        };
        self.push_event(key, event);
        for (id, awaited) in lost {
            let ticket = Ticket {
                socket: SocketKey(key),
                id,
            };
            self.timeouts.remove(&(awaited.until, ticket));
            if awaited.queued {
                let sent = awaited.sent.unwrap_or(self.deps.now);
                self.queue_cut_off(key, reason, self.deps.now.saturating_sub(sent));
                continue;
            }
            self.deps.outputs.push_back(Output::Acked {
                ticket,
                result: Err(AckError::Disconnected),
            });
        }
    }

    pub(super) fn reconnect_now(&mut self) {
        let idle = matches!(self.connection, Connection::Waiting { .. } | Connection::Closed);
        if !idle || !self.sockets.iter().any(super::Socket::is_active) {
            return;
        }
        self.backoff.reset();
        if self.paused {
            self.connection = Connection::Waiting {
                retry_at: self.deps.now,
            };
        } else {
            self.dial(0);
        }
    }

    pub(super) fn pause(&mut self, paused: bool) {
        self.paused = paused;
        if let Connection::Open { engine } | Connection::Dialling { engine, .. } = &mut self.connection {
            engine.pause(paused, self.deps.now);
        }
    }

    pub(super) fn dial(&mut self, attempt: u32) {
        let prefer = self.deps.settings.remember_upgrade && self.websocket_worked;
        self.websocket_worked = false;
        self.failure = None;
        self.dials += 1;
        let engine = Box::new(Engine::dial(prefer, &mut self.deps));
        self.connection = Connection::Dialling { engine, attempt };
        self.each_active(&|| SocketEvent::Connecting { attempt });
    }

    /// The handshake is done: every socket requests its namespace.
    pub(super) fn opened(&mut self) {
        if !self.is_any_blamed() {
            self.backoff.reset();
        }
        self.decoder.reset();
        self.connection = match std::mem::replace(&mut self.connection, Connection::Closed) {
            Connection::Dialling { engine, .. } => Connection::Open { engine },
            other => other,
        };
        let Connection::Open { engine } = &self.connection else {
            return;
        };
        let link = engine.id();
        for (key, socket) in self.sockets.iter().enumerate() {
            if socket.is_active() {
                self.deps.outputs.push_back(Output::Authenticate {
                    socket: SocketKey(key),
                    link,
                });
            }
        }
    }

    /// Ends the connection, or the attempt at one, then reconnects; at once if waiting is pointless.
    pub(super) fn lost(&mut self, reason: DisconnectReason, details: Option<String>, at_once: bool) {
        match std::mem::replace(&mut self.connection, Connection::Closed) {
            Connection::Dialling { engine, .. } => {
                engine.close(&mut self.deps);
                self.dial_failed(reason, details, at_once);
            }
            Connection::Open { engine } => {
                // A device that slept through its heartbeat learns nothing about WebSocket.
                let at_once = at_once
                    || engine.young().is_some_and(|life| {
                        let settings = &self.deps.settings;
                        self.deps.websocket.ended_young(
                            life,
                            reason,
                            details.clone(),
                            settings,
                            self.deps.now,
                        )
                    });
                engine.close(&mut self.deps);
                self.ended(reason, details.as_deref(), at_once);
            }
            other => self.connection = other,
        }
    }

    fn dial_failed(&mut self, reason: DisconnectReason, details: Option<String>, at_once: bool) {
        self.deps.websocket.outage();
        let message = details.unwrap_or_else(|| reason.to_string());
        let failure = self.failure.take();
        self.each_active(&|| SocketEvent::ConnectError {
            message: message.clone(),
            data: None,
            refused: false,
            at_once,
            failure: failure.clone(),
        });
        self.come_back(at_once);
    }

    fn ended(&mut self, reason: DisconnectReason, details: Option<&str>, at_once: bool) {
        self.decoder.reset();
        if !self.is_any_blamed() {
            self.backoff.reset();
        }
        for key in 0..self.sockets.len() {
            if reason == DisconnectReason::ParseError {
                self.sockets[key].recovery.forget();
            }
            if self.sockets[key].is_active() {
                let details = details.map(str::to_owned);
                self.socket_ended(key, reason, details, Status::Wanted, at_once);
            }
        }
        self.come_back(at_once);
    }

    fn come_back(&mut self, at_once: bool) {
        self.connection = Connection::Closed;
        if !self.deps.settings.reconnection || !self.sockets.iter().any(super::Socket::is_active) {
            return;
        }
        let exhausted = self
            .deps
            .settings
            .reconnection_attempts
            .is_some_and(|most| self.backoff.attempts() >= most);
        if exhausted {
            self.backoff.reset();
            self.each_active(&|| SocketEvent::ReconnectFailed);
            return;
        }
        let mut delay = self.backoff.next(&mut self.rng);
        if at_once {
            delay = Time::ZERO;
        }
        let attempt = self.backoff.attempts();
        self.connection = Connection::Waiting {
            retry_at: self.deps.now.saturating_add(delay),
        };
        let delay = delay.into();
        self.each_active(&|| SocketEvent::Reconnecting { attempt, delay });
    }

    pub(super) fn each_active(&mut self, event: &dyn Fn() -> SocketEvent) {
        for (key, socket) in self.sockets.iter().enumerate() {
            if socket.is_active() {
                self.deps.outputs.push_back(Output::Event {
                    socket: SocketKey(key),
                    event: event(),
                });
            }
        }
    }
}
