//! One Engine.IO connection, from dialling to its end.

use std::collections::VecDeque;
use std::time::Duration;

use super::{LinkEvent, LinkId, Output};
use crate::packet::{EnginePacket, Frame, Handshake};
use crate::{DisconnectReason, Limits};

/// What a connection has to say to the machine that owns it.
#[derive(Debug)]
pub(super) enum Happened {
    /// The handshake is done: Socket.IO packets may go.
    Opened,
    /// A part of a Socket.IO packet.
    Message(Frame),
    /// The connection is over; the engine is to be dropped.
    Closed(DisconnectReason, Option<String>),
}

/// A connection being made or in use.
#[derive(Debug)]
pub(super) struct Engine {
    link: LinkId,
    phase: Phase,
    waiting: VecDeque<Frame>,
    waiting_bytes: usize,
    writable: bool,
}

#[derive(Debug)]
enum Phase {
    /// Waiting for the server's handshake, until a deadline.
    Opening { until: Option<Duration> },
    /// Alive as long as the server pings.
    Open { heartbeat: Duration, until: Duration },
}

impl Engine {
    /// Dials.
    pub(super) fn dial(
        link: LinkId,
        timeout: Option<Duration>,
        now: Duration,
        outputs: &mut VecDeque<Output>,
    ) -> Self {
        outputs.push_back(Output::Open { link });
        Self {
            link,
            phase: Phase::Opening {
                until: timeout.map(|timeout| now.saturating_add(timeout)),
            },
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            writable: false,
        }
    }

    /// Whether `link` is this connection's.
    pub(super) fn owns(&self, link: LinkId) -> bool {
        self.link == link
    }

    /// The link in use.
    pub(super) fn link(&self) -> LinkId {
        self.link
    }

    /// Whether Socket.IO packets may go.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    /// Whether a packet would go at once.
    pub(super) fn is_writable(&self) -> bool {
        self.is_open() && self.writable
    }

    /// How many bytes wait for the link.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// When [`Engine::expired`] has something to say.
    pub(super) fn deadline(&self) -> Option<Duration> {
        match self.phase {
            Phase::Opening { until } => until,
            Phase::Open { until, .. } => Some(until),
        }
    }

    /// Whether the time is up: the reason, and for how long it has been.
    pub(super) fn expired(&self, now: Duration) -> Option<(DisconnectReason, Duration)> {
        let overdue = now.checked_sub(self.deadline()?)?;
        let reason = match self.phase {
            Phase::Opening { .. } => DisconnectReason::TransportError,
            Phase::Open { .. } => DisconnectReason::PingTimeout,
        };
        Some((reason, overdue))
    }

    /// Takes news from the link.
    pub(super) fn handle(
        &mut self,
        event: LinkEvent,
        limits: &Limits,
        now: Duration,
        outputs: &mut VecDeque<Output>,
    ) -> Option<Happened> {
        match event {
            LinkEvent::Opened => None,
            LinkEvent::Writable => {
                self.writable = true;
                self.flush(outputs);
                None
            }
            LinkEvent::Received(frame) if frame.len() > limits.packet => {
                Some(parse_error("packet too large".into()))
            }
            LinkEvent::Received(frame) => match EnginePacket::decode(frame) {
                Ok(packet) => self.packet(packet, now, outputs),
                Err(error) => Some(parse_error(error.to_string())),
            },
            LinkEvent::Closed { reason, details } => Some(Happened::Closed(reason, details)),
        }
    }

    fn packet(
        &mut self,
        packet: EnginePacket,
        now: Duration,
        outputs: &mut VecDeque<Output>,
    ) -> Option<Happened> {
        let open = self.is_open();
        match packet {
            EnginePacket::Open(handshake) if !open => {
                self.open(&handshake, now);
                self.flush(outputs);
                Some(Happened::Opened)
            }
            EnginePacket::Ping(_) if open => {
                if let Phase::Open { heartbeat, until } = &mut self.phase {
                    *until = now.saturating_add(*heartbeat);
                }
                // A server that pings without reading gets one pong, however often it asks.
                let pong = EnginePacket::Pong(String::new()).encode();
                if !self.waiting.contains(&pong) {
                    self.write(pong, outputs);
                }
                None
            }
            EnginePacket::Message(frame) if open => Some(Happened::Message(frame)),
            EnginePacket::Close => Some(Happened::Closed(DisconnectReason::TransportClose, None)),
            EnginePacket::Pong(_) | EnginePacket::Noop if open => None,
            _ => Some(parse_error("unexpected engine packet".into())),
        }
    }

    fn open(&mut self, handshake: &Handshake, now: Duration) {
        let heartbeat = Duration::from_millis(handshake.ping_interval.saturating_add(handshake.ping_timeout));
        self.phase = Phase::Open {
            heartbeat,
            until: now.saturating_add(heartbeat),
        };
    }

    /// Sends the frames of one Socket.IO packet.
    pub(super) fn send(&mut self, frames: Vec<Frame>, outputs: &mut VecDeque<Output>) {
        for frame in frames {
            self.push(EnginePacket::Message(frame).encode());
        }
        self.flush(outputs);
    }

    fn write(&mut self, frame: Frame, outputs: &mut VecDeque<Output>) {
        self.push(frame);
        self.flush(outputs);
    }

    fn push(&mut self, frame: Frame) {
        self.waiting_bytes += frame.len();
        self.waiting.push_back(frame);
    }

    fn flush(&mut self, outputs: &mut VecDeque<Output>) {
        if self.writable && !self.waiting.is_empty() {
            self.writable = false;
            self.hand_over(outputs);
        }
    }

    fn hand_over(&mut self, outputs: &mut VecDeque<Output>) {
        if self.waiting.is_empty() {
            return;
        }
        self.waiting_bytes = 0;
        outputs.push_back(Output::Send {
            link: self.link,
            frames: self.waiting.drain(..).collect(),
        });
    }

    /// Ends the connection. What was sent before still goes, where the link can.
    pub(super) fn close(mut self, outputs: &mut VecDeque<Output>) {
        if self.is_open() {
            self.hand_over(outputs);
        }
        outputs.push_back(Output::Close { link: self.link });
    }
}

fn parse_error(details: String) -> Happened {
    Happened::Closed(DisconnectReason::ParseError, Some(details))
}
