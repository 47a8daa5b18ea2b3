//! The machine: all of the client's behaviour, without sockets, tasks, clocks or randomness.
//!
//! Call [`Machine::handle`], or one of the methods that accept something for sending, then drain [`Machine::poll_output`]
//! until it returns [`Output::Wait`]. Times are [`Duration`]s since a start of the caller's choice and never go back. If
//! time jumps forward, all deadlines in between have passed, and each takes effect once.
//!
//! - `connections`: the connection that all sockets share, made by an `engine` over a `current_transport`, left by `goodbye`;
//!   `frame_queue`: what waits for the transport
//! - `namespaces`: the sockets, one per namespace; `incoming`, `outgoing` and `queue` are what they receive and send
//!
//! Invariant: there is at most one connection at a time, besides a few that are being left; and every opened WebSocket is
//! closed by exactly one of [`Output::Close`] and [`LinkEvent::Closed`].

mod connections;
mod current_transport;
mod engine;
mod event;
mod fallback;
mod frame_queue;
mod goodbye;
mod incoming;
mod long_polling;
mod namespaces;
mod outgoing;
mod queue;
mod recovery;
mod socket;

pub use event::{
    AckRequest, Cause, Input, LinkEvent, LinkFailure, LinkId, Output, SocketEvent, SocketKey, State, Ticket,
    Transport,
};
pub use fallback::{Fallback, WebSocketFailure};

use std::time::Duration;

use crate::demand;
use crate::time::{Time, earliest};
use crate::{DisconnectReason, Settings};

use connections::{Connection, Connections};
use engine::Happened;
use long_polling::LongPolling;
use namespaces::Namespaces;
use socket::{Socket, Status};

/// The client without its I/O.
#[derive(Debug)]
pub struct Machine {
    connections: Connections,
    namespaces: Namespaces,
}

impl Machine {
    /// An idle machine. The same seed, inputs and times give the same outputs.
    pub fn new(settings: impl Into<Box<Settings>>, seed: u64) -> Self {
        demand::want_all();
        Self::with(settings.into(), seed)
    }

    /// The same with the parts that the program has asked for.
    pub(crate) fn with(settings: Box<Settings>, seed: u64) -> Self {
        Self {
            connections: Connections::new(settings, seed),
            namespaces: Namespaces::new(),
        }
    }

    /// Sets the wall-clock time, since 1970, at time zero, by which the times in recovery offsets are recognised. Call it
    /// before [`socket`](Self::socket).
    pub fn set_epoch(&mut self, epoch: impl Into<Time>) {
        self.namespaces.epoch = Some(epoch.into());
    }

    /// The socket of a namespace, created idle if it does not exist. Namespaces share one connection.
    pub fn socket(&mut self, namespace: &str) -> SocketKey {
        let any_offset = self.connections.deps.settings.any_offset;
        self.namespaces.socket(namespace, any_offset)
    }

    /// Handles an input, and every deadline that has passed by then.
    pub fn handle(&mut self, input: Input, now: impl Into<Time>) {
        let now = now.into();
        // An earlier input of the same time has ended with this.
        if now > self.connections.deps.now {
            self.advance(now);
        }
        let Self {
            connections,
            namespaces,
        } = self;
        match input {
            Input::Connect(socket) => namespaces.connect(connections, socket),
            Input::Disconnect(socket) => namespaces.disconnect(connections, socket, None),
            Input::ReconnectNow => namespaces.reconnect_now(connections),
            Input::Wake => self.wake(),
            Input::Slept => self.slept(),
            Input::CloseTransport => {
                namespaces.lost(connections, DisconnectReason::ForcedClose, None, false);
            }
            Input::Offline => {
                let details = Some("the device is offline".to_owned());
                namespaces.end(connections, DisconnectReason::TransportClose, details, false);
            }
            Input::Unload => {
                connections.abandon_leaving();
                if LongPolling::is(connections.transport()) {
                    let details = Some("the page is gone".to_owned());
                    namespaces.end(connections, DisconnectReason::TransportClose, details, false);
                }
            }
            Input::Pause => connections.pause(true),
            Input::Resume => connections.pause(false),
            Input::Authenticated { socket, link, auth } => {
                namespaces.authenticated(connections, socket, link, auth);
            }
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
        self.connections.deps.outputs.pop_front()
    }

    pub(crate) fn deadline(&self) -> Option<Time> {
        let sockets = self.namespaces.sockets.iter();
        let acks = sockets.map(|socket| socket.acks.deadline());
        acks.fold(self.connections.deadline(), earliest)
    }

    /// The connection state of a socket.
    pub fn state(&self, key: SocketKey, now: impl Into<Time>) -> State {
        let Some(socket) = self.namespaces.get(key) else {
            return State::Disconnected { reason: None };
        };
        match (&socket.status, &self.connections.current) {
            (Status::Connected { id }, _) => State::Connected { id: id.clone() },
            (Status::Down, _) | (_, Connection::Closed) => State::Disconnected { reason: socket.last },
            (_, Connection::Waiting { retry_at }) => State::WaitingToReconnect {
                attempt: self.connections.backoff.attempts(),
                retry_in: retry_at.saturating_sub(now.into()).into(),
            },
            (_, Connection::Dialling { attempt, .. }) => State::Connecting { attempt: *attempt },
            (_, Connection::Open { .. }) => State::Connecting { attempt: 0 },
        }
    }

    /// Whether the socket is connected or connecting, or waits to reconnect.
    pub fn is_active(&self, key: SocketKey) -> bool {
        let wanted = self.namespaces.get(key).is_some_and(Socket::is_active);
        wanted && !matches!(self.connections.current, Connection::Closed)
    }

    /// The socket's id on the server, while it is connected.
    pub fn id(&self, key: SocketKey) -> Option<&str> {
        match &self.namespaces.get(key)?.status {
            Status::Connected { id } => Some(id),
            _ => None,
        }
    }

    /// Whether the current connection, or otherwise the last one, resumed the one before it: the server has replayed the
    /// missed events.
    pub fn recovered(&self, key: SocketKey) -> bool {
        let socket = self.namespaces.get(key);
        socket.is_some_and(|socket| socket.recovery.recovered)
    }

    /// The round-trip time of the last acknowledged event.
    pub fn round_trip(&self) -> Option<Duration> {
        self.namespaces.round_trip.map(Into::into)
    }

    /// The transport of the connection. Without one, the transport that the next one begins with.
    pub fn transport(&self) -> Transport {
        self.connections.transport()
    }

    /// Why the connection uses long-polling, or will, although WebSocket is preferred.
    pub fn fallback(&self, now: impl Into<Time>) -> Option<Fallback> {
        self.connections.fallback(now.into())
    }

    /// The namespace of a socket, with its slash.
    pub fn namespace(&self, key: SocketKey) -> &str {
        self.namespaces.get(key).map_or("/", |socket| &socket.namespace)
    }

    /// Sets whether [`SocketEvent::Ping`] and [`SocketEvent::Drained`] are reported. Off by default.
    pub fn watch_engine(&mut self, watch: bool) {
        self.connections.deps.watched = watch;
    }

    /// The number of attempts at a connection. A link opened under a higher number than the last belongs to a new attempt.
    pub fn dials(&self) -> u64 {
        self.connections.dials
    }

    /// The number of events that wait for a connection, or for their turn in the retry queue.
    pub fn buffered(&self, key: SocketKey) -> usize {
        let socket = self.namespaces.get(key);
        socket.map_or(0, |socket| socket.buffer.len() + socket.queue.len())
    }

    /// The number of events emitted so far, on any socket. Of those, [`take_dropped`](Self::take_dropped) tells from now on.
    pub fn watch_emitted(&mut self) -> u64 {
        self.connections.deps.emissions.watch()
    }

    /// Of the first `emitted` events, the number of this socket's that wait, or that a link has not handed over yet. Sockets share
    /// a link.
    pub fn unsent(&self, key: SocketKey, emitted: u64) -> usize {
        let Some(socket) = self.namespaces.get(key) else {
            return 0;
        };
        // The first event of the retry queue may be in flight, and still waits for its ack.
        let first = socket.queue.front().map(|first| first.number);
        let under_way = self.connections.unsent().filter(|number| Some(*number) != first);
        let buffered = socket.buffer.iter().map(|kept| kept.number);
        let queued = socket.queue.iter().map(|queued| queued.number);
        let all = under_way.chain(buffered).chain(queued);
        all.filter(|number| *number < emitted).count()
    }

    /// The watched events that were dropped since the last call: each one's socket and how many were emitted before it.
    pub fn take_dropped(&mut self) -> Vec<(SocketKey, u64)> {
        self.connections.deps.emissions.take_dropped()
    }

    /// Disconnects every socket for good; `details` says why, if the program did not ask for it.
    pub fn shut_down(&mut self, details: Option<&str>, now: impl Into<Time>) {
        self.connections.deps.now = now.into();
        for key in 0..self.namespaces.sockets.len() {
            self.namespaces
                .disconnect(&mut self.connections, SocketKey(key), details);
        }
    }

    /// Whether everything sent is handed over, and every connection that was left is gone.
    pub fn is_settled(&self) -> bool {
        self.connections.is_settled()
    }

    /// Whether a connection is still being left.
    pub fn is_leaving(&self) -> bool {
        self.connections.is_leaving()
    }

    /// Handles every deadline that has passed.
    fn advance(&mut self, now: Time) {
        let Self {
            connections,
            namespaces,
        } = self;
        connections.deps.now = now;
        namespaces.give_up_acks(connections);
        connections.advance_leaving();
        match &mut connections.current {
            Connection::Waiting { retry_at } if *retry_at <= now && !connections.paused => {
                let attempt = connections.backoff.attempts();
                namespaces.dial(connections, attempt);
            }
            Connection::Dialling { engine, .. } | Connection::Open { engine } => {
                if let Some((reason, overdue)) = engine.expired(now) {
                    let details = (reason != DisconnectReason::PingTimeout).then(|| "timeout".to_owned());
                    let at_once = overdue > SLEPT || engine.is_on_trial();
                    namespaces.lost(connections, reason, details, at_once);
                } else {
                    let id = engine.id();
                    let all = engine.advance(&mut connections.deps);
                    self.happened(id, all);
                }
            }
            Connection::Waiting { .. } | Connection::Closed => {}
        }
    }

    fn wake(&mut self) {
        self.connections.wake();
        if matches!(self.connections.current, Connection::Waiting { .. }) {
            self.namespaces.reconnect_now(&mut self.connections);
        }
    }

    /// The connection may have died during sleep, long before its heartbeat is due.
    fn slept(&mut self) {
        self.wake();
        let Some((engine, deps)) = self.connections.open() else {
            return;
        };
        // Long-polling cannot check while a GET is pending, and that GET may be lost.
        if LongPolling::is(engine.transport()) {
            let reason = DisconnectReason::PingTimeout;
            return self.namespaces.lost(&mut self.connections, reason, None, true);
        }
        engine.prove_life(deps);
    }

    fn link_event(&mut self, link: LinkId, event: LinkEvent) {
        let event = match event {
            LinkEvent::Answered(body)
                if LongPolling::is_wanted() && !body.starts_with('0') && self.connections.dials_by(link) =>
            {
                LinkEvent::Failed(LinkFailure::answer(200, "", body))
            }
            other => other,
        };
        let event = match event {
            LinkEvent::Failed(failure) => {
                let details = Some(failure.details.clone());
                if LongPolling::is_wanted() && failure.status == Some(400) {
                    self.connections.refused(link);
                }
                // Nobody waits for the last request of a session that is over.
                if self.connections.engine().is_some_and(|engine| engine.owns(link)) {
                    self.connections.failure = Some(Box::new(failure));
                }
                LinkEvent::Closed {
                    reason: DisconnectReason::TransportError,
                    details,
                }
            }
            other => other,
        };
        let Some(event) = self.connections.leaving_event(link, event) else {
            return;
        };
        let (Connection::Dialling { engine, .. } | Connection::Open { engine }) =
            &mut self.connections.current
        else {
            return;
        };
        if !engine.owns(link) {
            return;
        }
        let id = engine.id();
        let all = engine.handle(link, event, &mut self.connections.deps);
        self.happened(id, all);
        self.connections.note_working_websocket();
    }

    fn happened(&mut self, id: LinkId, mut all: Vec<Happened>) {
        let Self {
            connections,
            namespaces,
        } = self;
        for happened in all.drain(..) {
            // Events of a connection that has ended no longer matter.
            if connections.engine().is_none_or(|engine| engine.id() != id) {
                return;
            }
            match happened {
                Happened::Opened => namespaces.opened(connections),
                Happened::Message(frame) => namespaces.message(connections, frame),
                Happened::Ping | Happened::Drained if !demand::engine_events::is_wanted() => {}
                Happened::Upgraded | Happened::UpgradeFailed(_) if !LongPolling::is_wanted() => {}
                Happened::Ping => namespaces.each_active(connections, &|| SocketEvent::Ping),
                Happened::Drained => namespaces.each_active(connections, &|| SocketEvent::Drained),
                Happened::Upgraded => namespaces.each_active(connections, &|| SocketEvent::Upgraded),
                Happened::UpgradeFailed(failure) => {
                    namespaces.each_active(connections, &|| SocketEvent::UpgradeFailed { failure });
                }
                Happened::Closed(reason, details) => namespaces.lost(connections, reason, details, false),
            }
        }
        // A tick brings a list without room.
        if all.capacity() > 0 {
            connections.deps.spare = all;
        }
    }
}

/// How long a connection has, after the device slept, to show that it is alive. Then the client reconnects.
pub const PROOF_OF_LIFE: Duration = Duration::from_secs(1);

/// A deadline missed by more than this passed during sleep: waiting before the next attempt is pointless.
const SLEPT: Time = Time::from_secs(1);
