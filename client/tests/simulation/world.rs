//! The world between the machines: time, the network, storage and the other tabs, and everything that goes wrong there.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use steadfast_client::Disk;
use steadfast_client::news::PeerNews;
use steadfast_client::record::{OutboxItem, StorageError, Write};
use steadfast_client::session::{
    Answer, Input, LinkEnd, Options, Output, Request, RequestError, RequestId, ServerEvent,
};
use steadfast_shared::event::{self, ClosingReason};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::{EntryId, HandshakeError, MessageText, Person, RoomId};

use crate::device::{Device, Link, Tab, TabId};
use crate::dice::Dice;
use crate::server::Server;

/// How bad the world is.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    pub(crate) lose_answers: u64,
    pub(crate) lose_entries: u64,
    pub(crate) repeat_entries: u64,
    pub(crate) delay_entries: u64,
    pub(crate) busy: u64,
    /// Percent of elected tabs that never come to know it.
    pub(crate) frozen: u64,
    pub(crate) full_disk: bool,
    pub(crate) wipes: bool,
}

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Start {
        device: usize,
        slot: usize,
    },
    Restore(TabId),
    Elect(TabId),
    Dial {
        tab: TabId,
        dial: u64,
    },
    Refused {
        tab: TabId,
        dial: u64,
    },
    SignIn(TabId),
    Arrive {
        tab: TabId,
        conn: u64,
        person: Person,
        request: RequestId,
        ask: Box<Request>,
    },
    /// To the tab, over one connection.
    Deliver {
        tab: TabId,
        conn: u64,
        input: Box<Input>,
    },
    Timeout {
        tab: TabId,
        request: RequestId,
    },
    /// From another tab, or from a timer of this one.
    Local {
        tab: TabId,
        input: Box<Input>,
    },
    Tick {
        tab: TabId,
        timer: u64,
    },
    Commit {
        device: usize,
    },
    ServerUp,
}

pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) dice: Dice,
    pub(crate) server: Server,
    pub(crate) devices: Vec<Device>,
    pub(crate) weather: Weather,
    pub(crate) options: Options,
    pub(crate) look_every: u64,
    steps: u64,
    agenda: BTreeMap<(Duration, u64), Happening>,
    count: u64,
    next_conn: u64,
    lives: u32,
    /// Who is connected, as the server knows it.
    pub(crate) connections: BTreeMap<u64, (TabId, Person)>,
    /// When the last packet of each connection and direction arrives: links keep order.
    fifo: BTreeMap<(u64, bool), Duration>,
    told: BTreeMap<(TabId, TabId), Duration>,
    pub(crate) history: History,
}

/// What people did and were shown.
#[derive(Default)]
pub(crate) struct History {
    /// By the tab that took the post, in order: room and id.
    pub(crate) posted: BTreeMap<(usize, usize), Vec<(RoomId, EntryId)>>,
    /// Shown as saved or sent, somewhere, at some time.
    pub(crate) shown_safe: HashSet<EntryId>,
    pub(crate) discarded: HashSet<EntryId>,
    /// Retried or edited by a person: out of order by their own wish.
    pub(crate) touched: HashSet<EntryId>,
    /// Acknowledged to some tab, in some epoch.
    pub(crate) acked: HashSet<EntryId>,
    pub(crate) log: Vec<String>,
}

impl World {
    pub(crate) fn new(
        seed: u64,
        server: Server,
        devices: Vec<Device>,
        weather: Weather,
        options: Options,
    ) -> Self {
        let mut world = Self {
            now: Duration::from_secs(1),
            dice: Dice::new(seed),
            server,
            devices,
            weather,
            options,
            look_every: 1,
            steps: 0,
            agenda: BTreeMap::new(),
            count: 0,
            next_conn: 0,
            lives: 0,
            connections: BTreeMap::new(),
            fifo: BTreeMap::new(),
            told: BTreeMap::new(),
            history: History::default(),
        };
        world.server.busy = world.weather.busy;
        for device in 0..world.devices.len() {
            for slot in 0..world.devices[device].tabs.len() {
                let after = world.dice.millis(0, 300);
                world.plan(after, Happening::Start { device, slot });
            }
        }
        world
    }

    pub(crate) fn plan(&mut self, after: Duration, what: Happening) {
        self.count += 1;
        self.agenda.insert((self.now + after, self.count), what);
    }

    /// Lets the world run until `until`.
    pub(crate) fn run(&mut self, until: Duration) {
        while let Some(entry) = self.agenda.first_entry() {
            if entry.key().0 > until {
                break;
            }
            let ((at, _), what) = entry.remove_entry();
            self.now = at;
            self.happen(what);
        }
        self.now = until;
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        if std::env::var_os("SIMULATION_TRACE").is_some() {
            let line = format!("{:>9.3} {}", self.now.as_secs_f64(), line());
            self.history.log.push(line);
        }
    }

    pub(crate) fn tab(&mut self, id: TabId) -> Option<&mut Tab> {
        self.devices[id.device].tabs[id.slot]
            .as_mut()
            .filter(|tab| tab.id == id)
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Start { device, slot } => self.start(device, slot),
            Happening::Restore(id) => self.restore(id),
            Happening::Elect(id) => {
                if self.tab(id).is_some() {
                    let stored: Vec<OutboxItem> = self.devices[id.device].disk.outbox.clone();
                    self.input(id, Input::Elected(stored));
                }
            }
            Happening::Dial { tab, dial } => self.dial(tab, dial),
            Happening::Refused { tab, dial } => {
                if self
                    .tab(tab)
                    .is_some_and(|tab| tab.dial == dial && tab.link == Link::Dialling)
                {
                    if let Some(tab) = self.tab(tab) {
                        tab.link = Link::Refused;
                    }
                    self.input(tab, Input::LinkRefused(HandshakeError::Unauthorized));
                    let after = self.dice.millis(50, 500);
                    self.plan(after, Happening::SignIn(tab));
                }
            }
            Happening::SignIn(tab) => self.sign_in(tab),
            Happening::Arrive {
                tab,
                conn,
                person,
                request,
                ask,
            } => self.arrive(tab, conn, &person, request, *ask),
            Happening::Deliver { tab, conn, input } => {
                let up = self.tab(tab).is_some_and(|tab| tab.link == Link::Up(conn));
                let answer = match *input {
                    Input::Answered { request, .. } => Some(request),
                    _ => None,
                };
                // Late answers of a dead connection do get through to a session: it must know better.
                let stale = answer.is_some() && self.dice.chance(30);
                let pending =
                    answer.is_none_or(|request| self.tab(tab).is_some_and(|tab| tab.asked.remove(&request)));
                if (up && pending) || stale {
                    self.input(tab, *input);
                }
            }
            Happening::Timeout { tab, request } => {
                if self.tab(tab).is_some_and(|tab| tab.asked.remove(&request)) {
                    self.input(
                        tab,
                        Input::Answered {
                            request,
                            result: Err(RequestError::Timeout),
                        },
                    );
                }
            }
            Happening::Local { tab, input } => self.input(tab, *input),
            Happening::Tick { tab, timer } => {
                if self.tab(tab).is_some_and(|tab| tab.timer == timer) {
                    self.input(tab, Input::Tick);
                }
            }
            Happening::Commit { device } => self.commit(device),
            Happening::ServerUp => self.server.up = true,
        }
    }

    fn start(&mut self, device: usize, slot: usize) {
        if self.devices[device].tabs[slot].is_some() {
            return;
        }
        self.lives += 1;
        let id = TabId {
            device,
            slot,
            life: self.lives,
        };
        self.note(|| format!("{id:?} starts"));
        let seed = self.dice.roll();
        self.devices[device].tabs[slot] = Some(Tab::new(id, self.options.clone(), seed));
        let after = self.dice.millis(1, 30);
        self.plan(after, Happening::Restore(id));
    }

    fn restore(&mut self, id: TabId) {
        if self.tab(id).is_none() {
            return;
        }
        let mut restored = self.devices[id.device].disk.clone();
        // What is written, and not how far writing got, is on a disk.
        for item in &mut restored.outbox {
            item.disk = Disk::default();
        }
        self.input(id, Input::Restored(restored));
        self.plan_dial(id, Duration::ZERO);
        self.elect(id.device);
    }

    /// Gives the lock to a tab where nobody has it.
    fn elect(&mut self, device: usize) {
        let live: Vec<TabId> = self.devices[device].live().map(|tab| tab.id).collect();
        if self.devices[device]
            .elected
            .is_none_or(|elected| !live.contains(&elected))
        {
            let chosen = self.dice.pick(&live).copied();
            self.devices[device].elected = chosen;
            if let Some(id) = chosen {
                // After its own start; never, for a tab that is frozen as soon as it is elected.
                let after = self.dice.millis(31, 80);
                if !self.dice.chance(self.weather.frozen) {
                    self.plan(after, Happening::Elect(id));
                }
            }
        }
    }

    /// Ends a tab, whatever it was doing. What it had asked to be written may or may not get to the disk.
    pub(crate) fn kill(&mut self, id: TabId) {
        self.note(|| format!("{id:?} ends"));
        self.cut(id, None);
        let device = &mut self.devices[id.device];
        device.tabs[id.slot] = None;
        let mine = device.writing.iter().filter(|(tab, ..)| *tab == id).count();
        let mut kept = self.dice.below(mine + 1);
        let device = &mut self.devices[id.device];
        device.writing.retain(|(tab, ..)| {
            let keep = *tab != id || kept > 0;
            kept -= usize::from(*tab == id && kept > 0);
            keep
        });
        self.elect(id.device);
    }

    pub(crate) fn input(&mut self, id: TabId, input: Input) {
        let now = self.now;
        if self.tab(id).is_none() {
            return;
        }
        self.note(|| format!("{id:?} <- {}", brief(&input)));
        if let Input::Discard(item) = &input {
            self.history.discarded.insert(*item);
        }
        let mut outputs = Vec::new();
        if let Some(tab) = self.tab(id) {
            tab.session.handle(input, now);
            loop {
                match tab.session.poll_output() {
                    Output::Wait(until) => {
                        tab.timer += 1;
                        let timer = tab.timer;
                        if let Some(until) = until {
                            // A timer may be late; a deadline in the past would be a busy loop.
                            let after = until.saturating_sub(now).max(Duration::from_millis(1));
                            self.plan(after, Happening::Tick { tab: id, timer });
                        }
                        break;
                    }
                    output => outputs.push(output),
                }
            }
        }
        for output in outputs {
            self.carry_out(id, output);
        }
        // Often enough to see whatever lasts, seldom enough to try many worlds.
        self.steps += 1;
        if self.steps.is_multiple_of(self.look_every) {
            crate::check::a_tab(self, id);
        }
    }

    fn carry_out(&mut self, id: TabId, output: Output) {
        match output {
            Output::Request {
                request,
                ask,
                timeout,
            } => self.ask(id, request, ask, timeout),
            Output::Emit(_) | Output::Changed(_) | Output::Wait(_) => {}
            Output::Store { ticket, writes } => {
                self.devices[id.device].writing.push_back((id, ticket, writes));
                let after = self.dice.millis(1, 40);
                self.plan(after, Happening::Commit { device: id.device });
            }
            Output::Tell(news) => self.tell(id, &news),
            Output::Reconnect { after } => self.plan_dial(id, after),
        }
    }

    fn tell(&mut self, from: TabId, news: &PeerNews) {
        // As over a BroadcastChannel: what is not serialised does not arrive.
        let mut news = news.clone();
        if let PeerNews::Posted { items } = &mut news {
            items.iter_mut().for_each(|item| item.disk = Disk::default());
        }
        let others: Vec<TabId> = self.devices[from.device].live().map(|tab| tab.id).collect();
        for to in others.into_iter().filter(|to| *to != from) {
            let arrives = self.now + self.dice.millis(0, 15);
            let last = self.told.entry((from, to)).or_default();
            *last = arrives.max(*last);
            let after = *last - self.now;
            self.plan(
                after,
                Happening::Local {
                    tab: to,
                    input: Box::new(Input::Heard(news.clone())),
                },
            );
        }
    }

    fn commit(&mut self, device: usize) {
        let Some((tab, ticket, writes)) = self.devices[device].writing.pop_front() else {
            return;
        };
        let result = if self.devices[device].full
            && writes
                .iter()
                .any(|write| !matches!(write, Write::RemoveOutbox(_)))
        {
            Err(StorageError::Full)
        } else {
            for write in writes {
                self.devices[device].disk.apply(write);
            }
            Ok(())
        };
        self.input(tab, Input::Stored { ticket, result });
    }

    /// A packet's arrival, after all before it in its direction.
    fn travel(&mut self, conn: u64, up: bool) -> Duration {
        let arrives = self.now + self.dice.millis(1, 60);
        let last = self.fifo.entry((conn, up)).or_default();
        *last = arrives.max(*last);
        *last - self.now
    }

    fn plan_dial(&mut self, id: TabId, after: Duration) {
        if let Some(tab) = self.tab(id) {
            tab.dial += 1;
            let dial = tab.dial;
            self.plan(after, Happening::Dial { tab: id, dial });
        }
    }

    fn dial(&mut self, id: TabId, dial: u64) {
        if self.tab(id).is_none_or(|tab| tab.dial != dial) {
            return;
        }
        self.cut(id, Some(LinkEnd::ClosedHere));
        let reachable = self.server.up && self.devices[id.device].network;
        let Some(tab) = self.tab(id) else { return };
        if !reachable {
            tab.link = Link::Down;
            let after = self.dice.millis(500, 2_000);
            return self.plan_dial(id, after);
        }
        tab.link = Link::Dialling;
        let auth = tab.session.auth();
        // As on the wire.
        let auth: event::Auth = serde_json::from_str(&serde_json::to_string(&auth).unwrap()).unwrap();
        let cookie = self.devices[id.device].cookie.clone();
        let person = cookie
            .filter(|(epoch, _)| *epoch == self.server.epoch)
            .map(|(_, person)| person);
        let Some(person) = person else {
            let after = self.dice.millis(5, 60);
            return self.plan(after, Happening::Refused { tab: id, dial });
        };
        self.next_conn += 1;
        let conn = self.next_conn;
        self.connections.insert(conn, (id, person.clone()));
        if let Some(tab) = self.tab(id) {
            tab.link = Link::Up(conn);
        }
        self.input(id, Input::LinkUp);
        // The socket is in its rooms before the head is read, and `session` may be overtaken.
        let opened = self
            .server
            .open(&person, auth.epoch, &auth.cursors, &mut self.dice);
        let input = Input::Event(ServerEvent::Session(event::Session::Open(opened)));
        let after = self.dice.millis(1, 120);
        self.plan(
            after,
            Happening::Deliver {
                tab: id,
                conn,
                input: Box::new(input),
            },
        );
    }

    fn sign_in(&mut self, id: TabId) {
        if self.tab(id).is_none_or(|tab| tab.link != Link::Refused) {
            return;
        }
        if !self.server.up || !self.devices[id.device].network {
            let after = self.dice.millis(500, 1_000);
            return self.plan(after, Happening::SignIn(id));
        }
        let nickname = self.devices[id.device].nickname.clone();
        let me = self.server.sign_in(&nickname);
        let epoch = self.server.epoch;
        self.devices[id.device].cookie = Some((epoch, me.clone()));
        self.input(
            id,
            Input::SignedIn(SessionInfo {
                me,
                epoch,
                token: None,
            }),
        );
    }

    /// Ends a tab's connection. Packets under way to the server may still arrive, those to the tab do not.
    pub(crate) fn cut(&mut self, id: TabId, end: Option<LinkEnd>) {
        let Some(tab) = self.tab(id) else { return };
        let was = std::mem::replace(&mut tab.link, Link::Down);
        tab.asked.clear();
        if let Link::Up(conn) = was {
            self.connections.remove(&conn);
            if let Some(end) = end {
                self.input(id, Input::LinkDown(end));
            }
        }
    }

    /// The network or the server ends a tab's connection; the socket dials again.
    pub(crate) fn lose(&mut self, id: TabId) {
        if self.tab(id).is_some_and(|tab| matches!(tab.link, Link::Up(_))) {
            self.note(|| format!("{id:?} loses its link"));
            self.cut(id, Some(LinkEnd::Lost));
            let after = self.dice.millis(50, 1_500);
            self.plan_dial(id, after);
        }
    }

    /// The server ends a tab's connection, and says why or not.
    pub(crate) fn shut_out(&mut self, id: TabId) {
        if self.tab(id).is_some_and(|tab| matches!(tab.link, Link::Up(_))) {
            let reasons = [
                ClosingReason::SlowConsumer,
                ClosingReason::Flooding,
                ClosingReason::Replaced,
            ];
            if let Some(reason) = self.dice.pick(&reasons).copied() {
                let closing = event::Session::Closing { reason };
                self.input(id, Input::Event(ServerEvent::Session(closing)));
            }
            self.cut(id, Some(LinkEnd::ClosedByServer));
        }
    }

    pub(crate) fn stop_server(&mut self, down: Duration) {
        self.note(|| "the server dies".into());
        self.server.up = false;
        let connected: Vec<TabId> = self.connections.values().map(|(tab, _)| *tab).collect();
        for tab in connected {
            self.lose(tab);
        }
        self.plan(down, Happening::ServerUp);
    }

    fn ask(&mut self, id: TabId, request: RequestId, ask: Request, timeout: Duration) {
        let Some(tab) = self.tab(id) else { return };
        tab.asked.insert(request);
        let Link::Up(conn) = tab.link else {
            panic!("{id:?} asks {ask:?} without a link");
        };
        let person = self.connections[&conn].1.clone();
        let after = self.travel(conn, true);
        self.plan(
            after,
            Happening::Arrive {
                tab: id,
                conn,
                person,
                request,
                ask: Box::new(ask),
            },
        );
        self.plan(timeout, Happening::Timeout { tab: id, request });
    }

    fn arrive(&mut self, id: TabId, conn: u64, person: &Person, request: RequestId, ask: Request) {
        let alive = self.connections.contains_key(&conn);
        // A packet of a dead connection may have been in the server's hands before it died.
        let same_epoch = self.server.people.get(&person.name) == Some(person);
        if !self.server.up || !same_epoch || (!alive && self.dice.chance(50)) {
            return;
        }
        let at = self.now.as_millis() as u64;
        let (answer, published) = match ask {
            Request::Send(items) => {
                let (answer, published) = self.server.send(person, items, at, &mut self.dice);
                (Answer::Send(answer), published)
            }
            Request::History(asked) => (Answer::History(self.server.history(&asked)), Vec::new()),
            Request::Sync(_) => (Answer::Sync(Ok(self.server.heads())), Vec::new()),
        };
        if !self.dice.chance(self.weather.lose_answers) {
            let result = Ok(answer);
            let after = self.travel(conn, false);
            let input = Box::new(Input::Answered { request, result });
            self.plan(after, Happening::Deliver { tab: id, conn, input });
        }
        for entries in published {
            let everybody: Vec<(u64, TabId)> =
                self.connections.iter().map(|(c, (tab, _))| (*c, *tab)).collect();
            for (conn, tab) in everybody {
                self.publish(conn, tab, &entries);
            }
        }
    }

    fn publish(&mut self, conn: u64, tab: TabId, entries: &event::Entries) {
        if self.dice.chance(self.weather.lose_entries) {
            return;
        }
        let copies = 1 + usize::from(self.dice.chance(self.weather.repeat_entries));
        for _ in 0..copies {
            let mut after = self.travel(conn, false);
            if self.dice.chance(self.weather.delay_entries) {
                after += self.dice.millis(10, 500);
            }
            let input = Input::Event(ServerEvent::Entries(entries.clone()));
            self.plan(
                after,
                Happening::Deliver {
                    tab,
                    conn,
                    input: Box::new(input),
                },
            );
        }
    }

    /// A person presses Enter in a tab.
    pub(crate) fn post(&mut self, id: TabId, room: RoomId, text: &str) {
        let entry = self.fresh_id();
        let at = self.now.as_millis() as u64;
        let refused = self.tab(id).is_none_or(|tab| tab.session.can_post().is_err());
        if !refused {
            let posted = self.history.posted.entry((id.device, id.slot)).or_default();
            posted.push((room, entry));
            let text = MessageText::parse(text).unwrap();
            self.input(
                id,
                Input::Post {
                    room,
                    id: entry,
                    text,
                    at,
                },
            );
        }
    }

    pub(crate) fn fresh_id(&mut self) -> EntryId {
        self.count += 1;
        // A clock that jumps about: ids do not have to sort.
        EntryId(uuid::Uuid::from_u128(
            (u128::from(self.dice.roll()) << 64) | u128::from(self.count),
        ))
    }
}

fn brief(input: &Input) -> String {
    let mut text = format!("{input:?}");
    if text.len() > 300 {
        let cut = (0..=300).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(cut);
    }
    text
}
