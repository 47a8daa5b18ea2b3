//! Virtual time and scheduled events.

use std::collections::BTreeMap;
use std::time::Duration;

use socketio_anywhere::packet::Frame;
use socketio_anywhere::protocol::{LinkEvent, LinkId};
use steadfast_client::record::OutboxItem;
use steadfast_client::session::{Input, Options};
use steadfast_shared::{Person, RoomId, Seq};

use crate::check::{Broken, Rule};
use crate::device::Device;
use crate::history::History;
use crate::line::{Line, LineId};
use crate::rng::Rng;
use crate::script::{Act, Script, Weather};
use crate::server::{Batch, Flaw, Gathered, Response, Server};
use crate::tab::{Tab, TabId};

/// A scheduled event.
#[derive(Debug)]
pub(crate) enum Happening {
    Act(Box<Act>),
    /// A person opens a tab.
    Start {
        device: usize,
        slot: usize,
    },
    /// The tab's storage has answered.
    Loaded(TabId),
    /// The tab has waited long enough for its storage.
    LoadingTakesLong(TabId),
    Elect(TabId),
    Elected {
        tab: TabId,
        stored: Vec<OutboxItem>,
    },
    /// An input for a session.
    Tell {
        tab: TabId,
        input: Box<Input>,
    },
    /// An event from the transport for a tab's socket.
    Link {
        tab: TabId,
        link: LinkId,
        event: LinkEvent,
    },
    SessionTick {
        tab: TabId,
        timer: u64,
    },
    SocketTick {
        tab: TabId,
        timer: u64,
    },
    SignIn(TabId),
    /// A device's oldest pending write succeeds or fails.
    Write {
        device: usize,
    },
    StorageWell {
        device: usize,
    },
    Online {
        device: usize,
    },
    /// A dialled line is up, or is refused.
    LineUp(LineId),
    ToServer {
        line: LineId,
        frame: Frame,
    },
    ToTab {
        line: LineId,
        frame: Frame,
    },
    /// One end has closed the line, and the other notices.
    LineEnds {
        line: LineId,
        at_tab: bool,
    },
    Ping(LineId),
    Pong(LineId),
    NodeUp {
        node: usize,
    },
    Open(LineId),
    Say {
        line: LineId,
        life: u32,
        response: Box<Response>,
    },
    Commit {
        node: usize,
        life: u32,
    },
    Answer {
        node: usize,
        life: u32,
        batch: Box<Batch>,
    },
    Publish {
        node: usize,
        life: u32,
        batch: Box<Batch>,
    },
    /// Another node reports that a room may have grown.
    Hint {
        node: usize,
        life: u32,
        room: RoomId,
        head: Seq,
    },
    Listen {
        node: usize,
        life: u32,
    },
    Gathered {
        node: usize,
        life: u32,
        gathered: Box<Gathered>,
    },
    Pulse {
        node: usize,
        life: u32,
    },
    Gone(Person),
}

pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) rng: Rng,
    pub(crate) weather: Weather,
    pub(crate) options: Options,
    pub(crate) look_every: u64,
    pub(crate) server: Server,
    pub(crate) flaw: Option<Flaw>,
    pub(crate) devices: Vec<Device>,
    pub(crate) lines: BTreeMap<LineId, Line>,
    pub(crate) history: History,
    pub(crate) steps: u64,
    pub(crate) lives: u32,
    /// When the last message of one tab reaches another: they arrive in order.
    pub(crate) last_message: BTreeMap<(TabId, TabId), Duration>,
    agenda: BTreeMap<(Duration, u64), Happening>,
    count: u64,
    /// The first rule broken.
    pub(crate) broken: Option<Broken>,
    /// The events in words, if requested.
    pub(crate) words: Option<Vec<String>>,
}

impl World {
    pub(crate) fn new(script: &Script, in_words: bool) -> Self {
        let shape = &script.shape;
        let options = Options {
            window: shape.window,
            window_browsing: 400,
            buffered: shape.buffered,
            ..Options::default()
        };
        let mut world = Self {
            now: Duration::from_secs(1),
            rng: Rng::new(script.seed ^ script.salt.wrapping_mul(0x9E37_79B9)),
            weather: script.weather.clone(),
            options,
            look_every: shape.look_every,
            server: Server::new(shape.rooms, shape.nodes),
            flaw: script.flaw,
            devices: shape
                .devices
                .iter()
                .map(|(who, tabs)| Device::new(*who, *tabs))
                .collect(),
            lines: BTreeMap::new(),
            history: History::default(),
            steps: 0,
            lives: 0,
            last_message: BTreeMap::new(),
            agenda: BTreeMap::new(),
            count: 0,
            broken: None,
            words: in_words.then(Vec::new),
        };
        for device in 0..world.devices.len() {
            for slot in 0..world.devices[device].tabs.len() {
                let after = world.rng.millis(0, 300);
                world.plan(after, Happening::Start { device, slot });
            }
        }
        for node in 0..shape.nodes {
            world.plan(Duration::ZERO, Happening::Pulse { node, life: 0 });
        }
        world
    }

    pub(crate) fn plan(&mut self, after: Duration, what: Happening) {
        self.count += 1;
        self.agenda.insert((self.now + after, self.count), what);
    }

    /// Lets the world run until `until`, or until a rule is broken.
    pub(crate) fn run(&mut self, until: Duration) {
        while self.broken.is_none()
            && let Some(entry) = self.agenda.first_entry()
            && entry.key().0 <= until
        {
            let ((at, _), what) = entry.remove_entry();
            self.now = at;
            self.steps += 1;
            self.happen(what);
        }
        self.now = self.now.max(until);
    }

    /// Records a broken rule, if it is the first.
    pub(crate) fn breaks(&mut self, rule: Rule, what: impl FnOnce() -> String) {
        if self.broken.is_none() {
            let broken = Broken { rule, what: what() };
            self.say(|| broken.to_string());
            self.broken = Some(broken);
        }
    }

    /// Records an event in words.
    pub(crate) fn say(&mut self, what: impl FnOnce() -> String) {
        if let Some(words) = &mut self.words {
            words.push(format!("{:>9.3} s  {}", self.now.as_secs_f64(), what()));
        }
    }

    /// Numbers everything that this world creates.
    pub(crate) fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    pub(crate) fn tab(&mut self, id: TabId) -> Option<&mut Tab> {
        self.devices[id.device].tabs[id.slot]
            .as_mut()
            .filter(|tab| tab.id == id)
    }

    fn happen(&mut self, what: Happening) {
        // A frozen tab does nothing: it notices events when it thaws.
        if let Some(id) = for_tab(&what)
            && let Some(until) = self
                .tab(id)
                .map(|tab| tab.frozen_until)
                .filter(|until| *until > self.now)
        {
            let after = until - self.now;
            return self.plan(after, what);
        }
        match what {
            Happening::Act(act) => self.act(&act),
            Happening::Start { device, slot } => self.start(device, slot),
            Happening::Loaded(tab) => self.loaded(tab),
            Happening::LoadingTakesLong(tab) => self.loading_takes_long(tab),
            Happening::Elect(tab) => self.read_for_election(tab),
            Happening::Elected { tab, stored } => self.input(tab, Input::TakeOver(stored)),
            Happening::Tell { tab, input } => self.input(tab, *input),
            Happening::Link { tab, link, event } => self.link_event(tab, link, event),
            Happening::SessionTick { tab, timer } => self.session_tick(tab, timer),
            Happening::SocketTick { tab, timer } => self.socket_tick(tab, timer),
            Happening::SignIn(tab) => self.sign_in(tab),
            Happening::Write { device } => self.write(device),
            Happening::StorageWell { device } => self.storage_well(device),
            Happening::Online { device } => self.devices[device].network = true,
            Happening::LineUp(line) => self.line_up(line),
            Happening::ToServer { line, frame } => self.at_server(line, frame),
            Happening::ToTab { line, frame } => self.at_tab(line, frame),
            Happening::LineEnds { line, at_tab } => self.line_ends(line, at_tab),
            Happening::Ping(line) => self.ping(line),
            Happening::Pong(line) => self.missed_pong(line),
            Happening::NodeUp { node } => self.node_up(node),
            Happening::Open(line) => self.open_session(line),
            Happening::Say { line, life, response } => self.say_to(line, life, *response),
            Happening::Commit { node, life } => self.commit(node, life),
            Happening::Answer { node, life, batch } => self.answer(node, life, batch),
            Happening::Publish { node, life, batch } => self.publish(node, life, &batch),
            Happening::Hint {
                node,
                life,
                room,
                head,
            } => self.hear_hint(node, life, room, head),
            Happening::Listen { node, life } => self.listen(node, life),
            Happening::Gathered { node, life, gathered } => self.gathered(node, life, *gathered),
            Happening::Pulse { node, life } => self.pulse(node, life),
            Happening::Gone(person) => self.gone(&person),
        }
    }
}

/// The tab that would notice the event.
fn for_tab(what: &Happening) -> Option<TabId> {
    match what {
        Happening::Loaded(tab)
        | Happening::LoadingTakesLong(tab)
        | Happening::Elect(tab)
        | Happening::Elected { tab, .. }
        | Happening::Tell { tab, .. }
        | Happening::Link { tab, .. }
        | Happening::SessionTick { tab, .. }
        | Happening::SocketTick { tab, .. }
        | Happening::SignIn(tab) => Some(*tab),
        _ => None,
    }
}
