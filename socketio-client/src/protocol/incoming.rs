//! The packets of the server.

use super::connections::Connections;
use super::current_transport::Deps;
use super::namespaces::Namespaces;
use super::socket::Status;
use super::{AckRequest, LinkId, SocketEvent, SocketKey};
use crate::demand;
use crate::packet::{Frame, Kind, Packet, Skipped};
use crate::payload::json;
use crate::{DisconnectReason, Payload};

impl Namespaces {
    pub(super) fn message(&mut self, connections: &mut Connections, frame: Frame) {
        let details = match connections.decoder.add(frame) {
            Ok(None) => return,
            Ok(Some(packet)) => match self.packet(connections, packet) {
                Ok(()) => return,
                Err(details) => details.to_owned(),
            },
            Err(error) => match connections.decoder.take_skipped() {
                Some(skipped) => return self.unreadable(&mut connections.deps, &skipped),
                None => error.to_string(),
            },
        };
        self.lost(connections, DisconnectReason::ParseError, Some(details), false);
    }

    /// One packet cannot be read, which does not affect the connection.
    fn unreadable(&mut self, deps: &mut Deps, skipped: &Skipped) {
        for key in 0..self.sockets.len() {
            let socket = &mut self.sockets[key];
            let its = skipped
                .namespace
                .as_ref()
                .is_none_or(|name| *name == socket.namespace);
            if !its || !socket.is_active() {
                continue;
            }
            if let Some(last) = &skipped.last {
                socket.recovery.last_text(last, deps.now);
            }
            if demand::own_events::is_wanted() {
                let details = skipped.error.to_string();
                deps.event(key, SocketEvent::Unreadable { details });
            }
        }
    }

    fn packet(&mut self, connections: &mut Connections, packet: Packet) -> Result<(), &'static str> {
        let found = self
            .sockets
            .iter()
            .position(|socket| socket.namespace == packet.namespace);
        // A namespace that was just left may still send.
        let Some(key) = found.filter(|key| self.sockets[*key].is_active()) else {
            return Ok(());
        };
        match packet.kind {
            Kind::Connect => self.granted(connections, key, &packet.payload),
            Kind::ConnectError => {
                self.refused(connections, key, &packet.payload);
                Ok(())
            }
            Kind::Disconnect => {
                let reason = DisconnectReason::ServerDisconnect;
                self.socket_ended(connections, key, reason, None, Status::Down, false);
                self.leave_unused(connections, Vec::new());
                Ok(())
            }
            Kind::Event => self.event(connections, key, packet),
            Kind::Ack => {
                self.ack(connections, key, packet);
                Ok(())
            }
        }
    }

    fn granted(
        &mut self,
        connections: &mut Connections,
        key: usize,
        payload: &Payload,
    ) -> Result<(), &'static str> {
        let socket = &self.sockets[key];
        if socket.is_connected() {
            let details = "CONNECT out of turn".to_owned();
            connections.deps.event(key, SocketEvent::Unreadable { details });
            return Ok(());
        }
        let json = payload.json();
        let text = |name| json::field(json, name).and_then(json::text);
        let (true, Some(id)) = (socket.status == Status::Joining, text("sid")) else {
            // Not requested, or without an id.
            return self.not_this_protocol(connections, key);
        };
        let pid = text("pid");
        let socket = &mut self.sockets[key];
        socket.status = Status::Connected { id: id.clone() };
        socket.recovery.granted(pid);
        socket.session += 1;
        socket.early_bytes = 0;
        let early = std::mem::take(&mut socket.early);
        connections.deps.event(key, SocketEvent::Connected { id });
        for packet in early {
            self.event(connections, key, packet)?;
        }
        self.flush_buffer(connections, key);
        self.restart_queue(connections, key);
        Ok(())
    }

    /// Like the JavaScript client. Reconnecting would fail in the same way.
    fn not_this_protocol(&mut self, connections: &mut Connections, key: usize) -> Result<(), &'static str> {
        let message = "the server grants no namespace as Socket.IO 3 and 4 do: it is a server of the 2.x line, or none of Socket.IO";
        self.refused(connections, key, &Payload::from_json(json::quoted(message)));
        Ok(())
    }

    fn refused(&mut self, connections: &mut Connections, key: usize, payload: &Payload) {
        let json = payload.json();
        let field = json::field(json, "message");
        let data = json::field(json, "data").map(|data| Payload::from_json(data.to_owned()));
        let message = field
            .or((!json.starts_with('{')).then_some(json))
            .unwrap_or_default();
        let message = json::text(message).unwrap_or_else(|| message.to_owned());
        let socket = &mut self.sockets[key];
        socket.status = Status::Down;
        socket.last = None;
        socket.early.clear();
        socket.early_bytes = 0;
        connections.deps.event(
            key,
            SocketEvent::ConnectError {
                message,
                data,
                refused: true,
                at_once: false,
                failure: None,
            },
        );
        self.leave_unused(connections, Vec::new());
    }

    fn event(
        &mut self,
        connections: &mut Connections,
        key: usize,
        packet: Packet,
    ) -> Result<(), &'static str> {
        let socket = &mut self.sockets[key];
        if !socket.is_connected() {
            // A middleware may emit before the server grants the namespace.
            socket.early_bytes += packet.payload.size();
            socket.early.push(packet);
            let limits = &connections.deps.settings.limits;
            if socket.early.len() > limits.events || socket.early_bytes > limits.packet {
                return Err("too many events before CONNECT");
            }
            return Ok(());
        }
        let ack = packet.id.map(|id| AckRequest {
            session: socket.session,
            id,
        });
        let Some((event, payload)) = packet.into_event() else {
            return Err("event without a name");
        };
        if ack.is_none() && !connections.deps.settings.volatile_events.contains(&event) {
            self.sockets[key]
                .recovery
                .event(payload.json(), connections.deps.now);
        }
        connections
            .deps
            .report(key, SocketEvent::Message { event, payload, ack });
        Ok(())
    }

    fn ack(&mut self, connections: &mut Connections, key: usize, packet: Packet) {
        let Some(id) = packet.id else { return };
        // Only a sent event can be acknowledged; any other ack is late, or made up.
        let acks = &mut self.sockets[key].acks;
        let Some(sent) = acks.get_mut(id).and_then(|awaited| awaited.sent) else {
            return;
        };
        let queued = acks.take(id).is_some_and(|awaited| awaited.is_queued());
        self.round_trip = Some(connections.deps.now.saturating_sub(sent));
        if queued {
            self.queue_acked(connections, key, packet.payload);
        } else {
            connections.deps.acked(key, id, Ok(packet.payload));
        }
    }

    pub(super) fn authenticated(
        &mut self,
        connections: &mut Connections,
        key: SocketKey,
        link: LinkId,
        auth: Option<String>,
    ) {
        let (Some(socket), Some((engine, deps))) = (self.sockets.get_mut(key.0), connections.open()) else {
            return;
        };
        if engine.id() != link || socket.status != Status::Wanted {
            return;
        }
        let auth = auth.filter(|auth| auth != "null");
        let good = auth.as_ref().is_none_or(|auth| auth.starts_with('{'));
        if !good {
            // A server would end the connection each time.
            let payload = Payload::from_json(json::quoted("auth is an object or nothing"));
            return self.refused(connections, key.0, &payload);
        }
        socket.status = Status::Joining;
        let auth = socket.recovery.present(auth).unwrap_or_default();
        let packet = Packet::new(Kind::Connect, &socket.namespace, Payload::from_json(auth));
        engine.expect_answer(deps);
        engine.send(deps.settings.parser.encode(packet), None, deps);
    }
}
