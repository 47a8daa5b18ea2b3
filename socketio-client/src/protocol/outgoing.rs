//! Sends the program's packets.

use super::connections::{Connection, Connections};
use super::namespaces::Namespaces;
use super::socket::{Awaited, Socket};
use super::{AckRequest, Machine, Output, SocketKey, Ticket};
use crate::demand;
use crate::packet::{Frame, Kind, Packet};
use crate::time::Time;
use crate::{AckError, EmitError, Payload};

const RESERVED: [&str; 6] = [
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
];

impl Machine {
    /// Sends an event, or buffers it for the next connection. With [`Settings::retries`](crate::Settings::retries) it takes
    /// its turn in the queue.
    pub fn emit(
        &mut self,
        key: SocketKey,
        event: &str,
        payload: Payload,
        now: impl Into<Time>,
    ) -> Result<(), EmitError> {
        let now = now.into();
        self.advance(now);
        if let Some(retries) = self.connections.deps.settings.retry_queue() {
            let timeout = retries.ack_timeout.into();
            return self.namespaces.enqueue(
                &mut self.connections,
                key,
                named(event, payload)?,
                None,
                timeout,
            );
        }
        self.namespaces
            .submit(&mut self.connections, key, event, payload, None)
    }

    /// Sends an event if it can be sent at once; returns whether it was. A volatile event is never buffered.
    pub fn emit_volatile(
        &mut self,
        key: SocketKey,
        event: &str,
        payload: Payload,
        now: impl Into<Time>,
    ) -> Result<bool, EmitError> {
        let now = now.into();
        self.advance(now);
        let connected = self
            .namespaces
            .sockets
            .get(key.0)
            .is_some_and(Socket::is_connected);
        let writable = self.connections.is_writable();
        if RESERVED.contains(&event) {
            return Err(EmitError::ReservedName);
        }
        if !(connected && writable) {
            return Ok(false);
        }
        self.namespaces
            .submit(&mut self.connections, key, event, payload, None)
            .map(|()| true)
    }

    /// Sends an event and requests an ack: [`Output::Acked`] brings it, or its failure after `timeout`.
    ///
    /// An event still buffered at its timeout is not sent any more. In the retry queue, `timeout` applies to each attempt.
    pub fn emit_with_ack(
        &mut self,
        key: SocketKey,
        event: &str,
        payload: Payload,
        timeout: impl Into<Time>,
        now: impl Into<Time>,
    ) -> Result<Ticket, EmitError> {
        let (timeout, now) = (timeout.into(), now.into());
        self.advance(now);
        if self.connections.deps.settings.retry_queue().is_some() {
            let payload = named(event, payload)?;
            let ticket = self.namespaces.tickets.next(key);
            self.namespaces
                .enqueue(&mut self.connections, key, payload, Some(ticket.id), timeout)?;
            return Ok(ticket);
        }
        self.namespaces
            .submit_with_ack(&mut self.connections, key, event, payload, timeout)
    }

    /// Sends an event on the current connection, and requests an ack; without a connection it fails with
    /// [`EmitError::Disconnected`]. The event is never buffered for another connection, and takes no turn in the retry
    /// queue.
    pub fn emit_volatile_with_ack(
        &mut self,
        key: SocketKey,
        event: &str,
        payload: Payload,
        timeout: impl Into<Time>,
        now: impl Into<Time>,
    ) -> Result<Ticket, EmitError> {
        let (timeout, now) = (timeout.into(), now.into());
        // A device that slept only learns here that its connection has ended.
        self.advance(now);
        let connected = self
            .namespaces
            .sockets
            .get(key.0)
            .is_some_and(Socket::is_connected);
        if !connected || !matches!(self.connections.current, Connection::Open { .. }) {
            return Err(EmitError::Disconnected);
        }
        self.namespaces
            .submit_with_ack(&mut self.connections, key, event, payload, timeout)
    }

    /// Sets whether [`Output::Sent`] reports every event of this socket as it is sent. Off by default.
    pub fn watch_sent(&mut self, key: SocketKey, watch: bool) {
        if let Some(socket) = self.namespaces.sockets.get_mut(key.0) {
            socket.watched = watch;
        }
    }

    /// Answers an event of the server.
    pub fn respond(
        &mut self,
        key: SocketKey,
        ack: AckRequest,
        payload: Payload,
        now: impl Into<Time>,
    ) -> Result<(), EmitError> {
        let now = now.into();
        self.advance(now);
        let (Some(socket), Some((engine, deps))) = (self.namespaces.get(key), self.connections.open()) else {
            return Err(EmitError::Disconnected);
        };
        if !socket.is_connected() || socket.session != ack.session {
            return Err(EmitError::Disconnected);
        }
        let mut packet = Packet::new(Kind::Ack, &socket.namespace, payload);
        packet.id = Some(ack.id);
        let frames = deps.settings.parser.encode(packet);
        if engine.waiting.bytes().saturating_add(bytes(&frames)) > deps.settings.limits.send_bytes {
            return Err(EmitError::BufferFull);
        }
        engine.send(frames, None, deps);
        Ok(())
    }

    /// Drops the events that wait for a connection or for their turn in the retry queue; returns their number.
    pub fn clear_buffer(&mut self, key: SocketKey) -> usize {
        self.namespaces.clear_buffer(&mut self.connections, key)
    }

    /// The ack is no longer awaited. A buffered event is sent all the same.
    pub fn forget(&mut self, ticket: Ticket) {
        self.namespaces.forget(ticket);
    }
}

impl Namespaces {
    fn clear_buffer(&mut self, connections: &mut Connections, key: SocketKey) -> usize {
        let Some(socket) = self.sockets.get_mut(key.0) else {
            return 0;
        };
        let mut ids: Vec<Option<u64>> = Vec::new();
        ids.extend(socket.take_buffer().iter().map(|kept| kept.packet.id));
        if demand::retries::is_wanted() {
            let mut waiting = std::mem::take(&mut socket.queue);
            while let Some(queued) = waiting.pop_front() {
                if queued.under_way.is_some() {
                    socket.queue.push_back(queued);
                    continue;
                }
                socket.queued_bytes = socket.queued_bytes.saturating_sub(queued.packet.payload.size());
                ids.push(queued.own);
            }
        }
        for id in ids.iter().flatten() {
            socket.acks.take(*id);
            connections
                .deps
                .acked(key.0, *id, Err(AckError::Emit(EmitError::Cleared)));
        }
        ids.len()
    }

    fn forget(&mut self, ticket: Ticket) {
        let Some(socket) = self.sockets.get_mut(ticket.socket.0) else {
            return;
        };
        socket.acks.take(ticket.id);
        if demand::retries::is_wanted() {
            for queued in socket.queue.iter_mut() {
                if queued.own == Some(ticket.id) {
                    queued.own = None;
                }
            }
        }
    }

    fn submit_with_ack(
        &mut self,
        connections: &mut Connections,
        key: SocketKey,
        event: &str,
        payload: Payload,
        timeout: Time,
    ) -> Result<Ticket, EmitError> {
        let ticket = self.tickets.next(key);
        self.submit(connections, key, event, payload, Some(ticket.id))?;
        let socket = &mut self.sockets[key.0];
        let awaited = Awaited {
            until: connections.deps.now.saturating_add(timeout),
            sent: socket.is_connected().then_some(connections.deps.now),
            queued: false,
        };
        socket.acks.push(ticket.id, awaited);
        Ok(ticket)
    }

    fn submit(
        &mut self,
        connections: &mut Connections,
        key: SocketKey,
        event: &str,
        payload: Payload,
        ack: Option<u64>,
    ) -> Result<(), EmitError> {
        let payload = named(event, payload)?;
        let Some(socket) = self.sockets.get_mut(key.0) else {
            return Err(EmitError::Disconnected);
        };
        let mut packet = Packet::new(Kind::Event, &socket.namespace, payload);
        packet.id = ack;
        let limits = &connections.deps.settings.limits;
        match &mut connections.current {
            Connection::Open { engine } if socket.is_connected() => {
                if engine.waiting.bytes().saturating_add(packet.payload.size()) > limits.send_bytes {
                    return Err(EmitError::BufferFull);
                }
                let number = connections.deps.emissions.next();
                self.send_event(connections, key.0, packet, number);
            }
            _ => {
                socket.has_room(packet.payload.size(), limits)?;
                socket.keep(packet, connections.deps.emissions.next());
            }
        }
        Ok(())
    }

    /// Sends an event, and reports it if the socket is watched.
    pub(super) fn send_event(
        &mut self,
        connections: &mut Connections,
        key: usize,
        packet: Packet,
        number: u64,
    ) {
        let Some((engine, deps)) = connections.open() else {
            return;
        };
        if demand::sent::is_wanted()
            && self.sockets[key].watched
            && let Some((event, payload)) = packet.clone().into_event()
        {
            deps.outputs.push_back(Output::Sent {
                socket: SocketKey(key),
                event,
                payload,
            });
        }
        engine.send(deps.settings.parser.encode(packet), Some(number), deps);
    }

    /// Sends the buffered events in the order they were emitted.
    pub(super) fn flush_buffer(&mut self, connections: &mut Connections, key: usize) {
        for kept in self.sockets[key].take_buffer() {
            let acks = &mut self.sockets[key].acks;
            if let Some(awaited) = kept.packet.id.and_then(|id| acks.get_mut(id)) {
                awaited.sent = Some(connections.deps.now);
            }
            self.send_event(connections, key, kept.packet, kept.number);
        }
    }

    /// Fails every ack whose timeout has passed.
    pub(super) fn give_up_acks(&mut self, connections: &mut Connections) {
        for key in 0..self.sockets.len() {
            for (id, awaited) in self.sockets[key].acks.take_overdue(connections.deps.now) {
                if awaited.is_queued() {
                    self.queue_timed_out(connections, key);
                    continue;
                }
                if let Some(number) = self.sockets[key].forget_buffered(id) {
                    connections.deps.emissions.dropped(key, number);
                }
                connections.deps.acked(key, id, Err(AckError::Timeout));
            }
        }
    }
}

/// The arguments with the name in front.
fn named(event: &str, mut payload: Payload) -> Result<Payload, EmitError> {
    if RESERVED.contains(&event) {
        return Err(EmitError::ReservedName);
    }
    payload.insert_first(event);
    Ok(payload)
}

fn bytes(frames: &[Frame]) -> usize {
    frames.iter().map(Frame::len).sum()
}
