//! The transport of a connection: a WebSocket, or HTTP long-polling with one GET and one POST in flight; and the switch from
//! the second to the first.
//!
//! To switch, the machine opens a WebSocket for the same session while polling continues, and sends it `probe`. Once it
//! answers, polling pauses: requests in flight finish (the server ends a pending GET by itself), and no new ones start. Then
//! `upgrade` goes over the WebSocket, and after it the waiting frames. So nothing is lost, and nothing is reordered.

use super::engine::{Engine, Happened};
use super::fallback::{WebSocketFailure, WebSocketRecord};
use super::long_polling::LongPolling;
use super::socket::Emissions;
use super::{LinkEvent, LinkId, Output, SocketEvent, SocketKey, Ticket, Transport};
use crate::demand;
use crate::fifo::Fifo;
use crate::packet::EnginePacket;
use crate::time::Time;
use crate::{AckError, Payload, Settings};

/// The part of the machine that its engines use.
#[derive(Debug)]
pub(super) struct Deps {
    pub(super) settings: Box<Settings>,
    /// The time of the current input.
    pub(super) now: Time,
    pub(super) emissions: Emissions,
    /// The number of links so far.
    pub(super) links: u64,
    pub(super) outputs: Fifo<Output>,
    pub(super) websocket: WebSocketRecord,
    /// Whether pings and drains are reported.
    pub(super) watched: bool,
    /// An empty list, which spares an allocation for each event of a link.
    pub(super) spare: Vec<Happened>,
}

impl Deps {
    pub(super) fn is_watched(&self) -> bool {
        demand::engine_events::is_wanted() && self.watched
    }

    fn link(&mut self) -> LinkId {
        self.links += 1;
        LinkId(self.links)
    }

    fn open(&mut self, sid: Option<String>) -> LinkId {
        let link = self.link();
        self.outputs.push_back(Output::Open { link, sid });
        link
    }

    pub(super) fn request(&mut self, sid: Option<String>, body: Option<String>) -> LinkId {
        let link = self.link();
        self.outputs.push_back(Output::Request { link, sid, body });
        link
    }

    /// Reports an event of the client itself, if the program sees those.
    #[inline(always)]
    pub(super) fn event(&mut self, socket: usize, event: SocketEvent) {
        if demand::own_events::is_wanted() {
            self.report(socket, event);
        }
    }

    pub(super) fn report(&mut self, socket: usize, event: SocketEvent) {
        self.outputs.push_back(Output::Event {
            socket: SocketKey(socket),
            event,
        });
    }

    pub(super) fn acked(&mut self, socket: usize, id: u64, result: Result<Payload, AckError>) {
        let socket = SocketKey(socket);
        let ticket = Ticket { socket, id };
        self.outputs.push_back(Output::Acked { ticket, result });
    }
}

#[derive(Debug)]
pub(super) enum CurrentTransport {
    WebSocket {
        link: LinkId,
        writable: bool,
    },
    Polling {
        get: Option<LinkId>,
        post: Option<LinkId>,
        built_in: LongPolling,
    },
    /// It ended by itself.
    Gone(Transport),
}

/// A WebSocket to switch to.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) link: LinkId,
    pub(super) until: Option<Time>,
    /// Whether its WebSocket is open.
    stands: bool,
    stage: ProbeStage,
    _built_in: LongPolling,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ProbeStage {
    /// WebSocket failed before: first one with its own session is tried, because a server may end a session whose upgrade
    /// fails.
    Scouting,
    /// That WebSocket got its handshake, and has to stay open for a while.
    Standing,
    /// It joins the session, and gets a probe.
    Asking,
    /// It answered: polling pauses.
    Pausing,
}

/// How long a WebSocket that is tried has to stay open before the switch.
const STANDS: Time = Time::from_secs(2);

impl Probe {
    /// Whether the WebSocket has joined the session.
    pub(super) fn has_joined(&self) -> bool {
        self.stands && matches!(self.stage, ProbeStage::Asking | ProbeStage::Pausing)
    }

    pub(super) fn link(&self) -> LinkId {
        self.link
    }

    pub(super) fn until(&self) -> Option<Time> {
        self.until
    }
}

impl CurrentTransport {
    pub(super) fn dial(transport: Transport, deps: &mut Deps) -> Self {
        match (transport, LongPolling::wanted()) {
            (Transport::Polling, Some(built_in)) => Self::Polling {
                get: Some(deps.request(None, None)),
                post: None,
                built_in,
            },
            _ => Self::WebSocket {
                link: deps.open(None),
                writable: false,
            },
        }
    }

    pub(super) fn first_link(&self) -> LinkId {
        self.links().next().unwrap_or(LinkId(0))
    }

    pub(super) fn close_links(&self, deps: &mut Deps) {
        for link in self.links() {
            deps.outputs.push_back(Output::Close { link });
        }
    }

    pub(super) fn links(&self) -> impl Iterator<Item = LinkId> + use<> {
        let (first, second) = match self {
            Self::WebSocket { link, .. } => (Some(*link), None),
            Self::Polling { get, post, .. } if LongPolling::is_wanted() => (*get, *post),
            Self::Polling { .. } | Self::Gone(_) => (None, None),
        };
        first.into_iter().chain(second)
    }

    pub(super) fn kind(&self) -> Transport {
        match self {
            Self::WebSocket { .. } => Transport::WebSocket,
            Self::Polling { .. } => Transport::Polling,
            Self::Gone(transport) => *transport,
        }
    }

    pub(super) fn owns(&self, id: LinkId) -> bool {
        match self {
            Self::WebSocket { link, .. } => *link == id,
            Self::Polling { get, post, .. } if LongPolling::is_wanted() => {
                *get == Some(id) || *post == Some(id)
            }
            Self::Polling { .. } | Self::Gone(_) => false,
        }
    }

    pub(super) fn is_writable(&self) -> bool {
        match self {
            Self::WebSocket { writable, .. } => *writable,
            Self::Polling { post, .. } if LongPolling::is_wanted() => post.is_none(),
            Self::Polling { .. } | Self::Gone(_) => false,
        }
    }

    /// One of its links ended by itself: the others end, too.
    pub(super) fn abandon(&mut self, ended: LinkId, deps: &mut Deps) {
        if let Self::Polling { get, post, .. } = self
            && LongPolling::is_wanted()
        {
            for link in get.iter().chain(post.iter()).filter(|link| **link != ended) {
                deps.outputs.push_back(Output::Close { link: *link });
            }
        }
        *self = Self::Gone(self.kind());
    }

    pub(super) fn writable(&mut self) {
        if let Self::WebSocket { writable, .. } = self {
            *writable = true;
        }
    }

    /// A request is over; returns whether it was the GET.
    pub(super) fn answered(&mut self, link: LinkId) -> bool {
        let Self::Polling { get, post, .. } = self else {
            return false;
        };
        if *get == Some(link) {
            *get = None;
            return true;
        }
        if *post == Some(link) {
            *post = None;
        }
        false
    }

    /// Ends the poll under way. The last packet of a session may overtake it, and the server would refuse it: it does not know the
    /// session any more.
    pub(super) fn end_poll(&mut self, deps: &mut Deps) {
        if let Self::Polling { get, .. } = self
            && LongPolling::is_wanted()
            && let Some(link) = get.take()
        {
            deps.outputs.push_back(Output::Close { link });
        }
    }
}

impl Engine {
    pub(super) fn is_pausing(&self) -> bool {
        LongPolling::is_wanted() && matches!(&self.probe, Some(probe) if probe.stage == ProbeStage::Pausing)
    }

    /// Whether everything sent is handed over.
    pub(super) fn is_settled(&self) -> bool {
        self.waiting.is_empty() && self.transport.is_writable() && !self.is_pausing()
    }

    /// Hands over the waiting frames, if the transport accepts them.
    pub(super) fn flush(&mut self, deps: &mut Deps) {
        if self.waiting.is_empty() || self.is_pausing() {
            return;
        }
        match &mut self.transport {
            CurrentTransport::WebSocket { link, writable } if *writable => {
                *writable = false;
                deps.outputs.push_back(Output::Send {
                    link: *link,
                    frames: self.waiting.take(),
                });
            }
            CurrentTransport::Polling { post: None, .. }
                if LongPolling::is_wanted() && self.sid.is_some() =>
            {
                let body = self.waiting.take_payload(self.max_payload);
                let link = deps.request(self.sid.clone(), Some(body));
                if let CurrentTransport::Polling { post, .. } = &mut self.transport {
                    *post = Some(link);
                }
            }
            CurrentTransport::WebSocket { .. }
            | CurrentTransport::Polling { .. }
            | CurrentTransport::Gone(_) => {}
        }
    }

    /// Requests the next packets, unless polling pauses, or the last packet of a leaving client is on its way: the server would
    /// answer that it does not know the session.
    pub(super) fn poll_again(&mut self, deps: &mut Deps) {
        let has_left = self.leaving.is_some() && self.processed.is_some();
        if !LongPolling::is_wanted() || self.is_pausing() || has_left {
            return;
        }
        if let CurrentTransport::Polling { get: get @ None, .. } = &mut self.transport {
            *get = Some(deps.request(self.sid.clone(), None));
        }
    }

    pub(super) fn start_probe(&mut self, deps: &mut Deps) {
        self.probe_at = None;
        if !LongPolling::is_wanted() {
            return;
        }
        let stage = if deps.websocket.is_bad() {
            ProbeStage::Scouting
        } else {
            ProbeStage::Asking
        };
        self.open_probe(stage, deps);
    }

    fn open_probe(&mut self, stage: ProbeStage, deps: &mut Deps) {
        let CurrentTransport::Polling { built_in, .. } = self.transport else {
            return;
        };
        let sid = self.sid.clone().filter(|_| stage == ProbeStage::Asking);
        let link = deps.open(sid);
        let settings = &deps.settings;
        let patience = if settings.may_fall_back() {
            Some(settings.fallback_timeout)
        } else {
            settings.timeout
        };
        self.probe = Some(Probe {
            link,
            until: patience.map(|patience| deps.now.saturating_add(patience)),
            stands: false,
            stage,
            _built_in: built_in,
        });
    }

    /// Handles an event of the WebSocket that is being probed.
    pub(super) fn probe_event(&mut self, event: LinkEvent, happened: &mut Vec<Happened>, deps: &mut Deps) {
        let Some(probe) = &mut self.probe else { return };
        let link = probe.link;
        match (event, probe.stage) {
            (LinkEvent::Opened, stage) => {
                probe.stands = true;
                if stage == ProbeStage::Asking {
                    deps.outputs.push_back(Output::Send {
                        link,
                        frames: vec![EnginePacket::Ping("probe".into()).encode()],
                    });
                }
            }
            (LinkEvent::Writable | LinkEvent::Passed | LinkEvent::Answered(_), _) => {}
            (LinkEvent::Received(frame), ProbeStage::Scouting)
                if matches!(EnginePacket::decode(frame.clone()), Ok(EnginePacket::Open(_))) =>
            {
                probe.stage = ProbeStage::Standing;
                probe.until = Some(deps.now.saturating_add(STANDS));
            }
            (LinkEvent::Received(frame), ProbeStage::Asking)
                if EnginePacket::decode(frame.clone()) == Ok(EnginePacket::Pong("probe".into())) =>
            {
                probe.stage = ProbeStage::Pausing;
                probe.until = None;
                self.finish_upgrade(happened, deps);
            }
            // The server's heartbeats. This WebSocket does not answer them.
            (LinkEvent::Received(_), ProbeStage::Standing) => {}
            (LinkEvent::Received(_), _) => {
                deps.outputs.push_back(Output::Close { link });
                let details = Some("an unexpected packet".to_owned());
                self.stay_polling(WebSocketFailure::Broken, details, happened, deps);
            }
            (LinkEvent::Failed(_), _) => {}
            (LinkEvent::Closed { details, .. }, _) => {
                let failure = if probe.stands {
                    WebSocketFailure::Broken
                } else {
                    WebSocketFailure::Refused
                };
                self.stay_polling(failure, details, happened, deps);
            }
        }
    }

    /// Gives up a WebSocket that does not answer in time.
    pub(super) fn advance_probe(&mut self, deps: &mut Deps) -> Vec<Happened> {
        let mut happened = Vec::new();
        if !LongPolling::is_wanted() {
            return happened;
        }
        let Some(Probe {
            link,
            until: Some(until),
            stage,
            ..
        }) = self.probe
        else {
            return happened;
        };
        if until > deps.now {
            return happened;
        }
        if stage == ProbeStage::Standing {
            deps.outputs.push_back(Output::Send {
                link,
                frames: vec![EnginePacket::Close.encode()],
            });
            deps.outputs.push_back(Output::Close { link });
            self.open_probe(ProbeStage::Asking, deps);
        } else {
            deps.outputs.push_back(Output::Close { link });
            self.stay_polling(WebSocketFailure::Silent, None, &mut happened, deps);
        }
        happened
    }

    fn stay_polling(
        &mut self,
        failure: WebSocketFailure,
        details: Option<String>,
        happened: &mut Vec<Happened>,
        deps: &mut Deps,
    ) {
        self.probe = None;
        deps.websocket.failed(failure, details, &deps.settings, deps.now);
        if deps.settings.may_fall_back() {
            self.probe_at = Some(deps.websocket.retry_at());
        }
        happened.push(Happened::UpgradeFailed(failure));
        self.poll_again(deps);
        self.flush(deps);
    }

    /// Switches to the WebSocket once polling has paused.
    pub(super) fn finish_upgrade(&mut self, happened: &mut Vec<Happened>, deps: &mut Deps) {
        let (
            true,
            Some(Probe { link, .. }),
            CurrentTransport::Polling {
                get: None,
                post: None,
                ..
            },
        ) = (self.is_pausing(), &self.probe, &self.transport)
        else {
            return;
        };
        let link = *link;
        self.probe = None;
        self.transport = CurrentTransport::WebSocket {
            link,
            writable: false,
        };
        self.upgraded();
        let mut frames = self.waiting.take();
        frames.insert(0, EnginePacket::Upgrade.encode());
        deps.outputs.push_back(Output::Send { link, frames });
        happened.push(Happened::Upgraded);
    }
}
