//! A tab: a session and a socket, both the real machines, and the shell between them.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use socketio_anywhere::Settings;
use socketio_anywhere::protocol::{self, Machine, SocketKey};
use steadfast_client::session::{Input, Options, Output, Request, RequestId, Session};
use steadfast_shared::http::SessionInfo;

use crate::history::Seen;
use crate::line::LineId;
use crate::script::Spot;
use crate::words;
use crate::world::{Happening, World};

/// How long a tab waits for its storage, as `client::link` does.
const LOADING_TAKES: Duration = Duration::from_secs(3);

/// One life of one tab. A refresh begins another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct TabId {
    pub(crate) device: usize,
    pub(crate) slot: usize,
    pub(crate) life: u32,
}

pub(crate) struct Tab {
    pub(crate) id: TabId,
    pub(crate) session: Session,
    pub(crate) socket: Machine,
    pub(crate) key: SocketKey,
    /// The lines of its socket, by the transport's ids.
    pub(crate) lines: BTreeMap<protocol::LinkId, LineId>,
    /// Pending requests, by the ticket of their acks.
    pub(crate) pending: BTreeMap<protocol::Ticket, (RequestId, AnswerKind)>,
    /// Inputs that arrived before the storage answered.
    before: Option<VecDeque<Input>>,
    pub(crate) waits_for_storage: bool,
    pub(crate) frozen_until: Duration,
    /// The timer last requested; older ones are void.
    session_timer: u64,
    pub(crate) socket_timer: u64,
    steps: u64,
    pub(crate) seen: Seen,
}

/// The kind of the awaited answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AnswerKind {
    Send,
    History,
    Sync,
    Watch,
}

impl AnswerKind {
    pub(crate) fn of(request: &Request) -> Self {
        match request {
            Request::Send(_) => Self::Send,
            Request::History(_) => Self::History,
            Request::Sync(_) => Self::Sync,
            Request::Watch(_) => Self::Watch,
        }
    }
}

impl Tab {
    fn new(id: TabId, options: Options, seed: u64) -> Self {
        // The session says when to dial.
        let mut settings = Settings::default();
        settings.reconnection = false;
        let mut socket = Machine::new(settings, seed);
        Self {
            id,
            session: Session::new(options, seed),
            key: socket.socket("/"),
            socket,
            lines: BTreeMap::new(),
            pending: BTreeMap::new(),
            before: Some(VecDeque::new()),
            waits_for_storage: false,
            frozen_until: Duration::ZERO,
            session_timer: 0,
            socket_timer: 0,
            steps: 0,
            seen: Seen::default(),
        }
    }

    /// Whether its storage has answered, or is no longer waited for.
    pub(crate) fn has_begun(&self) -> bool {
        self.before.is_none()
    }
}

impl World {
    pub(crate) fn start(&mut self, device: usize, slot: usize) {
        if self.devices[device].tabs[slot].is_some() || self.devices[device].left {
            return;
        }
        self.lives += 1;
        let life = self.lives;
        let id = TabId { device, slot, life };
        let seed = self.rng.roll();
        let tab = Tab::new(id, self.options.clone(), seed);
        self.devices[device].tabs[slot] = Some(tab);
        self.say(|| format!("{} opens", words::tab(id)));
        self.load(id);
        self.plan(LOADING_TAKES, Happening::LoadingTakesLong(id));
    }

    pub(crate) fn live(&self, spot: Spot) -> Option<TabId> {
        self.devices[spot.device].tabs[spot.slot]
            .as_ref()
            .map(|tab| tab.id)
    }

    pub(crate) fn loaded(&mut self, id: TabId) {
        if self.tab(id).is_some() {
            let held = self.held(id);
            self.restored(id, held);
            self.elect(id.device);
        }
    }

    pub(crate) fn loading_takes_long(&mut self, id: TabId) {
        if self.tab(id).is_some_and(|tab| !tab.has_begun()) {
            self.say(|| format!("{} does not wait for its storage any longer", words::tab(id)));
            self.restored(id, steadfast_client::Restored::default());
        }
    }

    fn restored(&mut self, id: TabId, held: steadfast_client::Restored) {
        let Some(tab) = self.tab(id) else { return };
        let waiting = tab.before.take();
        let first = waiting.is_some();
        self.input(id, Input::Restored(held));
        for input in waiting.into_iter().flatten() {
            self.input(id, input);
        }
        if first {
            self.input(id, Input::Connect);
        }
    }

    /// Ends a tab, whatever it was doing.
    pub(crate) fn kill(&mut self, id: TabId) {
        self.say(|| format!("{} closes", words::tab(id)));
        let lines: Vec<LineId> = self
            .tab(id)
            .map(|tab| tab.lines.values().copied().collect())
            .unwrap_or_default();
        for line in lines {
            self.close_at_tab(line);
        }
        let ended = self.devices[id.device].tabs[id.slot].take();
        self.last_message.retain(|(from, to), _| *from != id && *to != id);
        self.tab_is_gone(id);
        let device = &self.devices[id.device];
        let held = ended.iter().flat_map(|tab| tab.session.outbox());
        let unwritten = held.map(|item| item.id).filter(|id| !device.has_written(*id));
        self.history.adrift.extend(unwritten);
    }

    /// Feeds a session an input, and carries out its outputs.
    pub(crate) fn input(&mut self, id: TabId, input: Input) {
        let now = self.now;
        let Some(tab) = self.tab(id) else { return };
        if let Some(before) = &mut tab.before {
            before.push_back(input);
            return;
        }
        tab.session.handle(input, now);
        tab.steps += 1;
        let steps = tab.steps;
        let mut outputs = Vec::new();
        let wait = loop {
            match tab.session.poll_output() {
                Output::Wait(until) => break until,
                output => outputs.push(output),
            }
        };
        tab.session_timer += 1;
        let timer = tab.session_timer;
        if let Some(until) = wait {
            // A timer may be late; a deadline in the past would be a busy loop.
            let after = until.saturating_sub(now).max(Duration::from_millis(1));
            self.plan(after, Happening::SessionTick { tab: id, timer });
        }
        for output in outputs {
            self.carry_out(id, output);
        }
        // Often enough to notice lasting faults, seldom enough to run many worlds.
        if steps.is_multiple_of(self.look_every) {
            crate::check::screen(self, id);
        }
    }

    fn carry_out(&mut self, id: TabId, output: Output) {
        match output {
            Output::Request {
                request,
                ask,
                timeout,
            } => self.ask(id, request, &ask, timeout),
            Output::Emit(ephemeral) => self.emit(id, ephemeral),
            Output::Store { ticket, writes } => self.store(id, ticket, writes),
            Output::Broadcast(news) => self.broadcast_to_tabs(id, &news),
            Output::Dial => self.wish(id, protocol::Input::Connect),
            Output::HangUp => self.wish(id, protocol::Input::Disconnect),
            Output::RenewSession => {
                let after = self.rng.millis(50, 500);
                self.plan(after, Happening::SignIn(id));
            }
            Output::Changed(_) | Output::Wait(_) => {}
        }
    }

    pub(crate) fn session_tick(&mut self, id: TabId, timer: u64) {
        if self.tab(id).is_some_and(|tab| tab.session_timer == timer) {
            self.input(id, Input::Tick);
        }
    }

    /// The server does not know the device: a person signs in, unless the server cannot be reached.
    pub(crate) fn sign_in(&mut self, id: TabId) {
        if self.tab(id).is_none() {
            return;
        }
        if !self.server.is_up() || !self.devices[id.device].network {
            return self.input(id, Input::NotRenewed);
        }
        let me = self.server.database.sign_in(self.devices[id.device].owner);
        let epoch = self.server.database.epoch;
        self.devices[id.device].cookie = Some((epoch, me.clone()));
        self.say(|| format!("{} signs in", words::tab(id)));
        self.input(id, Input::SignedIn(SessionInfo::new(me, epoch)));
    }
}
