//! The machine: all of the client's behaviour, without sockets, tasks, clocks or randomness.
//!
//! Call [`Machine::handle`], or one of the methods that accept something for sending, then drain [`Machine::poll_output`]
//! until it returns [`Output::Wait`]. Times are [`Duration`]s since a start of the caller's choice and never go back. If
//! time jumps forward, all deadlines in between have passed, and each takes effect once.
//!
//! Invariant: there is at most one connection at a time, besides a few that are being left; and every opened WebSocket is
//! closed by exactly one of [`Output::Close`] and [`LinkEvent::Closed`].

mod carrier;
mod engine;
mod event;
mod fallback;
mod incoming;
mod long_polling;
mod outgoing;
mod queue;
mod reconnect;
mod recovery;
mod socket;

pub use event::{
    AckRequest, Cause, Input, LinkEvent, LinkFailure, LinkId, Output, SocketEvent, SocketKey, State, Ticket,
    Transport,
};
pub use fallback::{Fallback, WebSocketFailure};

use std::collections::VecDeque;
use std::time::Duration;

use crate::backoff::{Backoff, Rng};
use crate::map::Map;
use crate::packet::Decoder;
use crate::time::{Time, earliest};
use crate::{DisconnectReason, Settings};

use carrier::Deps;
use engine::{Engine, Happened};
use fallback::WebSocketRecord;
use long_polling::LongPolling;
use socket::{Socket, Status};

/// The client without its I/O.
#[derive(Debug)]
pub struct Machine {
    deps: Deps,
    rng: Rng,
    backoff: Backoff,
    connection: Connection,
    /// Connections that are being left.
    leaving: Vec<Engine>,
    /// Whether reading is paused.
    paused: bool,
    decoder: Decoder,
    sockets: Vec<Socket>,
    /// Every awaited ack, by its timeout.
    timeouts: Map<(Time, Ticket), ()>,
    round_trip: Option<Time>,
    /// Whether a WebSocket worked last time.
    websocket_worked: bool,
    epoch: Option<Time>,
    /// The link failure that ended the last attempt.
    failure: Option<Box<LinkFailure>>,
    /// The number of attempts so far.
    dials: u64,
}

#[derive(Debug)]
enum Connection {
    Closed,
    Waiting { retry_at: Time },
    Dialling { engine: Box<Engine>, attempt: u32 },
    Open { engine: Box<Engine> },
}

impl Machine {
    /// An idle machine. The same seed, inputs and times give the same outputs.
    pub fn new(settings: impl Into<Box<Settings>>, seed: u64) -> Self {
        Self::with_settings(settings.into(), seed)
    }

    fn with_settings(settings: Box<Settings>, seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            backoff: Backoff::new(
                settings.reconnection_delay,
                settings.reconnection_delay_max,
                settings.randomization_factor,
            ),
            connection: Connection::Closed,
            leaving: Vec::new(),
            paused: false,
            decoder: Decoder::new(settings.limits.attachments, settings.limits.packet)
                .parser(settings.parser),
            sockets: Vec::new(),
            timeouts: Map::new(),
            round_trip: None,
            websocket_worked: false,
            epoch: None,
            failure: None,
            dials: 0,
            deps: Deps {
                settings,
                now: Time::ZERO,
                links: 0,
                outputs: VecDeque::new(),
                websocket: WebSocketRecord::default(),
                watched: false,
            },
        }
    }

    /// Sets the wall-clock time, since 1970, at time zero, by which the times in recovery offsets are recognised. Call it
    /// before [`socket`](Self::socket).
    pub fn set_epoch(&mut self, epoch: impl Into<Time>) {
        self.epoch = Some(epoch.into());
    }

    /// The socket of a namespace, created idle if it does not exist. Namespaces share one connection.
    pub fn socket(&mut self, namespace: &str) -> SocketKey {
        let namespace = if namespace.starts_with('/') {
            namespace.to_owned()
        } else {
            format!("/{namespace}")
        };
        let found = self
            .sockets
            .iter()
            .position(|socket| socket.namespace == namespace);
        SocketKey(found.unwrap_or_else(|| {
            let mut socket = Socket::new(&namespace);
            socket.recovery.epoch = self.epoch;
            socket.recovery.any_text = self.deps.settings.any_offset;
            self.sockets.push(socket);
            self.sockets.len() - 1
        }))
    }

    /// Handles an input, and every deadline that has passed by then.
    pub fn handle(&mut self, input: Input, now: impl Into<Time>) {
        let now = now.into();
        self.advance(now);
        match input {
            Input::Connect(socket) => self.connect(socket),
            Input::Disconnect(socket) => self.disconnect(socket),
            Input::ReconnectNow => self.reconnect_now(),
            Input::Wake => self.wake(),
            Input::Slept => self.slept(),
            Input::CloseTransport => self.lost(DisconnectReason::ForcedClose, None, false),
            Input::Pause => self.pause(true),
            Input::Resume => self.pause(false),
            Input::Authenticated { socket, link, auth } => self.authenticated(socket, link, auth),
            Input::Link { link, event } => self.link_event(link, event),
            Input::Tick => {}
        }
        // A deadline set just now may already be due: a delay of zero, or a release after the retry time.
        self.advance(now);
    }

    /// The next action for the caller.
    pub fn poll_output(&mut self) -> Output {
        self.next_output()
            .unwrap_or_else(|| Output::Wait(self.deadline().map(Into::into)))
    }

    /// The same; if there is nothing to do, [`deadline`](Self::deadline) returns until when.
    pub(crate) fn next_output(&mut self) -> Option<Output> {
        self.deps.outputs.pop_front()
    }

    /// The connection state of a socket.
    pub fn state(&self, key: SocketKey, now: impl Into<Time>) -> State {
        let Some(socket) = self.sockets.get(key.0) else {
            return State::Disconnected { reason: None };
        };
        match (&socket.status, &self.connection) {
            (Status::Connected { id }, _) => State::Connected { id: id.clone() },
            (Status::Down, _) | (_, Connection::Closed) => State::Disconnected { reason: socket.last },
            (_, Connection::Waiting { retry_at }) => State::WaitingToReconnect {
                attempt: self.backoff.attempts(),
                retry_in: retry_at.saturating_sub(now.into()).into(),
            },
            (_, Connection::Dialling { attempt, .. }) => State::Connecting { attempt: *attempt },
            (_, Connection::Open { .. }) => State::Connecting { attempt: 0 },
        }
    }

    /// Whether the socket is connected or connecting, or waits to reconnect.
    pub fn is_active(&self, key: SocketKey) -> bool {
        let wanted = self.sockets.get(key.0).is_some_and(Socket::is_active);
        wanted && !matches!(self.connection, Connection::Closed)
    }

    /// The socket's id on the server, while it is connected.
    pub fn id(&self, key: SocketKey) -> Option<&str> {
        match &self.sockets.get(key.0)?.status {
            Status::Connected { id } => Some(id),
            _ => None,
        }
    }

    /// Whether the current connection, or otherwise the last one, resumed the one before it: the server has replayed the
    /// missed events.
    pub fn recovered(&self, key: SocketKey) -> bool {
        self.sockets
            .get(key.0)
            .is_some_and(|socket| socket.recovery.recovered)
    }

    /// The round-trip time of the last acknowledged event.
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip.map(Into::into)
    }

    /// The transport of the connection. Without one, the transport that the next one begins with.
    pub fn transport(&self) -> Transport {
        match &self.connection {
            Connection::Dialling { engine, .. } | Connection::Open { engine } => engine.transport(),
            Connection::Closed | Connection::Waiting { .. } if self.deps.websocket.is_bad() => {
                Transport::Polling
            }
            Connection::Closed | Connection::Waiting { .. } => {
                let first = self.deps.settings.transports.first().copied();
                first.unwrap_or(Transport::WebSocket)
            }
        }
    }

    /// Why the connection uses long-polling, or will, although WebSocket is preferred.
    pub fn fallback(&self, now: impl Into<Time>) -> Option<Fallback> {
        let now = now.into();
        if !LongPolling::is(self.transport()) {
            return None;
        }
        let (failure, details) = self.deps.websocket.last()?;
        let probe_at = match &self.connection {
            Connection::Open { engine } => engine.probe_at,
            _ => Some(self.deps.websocket.retry_at()),
        };
        Some(Fallback {
            failure: *failure,
            details: details.clone(),
            retry_in: probe_at.map(|at| at.saturating_sub(now).into()),
        })
    }

    /// The namespace of a socket, with its slash.
    pub fn namespace(&self, key: SocketKey) -> &str {
        self.sockets.get(key.0).map_or("/", |socket| &socket.namespace)
    }

    /// Sets whether [`SocketEvent::Ping`] and [`SocketEvent::Drained`] are reported. Off by default.
    pub fn watch_engine(&mut self, watch: bool) {
        self.deps.watched = watch;
    }

    /// The number of attempts at a connection. A link opened under a higher number than the last belongs to a new attempt.
    pub fn dials(&self) -> u64 {
        self.dials
    }

    /// The number of events that wait for a connection, or for their turn in the retry queue.
    pub fn buffered(&self, key: SocketKey) -> usize {
        self.sockets
            .get(key.0)
            .map_or(0, |socket| socket.buffer.len() + socket.queue.len())
    }

    pub(crate) fn deadline(&self) -> Option<Time> {
        let connection = match &self.connection {
            Connection::Closed => None,
            Connection::Waiting { .. } if self.paused => None,
            Connection::Waiting { retry_at } => Some(*retry_at),
            Connection::Dialling { engine, .. } | Connection::Open { engine } => engine.deadline(),
        };
        let ack = self.timeouts.first().map(|((until, _), ())| *until);
        let mut all = earliest(connection, ack);
        for engine in &self.leaving {
            all = earliest(all, engine.deadline());
        }
        all
    }

    /// Handles every deadline that has passed.
    fn advance(&mut self, now: Time) {
        self.deps.now = now;
        self.give_up_acks();
        if !self.leaving.is_empty() {
            self.advance_leaving();
        }
        match &mut self.connection {
            Connection::Waiting { retry_at } if *retry_at <= now && !self.paused => {
                self.dial(self.backoff.attempts());
            }
            Connection::Dialling { engine, .. } | Connection::Open { engine } => {
                if let Some((reason, overdue)) = engine.expired(now) {
                    let details = (reason != DisconnectReason::PingTimeout).then(|| "timeout".to_owned());
                    let at_once = overdue > SLEPT || engine.is_on_trial();
                    self.lost(reason, details, at_once);
                } else {
                    let id = engine.id();
                    let all = engine.advance(&mut self.deps);
                    self.happened(id, all);
                }
            }
            Connection::Waiting { .. } | Connection::Closed => {}
        }
    }

    fn advance_leaving(&mut self) {
        for engine in &mut self.leaving {
            // Its events no longer matter.
            engine.advance(&mut self.deps);
        }
        self.go_on_leaving();
    }

    fn wake(&mut self) {
        self.deps.websocket.hurry(&self.deps.settings);
        match &mut self.connection {
            Connection::Waiting { .. } => self.reconnect_now(),
            Connection::Open { engine } => {
                let retry_at = self.deps.websocket.retry_at();
                engine.probe_at = engine.probe_at.map(|at| at.min(retry_at));
            }
            Connection::Closed | Connection::Dialling { .. } => {}
        }
    }

    /// The connection may have died during sleep, long before its heartbeat is due.
    fn slept(&mut self) {
        self.wake();
        let Connection::Open { engine } = &mut self.connection else {
            return;
        };
        // Long-polling cannot check while a GET is pending, and that GET may be lost.
        if LongPolling::is(engine.transport()) {
            return self.lost(DisconnectReason::PingTimeout, None, true);
        }
        engine.prove_life(&mut self.deps);
    }

    fn link_event(&mut self, link: LinkId, event: LinkEvent) {
        let event = match event {
            LinkEvent::Failed(failure) => {
                let details = Some(failure.details.clone());
                self.failure = Some(Box::new(failure));
                LinkEvent::Closed {
                    reason: DisconnectReason::TransportError,
                    details,
                }
            }
            other => other,
        };
        if let Some(engine) = self.leaving.iter_mut().find(|engine| engine.owns(link)) {
            let all = engine.handle(link, event, &mut self.deps);
            if all
                .iter()
                .any(|happened| matches!(happened, Happened::Closed(..)))
            {
                engine.leaving = Some(self.deps.now);
            }
            return self.go_on_leaving();
        }
        let (Connection::Dialling { engine, .. } | Connection::Open { engine }) = &mut self.connection else {
            return;
        };
        if !engine.owns(link) {
            return;
        }
        let id = engine.id();
        let all = engine.handle(link, event, &mut self.deps);
        self.happened(id, all);
        if let Connection::Open { engine } = &self.connection
            && engine.transport() == Transport::WebSocket
        {
            self.websocket_worked = true;
        }
    }

    fn happened(&mut self, id: LinkId, all: Vec<Happened>) {
        for happened in all {
            // Events of a connection that has ended no longer matter.
            let (Connection::Dialling { engine, .. } | Connection::Open { engine }) = &self.connection else {
                return;
            };
            if engine.id() != id {
                return;
            }
            match happened {
                Happened::Opened => self.opened(),
                Happened::Message(frame) => self.message(frame),
                Happened::Ping => self.each_active(&|| SocketEvent::Ping),
                Happened::Drained => self.each_active(&|| SocketEvent::Drained),
                Happened::Upgraded => self.each_active(&|| SocketEvent::Upgraded),
                Happened::UpgradeFailed(failure) => {
                    self.each_active(&|| SocketEvent::UpgradeFailed { failure });
                }
                Happened::Closed(reason, details) => self.lost(reason, details, false),
            }
        }
    }

    fn push_event(&mut self, key: usize, event: SocketEvent) {
        self.deps.outputs.push_back(Output::Event {
            socket: SocketKey(key),
            event,
        });
    }
}

/// How long a connection has, after the device slept, to show that it is alive. Then the client reconnects.
pub const PROOF_OF_LIFE: Duration = Duration::from_secs(1);

/// A deadline missed by more than this passed during sleep: waiting before the next attempt is pointless.
const SLEPT: Time = Time::from_secs(1);
