//! The world between the machines: time, the network, storage and the other tabs, and everything that goes wrong there.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use steadfast_client::record::OutboxItem;
use steadfast_client::session::{Input, Options, Request, RequestError, RequestId};
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
    pub(crate) steps: u64,
    pub(crate) agenda: BTreeMap<(Duration, u64), Happening>,
    pub(crate) count: u64,
    pub(crate) next_conn: u64,
    pub(crate) lives: u32,
    /// Who is connected, as the server knows it.
    pub(crate) connections: BTreeMap<u64, (TabId, Person)>,
    /// When the last packet of each connection and direction arrives: links keep order.
    pub(crate) fifo: BTreeMap<(u64, bool), Duration>,
    pub(crate) told: BTreeMap<(TabId, TabId), Duration>,
    pub(crate) history: History,
}

/// What people did and were shown.
#[derive(Default)]
pub(crate) struct History {
    /// By the tab that took the post, in order: room and id.
    pub(crate) posted: BTreeMap<(usize, usize, u32), Vec<(RoomId, EntryId)>>,
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

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
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

    /// A person presses Enter in a tab.
    pub(crate) fn post(&mut self, id: TabId, room: RoomId, text: &str) {
        let entry = self.fresh_id();
        let at = self.now.as_millis() as u64;
        let refused = self.tab(id).is_none_or(|tab| tab.session.can_post().is_err());
        if !refused {
            // With a full disk, a refreshed tab may type on before it hears what it held before.
            let life = if self.weather.full_disk { id.life } else { 0 };
            let posted = self.history.posted.entry((id.device, id.slot, life)).or_default();
            posted.push((room, entry));
            let text = MessageText::parse(text).unwrap();
            self.input(
                id,
                Input::Post {
                    room,
                    id: entry,
                    text,
                    reply_to: None,
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

pub(crate) fn brief(input: &Input) -> String {
    let mut text = format!("{input:?}");
    if text.len() > 300 {
        let cut = (0..=300).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(cut);
    }
    text
}
