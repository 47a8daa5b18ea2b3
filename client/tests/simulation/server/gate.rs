//! Connections open, get pings, and close.

use std::time::Duration;

use serde_json::{Value, json};
use socketio_anywhere::Payload;
use socketio_anywhere::packet::{Decoder, EnginePacket, Frame, Kind, Packet};
use steadfast_shared::HandshakeError;
use steadfast_shared::event::{self, ClosingReason};

use super::Connection;
use crate::check::Rule;
use crate::line::LineId;
use crate::script::Spot;
use crate::socket::payload;
use crate::world::{Happening, World};

const PING_EVERY: Duration = Duration::from_secs(5);
const PONG_WITHIN: Duration = Duration::from_secs(4);

impl World {
    pub(super) fn node_of(&self, line: LineId) -> Option<usize> {
        self.lines.get(&line).map(|line| line.node)
    }

    pub(super) fn connection(&mut self, line: LineId) -> Option<(usize, u32, &mut Connection)> {
        let node = self.node_of(line)?;
        let here = &mut self.server.nodes[node];
        let life = here.life;
        here.connections
            .get_mut(&line)
            .map(|connection| (node, life, connection))
    }

    /// A line is up: sends Engine.IO's handshake.
    pub(crate) fn greet(&mut self, line: LineId) {
        let Some(node) = self.node_of(line) else { return };
        self.server.nodes[node]
            .connections
            .insert(line, Connection::default());
        let open = json!({
            "sid": format!("engine {}", line.0),
            "upgrades": [],
            "pingInterval": PING_EVERY.as_millis() as u64,
            "pingTimeout": PONG_WITHIN.as_millis() as u64,
            "maxPayload": 1_000_000,
        });
        self.send_down(line, Frame::Text(format!("0{open}")));
        self.plan(PING_EVERY, Happening::Ping(line));
    }

    pub(crate) fn ping(&mut self, line: LineId) {
        let now = self.now;
        let Some((_, _, connection)) = self.connection(line) else {
            return;
        };
        connection.pinged = now;
        self.send_down(line, EnginePacket::Ping(String::new()).encode());
        self.plan(PONG_WITHIN, Happening::Pong(line));
        self.plan(PING_EVERY, Happening::Ping(line));
    }

    pub(crate) fn missed_pong(&mut self, line: LineId) {
        let now = self.now;
        let Some((_, _, connection)) = self.connection(line) else {
            return;
        };
        // A later ping may already be in flight.
        if connection.ponged + PONG_WITHIN + PING_EVERY < now && connection.pinged > connection.ponged {
            self.close_at_node(line);
            self.forget_connection(line);
        }
    }

    /// Forgets a connection that is over for the node.
    pub(crate) fn forget_connection(&mut self, line: LineId) {
        let Some(node) = self.node_of(line) else { return };
        let gone = self.server.nodes[node].connections.remove(&line);
        if let Some(person) = gone.and_then(|connection| connection.person) {
            self.may_be_gone(person);
        }
    }

    pub(crate) fn at_server(&mut self, line: LineId, frame: Frame) {
        let now = self.now;
        let Some((_, _, connection)) = self.connection(line) else {
            return;
        };
        match EnginePacket::decode(frame) {
            Ok(EnginePacket::Pong(_)) => connection.ponged = now,
            Ok(EnginePacket::Message(frame)) => match Decoder::new(0, 16 << 20).add(frame) {
                Ok(Some(packet)) => self.packet(line, &packet),
                other => self.breaks(Rule::Manners, || format!("a packet reads {other:?}")),
            },
            Ok(EnginePacket::Close) => {}
            other => self.breaks(Rule::Manners, || format!("a frame reads {other:?}")),
        }
    }

    fn packet(&mut self, line: LineId, packet: &Packet) {
        let mut args = packet.payload.args();
        match packet.kind {
            Kind::Connect => self.connect(line, args.into_iter().next()),
            Kind::Disconnect => self.forget_connection(line),
            Kind::Event if !args.is_empty() => {
                let name = args.remove(0);
                let args = Payload::from(args);
                self.request(line, packet.id, name.as_str().unwrap_or_default(), args);
            }
            _ => self.breaks(Rule::Manners, || "a packet no client sends".to_owned()),
        }
    }

    /// CONNECT: identifies the person, and joins the rooms first.
    fn connect(&mut self, line: LineId, auth: Option<Value>) {
        let Some(tab) = self.lines.get(&line).map(|line| line.tab) else {
            return;
        };
        let auth: event::Auth = serde_json::from_value(auth.unwrap_or_default()).unwrap_or_default();
        let cookie = self.devices[tab.device].cookie.clone();
        let person = cookie
            .map(|(_, person)| person)
            .filter(|person| self.server.database.knows(person));
        let refusal = match person {
            None => Some(HandshakeError::Unauthorized),
            Some(_) if self.rng.chance(self.weather.refuse / 2) => Some(HandshakeError::Busy),
            Some(_) => None,
        };
        if let Some(refusal) = refusal {
            let message = Payload::from(vec![json!({ "message": refusal.as_str() })]);
            return self.send_packet(line, Packet::new(Kind::ConnectError, "/", message));
        }
        let ghosts: Vec<LineId> = self
            .server
            .nodes
            .iter()
            .flat_map(|node| &node.connections)
            .filter(|(of, other)| **of != line && other.tab.is_some() && other.tab == auth.tab)
            .map(|(of, _)| *of)
            .collect();
        for ghost in ghosts {
            self.end(ghost, ClosingReason::Replaced);
        }
        let was_there = person
            .as_ref()
            .is_some_and(|person| self.server.connected().any(|other| other == person));
        let Some((_, _, connection)) = self.connection(line) else {
            return;
        };
        connection.person.clone_from(&person);
        connection.tab = auth.tab;
        let sid = Payload::from(vec![json!({ "sid": format!("socket {}", line.0) })]);
        self.send_packet(line, Packet::new(Kind::Connect, "/", sid));
        if let Some(person) = person.filter(|_| !was_there) {
            self.comes(&person);
        }
        self.opens(line, auth);
    }

    /// Ends a connection, with the reason.
    fn end(&mut self, line: LineId, reason: ClosingReason) {
        self.send_event(line, event::SESSION, &event::Session::Closing { reason });
        self.send_packet(line, Packet::new(Kind::Disconnect, "/", Payload::default()));
        self.close_at_node(line);
        self.forget_connection(line);
    }

    /// The server ends a tab's connection.
    pub(crate) fn shut_out(&mut self, spot: Spot, reason: ClosingReason) {
        for line in self.lines_of(spot) {
            if self
                .connection(line)
                .is_some_and(|(_, _, connection)| connection.person.is_some())
            {
                self.end(line, reason);
            }
        }
    }

    pub(super) fn send_event(&mut self, line: LineId, name: &str, what: &impl serde::Serialize) {
        self.send_packet(line, event_packet(name, what));
    }

    pub(super) fn send_packet(&mut self, line: LineId, packet: Packet) {
        for frame in packet.encode() {
            self.send_down(line, EnginePacket::Message(frame).encode());
        }
    }

    /// Encodes an event once, and sends it over these lines.
    pub(super) fn broadcast(&mut self, lines: &[LineId], name: &str, what: &impl serde::Serialize) {
        let frames = event_packet(name, what).encode();
        for frame in frames {
            let frame = EnginePacket::Message(frame).encode();
            for line in lines {
                self.send_down(*line, frame.clone());
            }
        }
    }
}

fn event_packet(name: &str, what: &impl serde::Serialize) -> Packet {
    let mut args = payload(what).args();
    args.insert(0, name.into());
    Packet::new(Kind::Event, "/", Payload::from(args))
}
