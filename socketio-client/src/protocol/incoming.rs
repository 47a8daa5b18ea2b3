//! The packets of the server.

use super::socket::Status;
use super::{AckRequest, Connection, Machine, Output, SocketEvent, SocketKey, Ticket};
use crate::packet::{Frame, Kind, Packet, Skipped};
use crate::payload::json;
use crate::{DisconnectReason, Payload};

impl Machine {
    pub(super) fn message(&mut self, frame: Frame) {
        match self.decoder.add(frame) {
            Ok(None) => {}
            Ok(Some(packet)) => {
                if let Err(details) = self.packet(packet) {
                    self.lost(DisconnectReason::ParseError, Some(details.into()), false);
                }
            }
            Err(error) => match self.decoder.take_skipped() {
                Some(skipped) => self.unreadable(&skipped),
                None => self.lost(DisconnectReason::ParseError, Some(error.to_string()), false),
            },
        }
    }

    /// One packet cannot be read, which does not affect the connection.
    fn unreadable(&mut self, skipped: &Skipped) {
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
                socket.recovery.last_text(last, self.deps.now);
            }
            let details = skipped.error.to_string();
            self.push_event(key, SocketEvent::Unreadable { details });
        }
    }

    fn packet(&mut self, packet: Packet) -> Result<(), &'static str> {
        let found = self
            .sockets
            .iter()
            .position(|socket| socket.namespace == packet.namespace);
        // A namespace that was just left may still send.
        let Some(key) = found.filter(|key| self.sockets[*key].is_active()) else {
            return Ok(());
        };
        match packet.kind {
            Kind::Connect => self.granted(key, &packet.payload),
            Kind::ConnectError => {
                self.refused(key, &packet.payload);
                Ok(())
            }
            Kind::Disconnect => {
                self.socket_down(key, DisconnectReason::ServerDisconnect, None);
                Ok(())
            }
            Kind::Event => self.event(key, packet),
            Kind::Ack => {
                self.ack(key, packet);
                Ok(())
            }
        }
    }

    fn granted(&mut self, key: usize, payload: &Payload) -> Result<(), &'static str> {
        let socket = &self.sockets[key];
        if socket.is_connected() {
            let details = "CONNECT out of turn".to_owned();
            self.push_event(key, SocketEvent::Unreadable { details });
            return Ok(());
        }
        let json = payload.json();
        let text = |name| json::field(json, name).and_then(json::text);
        let (true, Some(id)) = (socket.status == Status::Joining, text("sid")) else {
            // Not requested, or without an id.
            return self.not_this_protocol(key);
        };
        let pid = text("pid");
        let socket = &mut self.sockets[key];
        socket.status = Status::Connected { id: id.clone() };
        socket.recovery.granted(pid);
        socket.session += 1;
        socket.early_bytes = 0;
        let early = std::mem::take(&mut socket.early);
        self.push_event(key, SocketEvent::Connected { id });
        for packet in early {
            self.event(key, packet)?;
        }
        self.flush_buffer(key);
        self.restart_queue(key);
        Ok(())
    }

    /// Like the JavaScript client. Reconnecting would fail in the same way.
    fn not_this_protocol(&mut self, key: usize) -> Result<(), &'static str> {
        let message = "the server grants no namespace as Socket.IO 3 and 4 do: it is a server of the 2.x line, or none of Socket.IO";
        self.refused(key, &Payload::from(vec![message.into()]));
        Ok(())
    }

    fn refused(&mut self, key: usize, payload: &Payload) {
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
        self.push_event(
            key,
            SocketEvent::ConnectError {
                message,
                data,
                refused: true,
                at_once: false,
                failure: None,
            },
        );
        self.close_unused();
    }

    fn event(&mut self, key: usize, packet: Packet) -> Result<(), &'static str> {
        let socket = &mut self.sockets[key];
        if !socket.is_connected() {
            // A middleware may emit before the server grants the namespace.
            socket.early_bytes += packet.payload.size();
            socket.early.push(packet);
            let limits = &self.deps.settings.limits;
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
        if ack.is_none() && !self.deps.settings.volatile_events.contains(&event) {
            self.sockets[key].recovery.event(payload.json(), self.deps.now);
        }
        self.push_event(key, SocketEvent::Message { event, payload, ack });
        Ok(())
    }

    fn ack(&mut self, key: usize, packet: Packet) {
        let Some(id) = packet.id else { return };
        // Only a sent event can be acknowledged; any other ack is late, or made up.
        let Some(awaited) = self.sockets[key].acks.get(&id) else {
            return;
        };
        let (Some(sent), until, queued) = (awaited.sent, awaited.until, awaited.queued) else {
            return;
        };
        self.sockets[key].acks.remove(&id);
        self.round_trip = Some(self.deps.now.saturating_sub(sent));
        let ticket = Ticket {
            socket: SocketKey(key),
            id,
        };
        self.timeouts.remove(&(until, ticket));
        if queued {
            self.queue_acked(key, packet.payload);
        } else {
            self.deps.outputs.push_back(Output::Acked {
                ticket,
                result: Ok(packet.payload),
            });
        }
    }

    pub(super) fn authenticated(&mut self, key: SocketKey, link: super::LinkId, auth: Option<String>) {
        let (Some(socket), Connection::Open { engine }) = (self.sockets.get_mut(key.0), &mut self.connection)
        else {
            return;
        };
        if engine.id() != link || socket.status != Status::Wanted {
            return;
        }
        let auth = auth.filter(|auth| auth != "null");
        let good = auth.as_ref().is_none_or(|auth| auth.starts_with('{'));
        if !good {
            // A server would end the connection each time.
            return self.refused(key.0, &Payload::from(vec!["auth is an object or nothing".into()]));
        }
        socket.status = Status::Joining;
        let auth = socket.recovery.present(auth).unwrap_or_default();
        let packet = Packet::new(Kind::Connect, &socket.namespace, Payload::from_json(auth));
        engine.expect_answer(&self.deps);
        engine.send(self.deps.settings.parser.encode(packet), &mut self.deps);
    }
}
