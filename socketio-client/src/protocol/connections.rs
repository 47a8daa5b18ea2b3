//! The connection that all sockets share, from the first attempt on, and the connections that are being left.

use super::current_transport::Deps;
use super::engine::{Engine, Happened};
use super::fallback::WebSocketRecord;
use super::long_polling::LongPolling;
use super::socket::Emissions;
use super::{Fallback, LinkEvent, LinkFailure, LinkId, Transport};
use crate::backoff::{Backoff, Rng};
use crate::fifo::Fifo;
use crate::packet::{Decoder, Frame};
use crate::time::{Time, earliest};
use crate::{DisconnectReason, Settings};

/// Most connections being left at a time, so that a program that connects and disconnects in a loop does not accumulate
/// them.
const LEAVING: usize = 4;

#[derive(Debug)]
pub(super) struct Connections {
    pub(super) deps: Deps,
    pub(super) current: Connection,
    /// Connections that were left and have not ended yet.
    leaving: Vec<Engine>,
    pub(super) decoder: Decoder,
    rng: Rng,
    pub(super) backoff: Backoff,
    /// Whether the program has paused reading.
    pub(super) paused: bool,
    /// Whether a WebSocket worked last time.
    websocket_worked: bool,
    /// The link failure that ended the last attempt.
    pub(super) failure: Option<Box<LinkFailure>>,
    /// The number of attempts so far.
    pub(super) dials: u64,
}

#[derive(Debug)]
pub(super) enum Connection {
    Closed,
    Waiting { retry_at: Time },
    Dialling { engine: Box<Engine>, attempt: u32 },
    Open { engine: Box<Engine> },
}

impl Connections {
    pub(super) fn new(settings: Box<Settings>, seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            backoff: Backoff::new(
                settings.reconnection_delay,
                settings.reconnection_delay_max,
                settings.randomization_factor,
            ),
            current: Connection::Closed,
            leaving: Vec::new(),
            paused: false,
            decoder: Decoder::new(settings.limits.attachments, settings.limits.packet)
                .parser(settings.parser),
            websocket_worked: false,
            failure: None,
            dials: 0,
            deps: Deps {
                settings,
                now: Time::ZERO,
                emissions: Emissions::default(),
                links: 0,
                outputs: Fifo::new(),
                websocket: WebSocketRecord::default(),
                watched: false,
                spare: Vec::new(),
            },
        }
    }

    /// The open connection, with the means to send over it.
    pub(super) fn open(&mut self) -> Option<(&mut Engine, &mut Deps)> {
        match &mut self.current {
            Connection::Open { engine } => Some((engine, &mut self.deps)),
            _ => None,
        }
    }

    /// The connection being made or in use.
    pub(super) fn engine(&self) -> Option<&Engine> {
        match &self.current {
            Connection::Dialling { engine, .. } | Connection::Open { engine } => Some(engine),
            Connection::Closed | Connection::Waiting { .. } => None,
        }
    }

    /// Whether a link is to bring the handshake.
    pub(super) fn dials_by(&self, link: LinkId) -> bool {
        matches!(&self.current, Connection::Dialling { engine, .. } if engine.owns(link))
    }

    pub(super) fn is_writable(&self) -> bool {
        matches!(&self.current, Connection::Open { engine } if engine.is_writable())
    }

    /// Whether everything sent is handed over, and every connection that was left is gone.
    pub(super) fn is_settled(&self) -> bool {
        let settled = match &self.current {
            Connection::Open { engine } => engine.is_settled(),
            _ => true,
        };
        settled && self.leaving.is_empty()
    }

    pub(super) fn is_leaving(&self) -> bool {
        !self.leaving.is_empty()
    }

    /// The numbers of the events not yet handed over: to the kernel or the browser, or to the server by a request.
    pub(super) fn unsent(&self) -> impl Iterator<Item = u64> {
        let open = match &self.current {
            Connection::Open { engine } => Some(engine),
            _ => None,
        };
        open.into_iter().flat_map(|engine| engine.waiting.unsent())
    }

    /// The transport of the connection. Without one, the transport that the next one begins with.
    pub(super) fn transport(&self) -> Transport {
        match self.engine() {
            Some(engine) => engine.transport(),
            None if self.deps.websocket.is_bad() => Transport::Polling,
            None => {
                let first = self.deps.settings.transports.first().copied();
                first.unwrap_or(Transport::WebSocket)
            }
        }
    }

    /// Why the connection uses long-polling, or will, although WebSocket is preferred.
    pub(super) fn fallback(&self, now: Time) -> Option<Fallback> {
        if !LongPolling::is(self.transport()) {
            return None;
        }
        let (failure, details) = self.deps.websocket.last()?;
        let probe_at = match &self.current {
            Connection::Open { engine } => engine.probe_at,
            _ => Some(self.deps.websocket.retry_at()),
        };
        Some(Fallback {
            failure: *failure,
            details: details.clone(),
            retry_in: probe_at.map(|at| at.saturating_sub(now).into()),
        })
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        let current = match &self.current {
            Connection::Closed => None,
            Connection::Waiting { .. } if self.paused => None,
            Connection::Waiting { retry_at } => Some(*retry_at),
            Connection::Dialling { engine, .. } | Connection::Open { engine } => engine.deadline(),
        };
        let leaving = self.leaving.iter().map(Engine::deadline);
        leaving.fold(current, earliest)
    }

    pub(super) fn dial(&mut self, attempt: u32) {
        let prefer = self.deps.settings.remember_upgrade && self.websocket_worked;
        self.websocket_worked = false;
        self.failure = None;
        self.dials += 1;
        let engine = Box::new(Engine::dial(prefer, &mut self.deps));
        self.current = Connection::Dialling { engine, attempt };
    }

    /// The handshake is done. Returns the connection's id.
    pub(super) fn opened(&mut self) -> Option<LinkId> {
        self.decoder.reset();
        self.current = match std::mem::replace(&mut self.current, Connection::Closed) {
            Connection::Dialling { engine, .. } => Connection::Open { engine },
            other => other,
        };
        self.open().map(|(engine, _)| engine.id())
    }

    /// A connection or an attempt at one has ended: sets when to try again. Returns the delay, `Some(None)` after the last attempt, and
    /// `None` if reconnecting is off.
    pub(super) fn retry(&mut self, at_once: bool) -> Option<Option<Time>> {
        if !self.deps.settings.reconnection {
            return None;
        }
        let most = self.deps.settings.reconnection_attempts;
        if most.is_some_and(|most| self.backoff.attempts() >= most) {
            self.backoff.reset();
            return Some(None);
        }
        let mut delay = self.backoff.next(&mut self.rng);
        if at_once {
            delay = Time::ZERO;
        }
        self.current = Connection::Waiting {
            retry_at: self.deps.now.saturating_add(delay),
        };
        Some(Some(delay))
    }

    /// The current WebSocket is ending. If it never carried a heartbeat, that may say something about WebSocket here: returns
    /// whether to try long-polling at once.
    pub(super) fn ended_young(&mut self, reason: DisconnectReason, details: Option<&String>) -> bool {
        let Some(life) = self.engine().and_then(Engine::young) else {
            return false;
        };
        let Deps {
            websocket,
            settings,
            now,
            ..
        } = &mut self.deps;
        websocket.ended_young(life, reason, details.cloned(), settings, *now)
    }

    pub(super) fn pause(&mut self, paused: bool) {
        self.paused = paused;
        if let Connection::Open { engine } | Connection::Dialling { engine, .. } = &mut self.current {
            engine.pause(paused, self.deps.now);
        }
    }

    /// The network may be another one: WebSocket is tried again sooner.
    pub(super) fn wake(&mut self) {
        self.deps.websocket.hurry(&self.deps.settings);
        if let Connection::Open { engine } = &mut self.current {
            let retry_at = self.deps.websocket.retry_at();
            engine.probe_at = engine.probe_at.map(|at| at.min(retry_at));
        }
    }

    pub(super) fn note_working_websocket(&mut self) {
        if let Connection::Open { engine } = &self.current
            && engine.transport() == Transport::WebSocket
        {
            self.websocket_worked = true;
        }
    }

    /// Leaves the current connection, with a last packet.
    pub(super) fn leave(&mut self, goodbye: Vec<Frame>) {
        self.backoff.reset();
        self.decoder.reset();
        match std::mem::replace(&mut self.current, Connection::Closed) {
            Connection::Dialling { engine, .. } => engine.close(&mut self.deps),
            Connection::Open { mut engine } => {
                engine.leave(goodbye, &mut self.deps);
                self.leaving.push(*engine);
                if self.leaving.len() > LEAVING
                    && let Some(oldest) = self.leaving.first_mut()
                {
                    oldest.leaving = Some(self.deps.now);
                }
                self.go_on_leaving();
            }
            Connection::Waiting { .. } | Connection::Closed => {}
        }
    }

    /// Handles the passed deadlines of the connections that are being left.
    pub(super) fn advance_leaving(&mut self) {
        for engine in &mut self.leaving {
            // Its events no longer matter.
            engine.advance(&mut self.deps);
        }
        self.go_on_leaving();
    }

    /// The connection being left that a link belongs to, if one does, takes the event. Otherwise returns the event.
    pub(super) fn leaving_event(&mut self, link: LinkId, event: LinkEvent) -> Option<LinkEvent> {
        let Some(engine) = self.leaving.iter_mut().find(|engine| engine.owns(link)) else {
            return Some(event);
        };
        let all = engine.handle(link, event, &mut self.deps);
        let is_over = |happened: &Happened| matches!(happened, Happened::Closed(..));
        if all.iter().any(is_over) {
            engine.leaving = Some(self.deps.now);
        }
        self.go_on_leaving();
        None
    }

    /// The server answered 400 to a request: it does not know the session, and is sent nothing more.
    pub(super) fn refused(&mut self, link: LinkId) {
        let current = match &mut self.current {
            Connection::Dialling { engine, .. } | Connection::Open { engine } => Some(&mut **engine),
            Connection::Closed | Connection::Waiting { .. } => None,
        };
        for engine in self.leaving.iter_mut().chain(current) {
            if engine.transport.owns(link) {
                engine.sid = None;
            }
        }
    }

    /// Waits for nothing more that the connections being left have sent: those servers are told at once.
    pub(super) fn abandon_leaving(&mut self) {
        for engine in std::mem::take(&mut self.leaving) {
            engine.close(&mut self.deps);
        }
    }

    fn go_on_leaving(&mut self) {
        let deps = &mut self.deps;
        self.leaving.retain_mut(|engine| !engine.go_on_leaving(deps));
    }
}
