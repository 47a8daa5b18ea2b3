//! One Engine.IO connection, from the first attempt to its end, over whichever transport carries it.

use super::current_transport::{CurrentTransport, Deps, Probe};
use super::fallback::{Life, WebSocketFailure};
use super::frame_queue::FrameQueue;
use super::long_polling::LongPolling;
use super::{LinkEvent, LinkId, Output, Transport};
use crate::packet::{EnginePacket, Frame, Handshake, payload};
use crate::time::{Time, earliest};
use crate::{DisconnectReason, Settings};

/// An event of a connection, for the machine that owns it.
#[derive(Debug)]
pub(super) enum Happened {
    /// The handshake is done: Socket.IO packets can be sent.
    Opened,
    /// A part of a Socket.IO packet.
    Message(Frame),
    /// The server's ping was answered.
    Ping,
    /// All events given to the transport are handed over.
    Drained,
    /// WebSocket has taken over from long-polling.
    Upgraded,
    /// WebSocket could not take over.
    UpgradeFailed(WebSocketFailure),
    /// The connection is over, and the engine must be closed.
    Closed(DisconnectReason, Option<String>),
}

/// A connection being made or in use.
#[derive(Debug)]
pub(super) struct Engine {
    /// Its id: that of its first link.
    id: LinkId,
    phase: Phase,
    pub(super) sid: Option<String>,
    pub(super) transport: CurrentTransport,
    pub(super) probe: Option<Probe>,
    candidates: Candidates,
    /// The time by which the WebSocket must bring an answer to CONNECT.
    answer_by: Option<Time>,
    life: Life,
    /// Whether the WebSocket has carried a heartbeat.
    proven: bool,
    /// When the next attempt to switch to WebSocket is due.
    pub(super) probe_at: Option<Time>,
    pub(super) max_payload: usize,
    pub(super) waiting: FrameQueue,
    /// Whether reading from its links is paused.
    paused: bool,
    /// The time by which the server has to send something, after the device slept.
    alive_by: Option<Time>,
    /// The number of barriers sent for that.
    proofs: u32,
    /// While the connection is being left: the time at which it ends, whatever is still unsent.
    pub(super) leaving: Option<Time>,
    /// The last packets, sent once the server has processed everything before them: a Socket.IO server skips events that it
    /// reads together with the disconnection.
    pub(super) goodbye: Vec<Frame>,
    /// Whether the server has confirmed that; `None` before it is asked.
    pub(super) processed: Option<bool>,
}

/// The transports that are tried until one of them brings the handshake.
#[derive(Debug)]
struct Candidates {
    /// Those to try if this one fails, the last of them first.
    untried: Vec<Transport>,
    /// When the next of them is tried.
    next_by: Option<Time>,
    /// How WebSocket failed before long-polling brought the handshake.
    failed: Option<(WebSocketFailure, Option<String>)>,
    /// Whether the link being dialled is open.
    stands: bool,
}

#[derive(Debug)]
enum Phase {
    /// Waits for the server's handshake, until a deadline.
    Opening { until: Option<Time> },
    /// Alive as long as the server pings.
    Open { heartbeat: Time, until: Time },
}

impl Engine {
    /// Connects. `prefer_websocket` if it worked last time, and that is to be remembered.
    pub(super) fn dial(prefer_websocket: bool, deps: &mut Deps) -> Self {
        let settings = &deps.settings;
        if !LongPolling::is_wanted() {
            return Self::begin(
                CurrentTransport::dial(Transport::WebSocket, deps),
                Vec::new(),
                deps,
            );
        }
        // The last one is tried first.
        let mut untried = settings.transports.clone();
        untried.reverse();
        if deps.websocket.is_bad() {
            untried.retain(|transport| *transport != Transport::Polling);
            untried.push(Transport::Polling);
        } else if prefer_websocket && settings.transports.contains(&Transport::WebSocket) {
            untried.push(Transport::WebSocket);
        }
        let first = untried.pop().unwrap_or(Transport::WebSocket);
        if !settings.try_all_transports {
            untried.clear();
        }
        Self::begin(CurrentTransport::dial(first, deps), untried, deps)
    }

    fn begin(transport: CurrentTransport, untried: Vec<Transport>, deps: &Deps) -> Self {
        let settings = &deps.settings;
        let next_by = (!untried.is_empty()).then(|| deps.now.saturating_add(settings.fallback_timeout));
        Self {
            id: transport.first_link(),
            phase: Phase::Opening {
                until: settings.timeout.map(|timeout| deps.now.saturating_add(timeout)),
            },
            sid: None,
            transport,
            probe: None,
            candidates: Candidates {
                untried,
                next_by,
                failed: None,
                stands: false,
            },
            answer_by: None,
            life: Life::Unheard,
            proven: false,
            probe_at: None,
            max_payload: usize::MAX,
            waiting: FrameQueue::default(),
            paused: false,
            alive_by: None,
            proofs: 0,
            leaving: None,
            goodbye: Vec::new(),
            processed: None,
        }
    }

    /// The id of this connection.
    pub(super) fn id(&self) -> LinkId {
        self.id
    }

    /// Whether `link` is one of this connection's.
    pub(super) fn owns(&self, link: LinkId) -> bool {
        self.transport.owns(link) || self.probes(link)
    }

    /// Whether `link` is the WebSocket that is to take over.
    #[inline(always)]
    fn probes(&self, link: LinkId) -> bool {
        LongPolling::is_wanted() && self.probe.as_ref().is_some_and(|probe| probe.link() == link)
    }

    /// The transport that carries it.
    pub(super) fn transport(&self) -> Transport {
        self.transport.kind()
    }

    /// Whether Socket.IO packets can be sent.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    /// Whether a packet would be sent at once.
    pub(super) fn is_writable(&self) -> bool {
        self.is_open() && self.transport.is_writable() && !self.is_pausing()
    }

    /// When [`Engine::expired`] or [`Engine::advance`] has something to do.
    pub(super) fn deadline(&self) -> Option<Time> {
        let own = self.own_deadline();
        if !LongPolling::is_wanted() {
            return own;
        }
        let probe = self.probe.as_ref().map_or(self.probe_at, Probe::until);
        earliest(
            earliest(own, probe),
            earliest(self.candidates.next_by, self.answer_by),
        )
    }

    /// The progress of a WebSocket that has not yet proved itself.
    pub(super) fn young(&self) -> Option<Life> {
        (self.is_open() && self.transport() == Transport::WebSocket && !self.proven).then_some(self.life)
    }

    /// CONNECT was sent. A WebSocket that brings no answer counts as failed.
    pub(super) fn expect_answer(&mut self, deps: &Deps) {
        if self.young() == Some(Life::Unheard) && deps.settings.may_fall_back() {
            self.answer_by = Some(deps.now.saturating_add(deps.settings.fallback_timeout));
        }
    }

    /// Handles the deadlines that do not end the connection by themselves.
    pub(super) fn advance(&mut self, deps: &mut Deps) -> Vec<Happened> {
        if !LongPolling::is_wanted() {
            return Vec::new();
        }
        let now = deps.now;
        let due = |at: Option<Time>| at.is_some_and(|at| at <= now);
        if due(self.candidates.next_by) {
            self.candidates.next_by = None;
            if let Some(next) = self.candidates.untried.pop() {
                for link in self.transport.links() {
                    deps.outputs.push_back(Output::Close { link });
                }
                self.try_next(next, WebSocketFailure::Silent, None, deps);
            }
        }
        if due(self.answer_by) {
            self.answer_by = None;
            self.life = Life::Unanswered;
            let details = "no answer to CONNECT".to_owned();
            return vec![Happened::Closed(DisconnectReason::TransportError, Some(details))];
        }
        if self.leaving.is_none()
            && self.probe.is_none()
            && due(self.probe_at)
            && LongPolling::is(self.transport.kind())
        {
            self.start_probe(deps);
        }
        self.advance_probe(deps)
    }

    /// The dialled transport failed before the handshake.
    fn try_next(
        &mut self,
        next: Transport,
        failure: WebSocketFailure,
        details: Option<String>,
        deps: &mut Deps,
    ) {
        if self.transport() == Transport::WebSocket {
            self.candidates.failed = Some((failure, details));
        }
        self.candidates.stands = false;
        self.transport = CurrentTransport::dial(next, deps);
        self.candidates.next_by = (!self.candidates.untried.is_empty())
            .then(|| deps.now.saturating_add(deps.settings.fallback_timeout));
    }

    fn own_deadline(&self) -> Option<Time> {
        if self.leaving.is_some() {
            return self.leaving;
        }
        match self.phase {
            Phase::Opening { until } => until,
            Phase::Open { .. } if self.paused => None,
            Phase::Open { until, .. } => Some(self.alive_by.map_or(until, |by| by.min(until))),
        }
    }

    /// Whether it still has to show that it is alive.
    pub(super) fn is_on_trial(&self) -> bool {
        self.alive_by.is_some()
    }

    /// The device slept: any packet from the server now shows that the connection is alive.
    pub(super) fn prove_life(&mut self, deps: &mut Deps) {
        if let CurrentTransport::WebSocket { link, .. } = self.transport
            && self.alive_by.is_none()
        {
            self.alive_by = Some(deps.now.saturating_add(super::PROOF_OF_LIFE));
            self.proofs += 1;
            deps.outputs.push_back(Output::Barrier { link });
        }
    }

    pub(super) fn pause(&mut self, paused: bool, now: Time) {
        self.paused = paused;
        if let Phase::Open { heartbeat, until } = &mut self.phase {
            *until = now.saturating_add(*heartbeat);
        }
    }

    /// Whether the connection has timed out: the reason, and when it was due.
    pub(super) fn expired(&self, now: Time) -> Option<(DisconnectReason, Time)> {
        let overdue = now.checked_sub(self.own_deadline()?)?;
        let reason = match self.phase {
            Phase::Opening { .. } => DisconnectReason::TransportError,
            Phase::Open { .. } => DisconnectReason::PingTimeout,
        };
        Some((reason, overdue))
    }

    /// Handles an event of a link.
    pub(super) fn handle(&mut self, link: LinkId, event: LinkEvent, deps: &mut Deps) -> Vec<Happened> {
        let mut happened = std::mem::take(&mut deps.spare);
        if self.probes(link) {
            self.probe_event(event, &mut happened, deps);
            return happened;
        }
        if matches!(event, LinkEvent::Received(_) | LinkEvent::Passed) {
            self.alive_by = None;
        }
        match event {
            LinkEvent::Opened => self.candidates.stands = true,
            LinkEvent::Passed if self.proofs > 0 => self.proofs -= 1,
            LinkEvent::Passed => self.processed = Some(true),
            LinkEvent::Writable => {
                self.transport.writable();
                self.handed_over(&mut happened, deps);
            }
            LinkEvent::Failed(_) => {}
            LinkEvent::Received(frame) if frame.len() > deps.settings.limits.packet => {
                happened.push(parse_error("packet too large"));
            }
            LinkEvent::Received(frame) => match EnginePacket::decode(frame) {
                Ok(packet) => self.packet(packet, &mut happened, deps),
                Err(error) => happened.push(parse_error(error.to_string())),
            },
            LinkEvent::Answered(body) if LongPolling::is_wanted() => {
                self.answered(link, &body, &mut happened, deps);
            }
            LinkEvent::Answered(_) => {}
            LinkEvent::Closed { reason, details } => {
                self.transport.abandon(link, deps);
                match self.candidates.untried.pop() {
                    Some(next) if LongPolling::is_wanted() && !self.is_open() => {
                        let failure = if self.candidates.stands {
                            WebSocketFailure::Broken
                        } else {
                            WebSocketFailure::Refused
                        };
                        self.try_next(next, failure, details, deps);
                    }
                    _ => happened.push(Happened::Closed(reason, details)),
                }
            }
        }
        happened
    }

    /// The transport has handed over everything it was given.
    fn handed_over(&mut self, happened: &mut Vec<Happened>, deps: &mut Deps) {
        let events = self.waiting.handed_over();
        self.flush(deps);
        if deps.is_watched() && events && self.is_settled() {
            happened.push(Happened::Drained);
        }
    }

    /// A long-polling request was answered.
    fn answered(&mut self, link: LinkId, body: &str, happened: &mut Vec<Happened>, deps: &mut Deps) {
        if !self.transport.answered(link) {
            // A POST, whose answer has no content.
            self.handed_over(happened, deps);
            self.finish_upgrade(happened, deps);
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
                self.finish_upgrade(happened, deps);
            }
        }
    }

    fn packet(&mut self, packet: EnginePacket, happened: &mut Vec<Happened>, deps: &mut Deps) {
        let open = self.is_open();
        match packet {
            EnginePacket::Open(handshake) if !open => {
                self.open(handshake, deps);
                happened.push(Happened::Opened);
            }
            EnginePacket::Ping(_) if open => {
                if self.transport() == Transport::WebSocket {
                    self.proven = true;
                    deps.websocket.proved();
                }
                if let Phase::Open { heartbeat, until } = &mut self.phase {
                    *until = deps.now.saturating_add(*heartbeat);
                }
                // A server that pings without reading gets only one pong.
                let pong = EnginePacket::Pong(String::new()).encode();
                if !self.waiting.contains(&pong) {
                    self.waiting.push(pong);
                    self.flush(deps);
                }
                if deps.is_watched() {
                    happened.push(Happened::Ping);
                }
            }
            EnginePacket::Message(frame) if open => {
                self.answer_by = None;
                self.life = Life::Heard;
                happened.push(Happened::Message(frame));
            }
            EnginePacket::Close => {
                // Nothing more is sent to a session that the server has ended.
                self.sid = None;
                happened.push(Happened::Closed(DisconnectReason::TransportClose, None));
            }
            EnginePacket::Pong(_) | EnginePacket::Noop if open => {}
            _ => happened.push(parse_error("unexpected engine packet")),
        }
    }

    fn open(&mut self, handshake: Handshake, deps: &mut Deps) {
        let heartbeat = Time::from_millis(handshake.ping_interval.saturating_add(handshake.ping_timeout));
        self.phase = Phase::Open {
            heartbeat,
            until: deps.now.saturating_add(heartbeat),
        };
        self.candidates.untried.clear();
        self.candidates.next_by = None;
        if let Some((failure, details)) = self.candidates.failed.take()
            && LongPolling::is(self.transport())
        {
            deps.websocket.failed(failure, details, &deps.settings, deps.now);
        }
        self.sid = Some(handshake.sid);
        if let Some(max) = handshake.max_payload {
            self.max_payload = usize::try_from(max).unwrap_or(usize::MAX);
        }
        self.flush(deps);
        let Settings {
            transports, upgrade, ..
        } = &*deps.settings;
        if *upgrade
            && LongPolling::is(self.transport())
            && transports.contains(&Transport::WebSocket)
            && handshake.upgrades.iter().any(|name| name == "websocket")
        {
            if deps.websocket.is_bad() {
                self.probe_at = Some(deps.websocket.retry_at());
            } else {
                self.start_probe(deps);
            }
        }
    }

    /// WebSocket has taken over, and still has to prove itself.
    pub(super) fn upgraded(&mut self) {
        self.life = Life::Upgraded;
        self.proven = false;
    }

    /// Sends the frames of one Socket.IO packet. An event has a number.
    pub(super) fn send(&mut self, frames: Vec<Frame>, number: Option<u64>, deps: &mut Deps) {
        for frame in frames {
            self.waiting.push(EnginePacket::Message(frame).encode());
        }
        if let Some(number) = number {
            self.waiting.event_ends(number);
        }
        self.flush(deps);
    }

    /// Ends the connection. Frames sent before are still delivered, if the link can.
    pub(super) fn close(mut self, deps: &mut Deps) {
        if LongPolling::is_wanted()
            && let Some(probe) = self.probe.take()
        {
            deps.outputs.push_back(Output::Close { link: probe.link() });
        }
        self.say_goodbye(deps);
    }
}

fn parse_error(details: impl Into<String>) -> Happened {
    Happened::Closed(DisconnectReason::ParseError, Some(details.into()))
}
