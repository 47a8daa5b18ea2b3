//! Dialling, losing, and coming back.

use std::time::Duration;

use super::engine::Engine;
use super::socket::Status;
use super::{Connection, Event, Machine, Output, SocketKey, Ticket, deps};
use crate::packet::{Kind, Packet};
use crate::{AckError, DisconnectReason, Payload};

impl Machine {
    pub(super) fn connect(&mut self, key: SocketKey, now: Duration) {
        let Some(socket) = self.sockets.get_mut(key.0) else {
            return;
        };
        if socket.status == Status::Down {
            socket.status = Status::Wanted;
            if let Connection::Open { engine } = &self.connection {
                let link = engine.id();
                self.outputs.push_back(Output::Authenticate { socket: key, link });
                self.push_event(key.0, Event::Connecting { attempt: 0 });
            }
        }
        if matches!(self.connection, Connection::Closed) {
            self.backoff.reset();
            if self.held {
                self.connection = Connection::Waiting { retry_at: now };
            } else {
                self.dial(0, now);
            }
        }
    }

    pub(super) fn disconnect(&mut self, key: SocketKey, now: Duration) {
        let Some(socket) = self.sockets.get_mut(key.0) else {
            return;
        };
        if socket.status == Status::Down {
            return;
        }
        let told = matches!(socket.status, Status::Connected { .. } | Status::Joining);
        let packet = Packet::new(Kind::Disconnect, &socket.namespace, Payload::default());
        if let (true, Connection::Open { engine }) = (told, &mut self.connection) {
            engine.send(self.settings.parser.encode(packet), &mut deps!(self, now));
        }
        self.socket_down(key.0, DisconnectReason::ClientDisconnect, None, now);
    }

    /// Ends everything for good, without a word to the program.
    pub fn shut_down(&mut self) {
        for key in 0..self.sockets.len() {
            self.disconnect(SocketKey(key), Duration::ZERO);
        }
    }

    /// Takes a socket out of use; without sockets the connection is closed.
    pub(super) fn socket_down(
        &mut self,
        key: usize,
        reason: DisconnectReason,
        details: Option<String>,
        now: Duration,
    ) {
        self.socket_ended(key, reason, details, Status::Down);
        self.close_unused(now);
    }

    pub(super) fn close_unused(&mut self, now: Duration) {
        if self.sockets.iter().any(super::Socket::is_active) {
            return;
        }
        self.backoff.reset();
        self.decoder.reset();
        match std::mem::replace(&mut self.connection, Connection::Closed) {
            Connection::Dialling { engine, .. } | Connection::Open { engine } => {
                engine.close(&mut deps!(self, now));
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
    ) {
        let Some(socket) = self.sockets.get_mut(key) else {
            return;
        };
        socket.status = status;
        socket.last = Some(reason);
        socket.early.clear();
        socket.early_bytes = 0;
        let lost = socket.take_sent_acks();
        self.push_event(key, Event::Disconnected { reason, details });
        for (id, awaited) in lost {
            let ticket = Ticket {
                socket: SocketKey(key),
                id,
            };
            self.timeouts.remove(&(awaited.until, ticket));
            if awaited.queued {
                self.queue_cut_off(key);
                continue;
            }
            self.outputs.push_back(Output::Acked {
                ticket,
                result: Err(AckError::Disconnected),
            });
        }
    }

    pub(super) fn reconnect_now(&mut self, now: Duration) {
        let idle = matches!(self.connection, Connection::Waiting { .. } | Connection::Closed);
        if !idle || !self.sockets.iter().any(super::Socket::is_active) {
            return;
        }
        self.backoff.reset();
        if self.held {
            self.connection = Connection::Waiting { retry_at: now };
        } else {
            self.dial(0, now);
        }
    }

    pub(super) fn hold(&mut self, now: Duration) {
        if self.held {
            return;
        }
        self.held = true;
        if matches!(
            self.connection,
            Connection::Dialling { .. } | Connection::Open { .. }
        ) {
            self.lost(DisconnectReason::EventOverflow, None, true, now);
        }
    }

    pub(super) fn dial(&mut self, attempt: u32, now: Duration) {
        let prefer = self.settings.remember_upgrade && self.websocket_worked;
        self.websocket_worked = false;
        let engine = Engine::dial(prefer, &mut deps!(self, now));
        self.connection = Connection::Dialling { engine, attempt };
        self.each_active(|_| Event::Connecting { attempt });
    }

    /// The handshake is done: every socket asks for its namespace.
    pub(super) fn opened(&mut self) {
        self.backoff.reset();
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
                self.outputs.push_back(Output::Authenticate {
                    socket: SocketKey(key),
                    link,
                });
            }
        }
    }

    /// Ends the connection, or what is left of it, then comes back; at once where waiting is pointless.
    pub(super) fn lost(
        &mut self,
        reason: DisconnectReason,
        details: Option<String>,
        at_once: bool,
        now: Duration,
    ) {
        match std::mem::replace(&mut self.connection, Connection::Closed) {
            Connection::Dialling { engine, .. } => {
                engine.close(&mut deps!(self, now));
                self.dial_failed(reason, details, at_once, now);
            }
            Connection::Open { engine } => {
                // A device that slept through its heartbeat learns nothing about WebSocket.
                let at_once = at_once
                    || engine.young().is_some_and(|life| {
                        let settings = &self.settings;
                        self.websocket
                            .ended_young(life, reason, details.clone(), settings, now)
                    });
                engine.close(&mut deps!(self, now));
                self.ended(reason, details.as_deref(), at_once, now);
            }
            other => self.connection = other,
        }
    }

    fn dial_failed(
        &mut self,
        reason: DisconnectReason,
        details: Option<String>,
        at_once: bool,
        now: Duration,
    ) {
        self.websocket.outage();
        let message = details.unwrap_or_else(|| reason.to_string());
        self.each_active(|_| Event::ConnectError {
            message: message.clone(),
            data: None,
            refused: false,
        });
        self.come_back(at_once, now);
    }

    fn ended(&mut self, reason: DisconnectReason, details: Option<&str>, at_once: bool, now: Duration) {
        self.decoder.reset();
        self.backoff.reset();
        for key in 0..self.sockets.len() {
            if reason == DisconnectReason::ParseError {
                self.sockets[key].recovery.forget();
            }
            if self.sockets[key].is_active() {
                self.socket_ended(key, reason, details.map(str::to_owned), Status::Wanted);
            }
        }
        self.come_back(at_once, now);
    }

    fn come_back(&mut self, at_once: bool, now: Duration) {
        self.connection = Connection::Closed;
        if !self.settings.reconnection || !self.sockets.iter().any(super::Socket::is_active) {
            return;
        }
        let exhausted = self
            .settings
            .reconnection_attempts
            .is_some_and(|most| self.backoff.attempts() >= most);
        if exhausted {
            self.backoff.reset();
            self.each_active(|_| Event::ReconnectFailed);
            return;
        }
        let mut delay = self.backoff.next_delay(&mut self.rng);
        if at_once {
            delay = Duration::ZERO;
        }
        let attempt = self.backoff.attempts();
        self.connection = Connection::Waiting {
            retry_at: now.saturating_add(delay),
        };
        self.each_active(|_| Event::Reconnecting { attempt, delay });
    }

    pub(super) fn each_active(&mut self, event: impl Fn(&super::Socket) -> Event) {
        for (key, socket) in self.sockets.iter().enumerate() {
            if socket.is_active() {
                self.outputs.push_back(Output::Event {
                    socket: SocketKey(key),
                    event: event(socket),
                });
            }
        }
    }
}
