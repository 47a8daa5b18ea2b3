//! One Engine.IO connection, from dialling to its end, over whichever transport carries it.

use std::collections::VecDeque;
use std::time::Duration;

use super::carrier::{Carrier, Deps, Probe};
use super::{LinkEvent, LinkId, Output, Transport};
use crate::packet::{EnginePacket, Frame, Handshake, payload};
use crate::{DisconnectReason, Settings};

/// What a connection has to say to the machine that owns it.
#[derive(Debug)]
pub(super) enum Happened {
    /// The handshake is done: Socket.IO packets may go.
    Opened,
    /// A part of a Socket.IO packet.
    Message(Frame),
    /// The connection is over; the engine is to be closed.
    Closed(DisconnectReason, Option<String>),
}

/// A connection being made or in use.
#[derive(Debug)]
pub(super) struct Engine {
    /// Its name: the first link's.
    id: LinkId,
    phase: Phase,
    pub(super) sid: Option<String>,
    pub(super) carrier: Carrier,
    pub(super) probe: Option<Probe>,
    /// The transports to try if this one fails before the handshake.
    untried: VecDeque<Transport>,
    pub(super) max_payload: usize,
    pub(super) waiting: VecDeque<Frame>,
    pub(super) waiting_bytes: usize,
}

#[derive(Debug)]
enum Phase {
    /// Waiting for the server's handshake, until a deadline.
    Opening { until: Option<Duration> },
    /// Alive as long as the server pings.
    Open { heartbeat: Duration, until: Duration },
}

impl Engine {
    /// Dials. `prefer_websocket` where it worked last time, and that is to be remembered.
    pub(super) fn dial(prefer_websocket: bool, deps: &mut Deps<'_>) -> Self {
        let settings = deps.settings;
        let mut untried: VecDeque<Transport> = settings.transports.iter().copied().collect();
        if prefer_websocket && settings.transports.contains(&Transport::WebSocket) {
            untried.push_front(Transport::WebSocket);
        }
        let first = untried.pop_front().unwrap_or(Transport::WebSocket);
        if !settings.try_all_transports {
            untried.clear();
        }
        let carrier = Carrier::dial(first, deps);
        Self {
            id: carrier.first_link(),
            phase: Phase::Opening {
                until: settings.timeout.map(|timeout| deps.now.saturating_add(timeout)),
            },
            sid: None,
            carrier,
            probe: None,
            untried,
            max_payload: usize::MAX,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
        }
    }

    /// What names this connection.
    pub(super) fn id(&self) -> LinkId {
        self.id
    }

    /// Whether `link` is one of this connection's.
    pub(super) fn owns(&self, link: LinkId) -> bool {
        self.carrier.owns(link) || self.probe.as_ref().is_some_and(|probe| probe.link() == link)
    }

    /// What carries it.
    pub(super) fn transport(&self) -> Transport {
        self.carrier.transport()
    }

    /// Whether Socket.IO packets may go.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    /// Whether a packet would go at once.
    pub(super) fn is_writable(&self) -> bool {
        self.is_open() && self.carrier.is_writable() && !self.is_pausing()
    }

    /// How many bytes wait for the link.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// When [`Engine::expired`] or [`Engine::give_up_probe`] has something to say.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let probe = self.probe.as_ref().and_then(Probe::until);
        self.own_deadline().into_iter().chain(probe).min()
    }

    fn own_deadline(&self) -> Option<Duration> {
        match self.phase {
            Phase::Opening { until } => until,
            Phase::Open { until, .. } => Some(until),
        }
    }

    /// Whether the time is up: the reason, and for how long it has been.
    pub(super) fn expired(&self, now: Duration) -> Option<(DisconnectReason, Duration)> {
        let overdue = now.checked_sub(self.own_deadline()?)?;
        let reason = match self.phase {
            Phase::Opening { .. } => DisconnectReason::TransportError,
            Phase::Open { .. } => DisconnectReason::PingTimeout,
        };
        Some((reason, overdue))
    }

    /// Takes news from a link.
    pub(super) fn handle(&mut self, link: LinkId, event: LinkEvent, deps: &mut Deps<'_>) -> Vec<Happened> {
        let mut happened = Vec::new();
        if self.probe.as_ref().is_some_and(|probe| probe.link() == link) {
            self.probe_event(event, deps);
            return happened;
        }
        match event {
            LinkEvent::Opened => {}
            LinkEvent::Writable => {
                self.carrier.writable();
                self.flush(deps);
            }
            LinkEvent::Received(frame) if frame.len() > deps.settings.limits.packet => {
                happened.push(parse_error("packet too large"));
            }
            LinkEvent::Received(frame) => match EnginePacket::decode(frame) {
                Ok(packet) => self.packet(packet, &mut happened, deps),
                Err(error) => happened.push(parse_error(error.to_string())),
            },
            LinkEvent::Answered(body) => self.answered(link, &body, &mut happened, deps),
            LinkEvent::Closed { reason, details } => {
                self.carrier.abandon(link, deps);
                match self.untried.pop_front() {
                    Some(next) if !self.is_open() => self.carrier = Carrier::dial(next, deps),
                    _ => happened.push(Happened::Closed(reason, details)),
                }
            }
        }
        happened
    }

    /// A request of long-polling was answered.
    fn answered(&mut self, link: LinkId, body: &str, happened: &mut Vec<Happened>, deps: &mut Deps<'_>) {
        if !self.carrier.answered(link) {
            // A POST, of which only the end matters.
            self.flush(deps);
            self.finish_upgrade(deps);
            return;
        }
        if body.len() > deps.settings.limits.packet {
            happened.push(parse_error("payload too large"));
            return;
        }
        match payload::decode(body) {
            Err(error) => happened.push(parse_error(error.to_string())),
            Ok(packets) => {
                for packet in packets {
                    self.packet(packet, happened, deps);
                    if matches!(happened.last(), Some(Happened::Closed(..))) {
                        return;
                    }
                }
                if !self.is_open() {
                    happened.push(parse_error("no handshake"));
                    return;
                }
                self.poll_again(deps);
                self.finish_upgrade(deps);
            }
        }
    }

    fn packet(&mut self, packet: EnginePacket, happened: &mut Vec<Happened>, deps: &mut Deps<'_>) {
        let open = self.is_open();
        match packet {
            EnginePacket::Open(handshake) if !open => {
                self.open(handshake, deps);
                happened.push(Happened::Opened);
            }
            EnginePacket::Ping(_) if open => {
                if let Phase::Open { heartbeat, until } = &mut self.phase {
                    *until = deps.now.saturating_add(*heartbeat);
                }
                // A server that pings without reading gets one pong, however often it asks.
                let pong = EnginePacket::Pong(String::new()).encode();
                if !self.waiting.contains(&pong) {
                    self.push(pong);
                    self.flush(deps);
                }
            }
            EnginePacket::Message(frame) if open => happened.push(Happened::Message(frame)),
            EnginePacket::Close => {
                happened.push(Happened::Closed(DisconnectReason::TransportClose, None));
            }
            EnginePacket::Pong(_) | EnginePacket::Noop if open => {}
            _ => happened.push(parse_error("unexpected engine packet")),
        }
    }

    fn open(&mut self, handshake: Handshake, deps: &mut Deps<'_>) {
        let heartbeat = Duration::from_millis(handshake.ping_interval.saturating_add(handshake.ping_timeout));
        self.phase = Phase::Open {
            heartbeat,
            until: deps.now.saturating_add(heartbeat),
        };
        self.untried.clear();
        self.sid = Some(handshake.sid);
        if let Some(max) = handshake.max_payload {
            self.max_payload = usize::try_from(max).unwrap_or(usize::MAX);
        }
        self.flush(deps);
        let Settings {
            transports, upgrade, ..
        } = deps.settings;
        if *upgrade
            && self.transport() == Transport::Polling
            && transports.contains(&Transport::WebSocket)
            && handshake.upgrades.iter().any(|name| name == "websocket")
        {
            self.start_probe(deps);
        }
    }

    /// Sends the frames of one Socket.IO packet.
    pub(super) fn send(&mut self, frames: Vec<Frame>, deps: &mut Deps<'_>) {
        for frame in frames {
            self.push(EnginePacket::Message(frame).encode());
        }
        self.flush(deps);
    }

    fn push(&mut self, frame: Frame) {
        self.waiting_bytes += frame.len();
        self.waiting.push_back(frame);
    }

    /// Ends the connection. What was sent before still goes, where the link can.
    pub(super) fn close(mut self, deps: &mut Deps<'_>) {
        if let Some(probe) = self.probe.take() {
            deps.outputs.push_back(Output::Close { link: probe.link() });
        }
        self.say_goodbye(deps);
    }
}

fn parse_error(details: impl Into<String>) -> Happened {
    Happened::Closed(DisconnectReason::ParseError, Some(details.into()))
}
