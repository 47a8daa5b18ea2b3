//! A server that keeps its promises, and dies: nodes over one database.
//!
//! - `database`: durable state
//! - `change`: the result of a log's changes
//! - `gate`: connections open, get pings, and close
//! - `conversation`: opens sessions and answers requests
//! - `writer`: commit, then acknowledge, then publish; a node may die in between
//! - `listener`: every node follows all commits
//! - `guest`: the change feed, and the person whom it adds to a room and removes from it
//! - `presence`: who is present, and who is typing
//! - `flaw`: deliberate faults
//!
//! The real server's `PublishedState`, including its tails, decides which entries a node publishes and recovers.

pub(crate) mod change;
mod conversation;
pub(crate) mod database;
mod flaw;
mod gate;
mod guest;
mod listener;
mod presence;
mod writer;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use steadfast_server::realtime::entries::published::PublishedState;
use steadfast_shared::event::{Auth, Heads};
use steadfast_shared::{EntryId, Epoch, Person};
use uuid::Uuid;

use crate::line::LineId;
use crate::script::Stage;
use crate::words;
use crate::world::{Happening, World};

pub(crate) use conversation::Response;
pub(crate) use database::{Database, REFUSED};
pub(crate) use flaw::Flaw;
use guest::Followed;
pub(crate) use listener::Gathered;
use listener::Listener;
use writer::Job;
pub(crate) use writer::{Batch, POISON};

pub(crate) struct Server {
    pub(crate) database: Database,
    pub(crate) nodes: Vec<Node>,
    backup: Option<Database>,
    /// Nothing is written or read before this time.
    busy_until: Duration,
    /// Nothing can be written before this time.
    full_until: Duration,
    /// Entries that an earlier database had and this one lacks.
    pub(crate) lost: BTreeSet<EntryId>,
    /// Epochs within which the database went back in time: screens may show a log that no longer exists.
    pub(crate) went_back: BTreeSet<Epoch>,
}

pub(crate) struct Node {
    pub(crate) up: bool,
    /// Events of an earlier life are ignored.
    life: u32,
    connections: BTreeMap<LineId, Connection>,
    queue: VecDeque<Job>,
    writing: bool,
    /// How far its sockets have got: the real server's state.
    state: PublishedState,
    listener: Listener,
    followed: Followed,
    /// The heads at its start.
    began_with: Heads,
    dies: Option<(Stage, Duration)>,
}

/// One Engine.IO connection, and its person once it is in the namespace.
#[derive(Default)]
struct Connection {
    person: Option<Person>,
    tab: Option<Uuid>,
    /// The CONNECT's `auth`, until the session opens.
    auth: Option<Auth>,
    /// The heads that its open session knows.
    heads: Option<Heads>,
    pinged: Duration,
    ponged: Duration,
}

impl Server {
    pub(crate) fn new(rooms: usize, nodes: usize) -> Self {
        let database = Database::new(rooms);
        let node = || Node {
            up: true,
            life: 0,
            connections: BTreeMap::new(),
            queue: VecDeque::new(),
            writing: false,
            state: PublishedState::new(0),
            listener: Listener::default(),
            followed: Followed::all_of(&database),
            began_with: Heads::new(),
            dies: None,
        };
        Self {
            nodes: (0..nodes).map(|_| node()).collect(),
            database,
            backup: None,
            busy_until: Duration::ZERO,
            full_until: Duration::ZERO,
            lost: BTreeSet::new(),
            went_back: BTreeSet::new(),
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.nodes.iter().any(|node| node.up)
    }

    /// Everybody who is connected, each once.
    pub(crate) fn people(&self) -> BTreeSet<(String, Uuid)> {
        self.connected()
            .map(|person| (person.name.clone(), person.id.0))
            .collect()
    }

    fn connected(&self) -> impl Iterator<Item = &Person> {
        let connections = self.nodes.iter().flat_map(|node| node.connections.values());
        connections.filter_map(|connection| connection.person.as_ref())
    }
}

impl World {
    pub(crate) fn database_busy(&mut self, lasts: Duration) {
        self.say(|| format!("the database is locked for {lasts:?}"));
        self.server.busy_until = self.server.busy_until.max(self.now + lasts);
    }

    pub(crate) fn database_full(&mut self, lasts: Duration) {
        self.say(|| format!("the database's disk is full for {lasts:?}"));
        self.server.full_until = self.server.full_until.max(self.now + lasts);
    }

    pub(crate) fn wipe(&mut self, same_rooms: bool, down: Duration) {
        self.say(|| "the database is wiped".to_owned());
        let fresh = self.server.database.wiped(same_rooms);
        self.replace_database(fresh, down);
    }

    pub(crate) fn back_up(&mut self) {
        self.say(|| "a backup is made".to_owned());
        self.server.backup = Some(self.server.database.clone());
    }

    pub(crate) fn restore_backup(&mut self, by_hand: bool, down: Duration) {
        let Some(backup) = &self.server.backup else { return };
        let back = backup.restored(&self.server.database, by_hand);
        let how = if by_hand { "by hand" } else { "with a new epoch" };
        self.say(|| format!("the backup is put back, {how}"));
        if by_hand {
            self.server.went_back.insert(back.epoch);
        }
        self.replace_database(back, down);
    }

    fn replace_database(&mut self, next: Database, down: Duration) {
        for node in 0..self.server.nodes.len() {
            self.crash(node, down);
        }
        let kept: BTreeSet<EntryId> = next.ids().collect();
        let gone = self.server.database.ids().filter(|id| !kept.contains(id));
        self.server.lost.extend(gone);
        self.server.database = next;
    }

    /// A node's listener sees nothing of the stored state for a while.
    pub(crate) fn stick(&mut self, node: usize, lasts: Duration) {
        self.say(|| {
            format!(
                "{} sees nothing of what is stored for {lasts:?}",
                words::node(node)
            )
        });
        let listener = &mut self.server.nodes[node].listener;
        listener.stuck_until = listener.stuck_until.max(self.now + lasts);
    }

    /// Makes a node die at some point of its next write, or at once.
    pub(crate) fn doom(&mut self, node: usize, stage: Stage, down: Duration) {
        match stage {
            Stage::AtOnce => self.crash(node, down),
            _ => self.server.nodes[node].dies = Some((stage, down)),
        }
    }

    /// The node dies here, if it is doomed to.
    fn dies(&mut self, node: usize, stage: Stage) -> bool {
        let dies = self.server.nodes[node].dies.take_if(|(at, _)| *at == stage);
        if let Some((_, down)) = dies {
            self.say(|| format!("{} dies: {stage:?}", words::node(node)));
            self.crash(node, down);
        }
        dies.is_some()
    }

    pub(crate) fn crash(&mut self, node: usize, down: Duration) {
        self.say(|| format!("{} is down for {down:?}", words::node(node)));
        let here = &mut self.server.nodes[node];
        here.life += 1;
        here.up = false;
        here.queue.clear();
        here.writing = false;
        here.state = PublishedState::new(0);
        here.listener = Listener::default();
        here.dies = None;
        let lines: Vec<LineId> = here.connections.keys().copied().collect();
        for line in lines {
            // A machine that loses its power closes no connection.
            let silently = self.rng.chance(self.weather.half_open);
            if !silently {
                self.close_at_node(line);
            }
            self.forget_connection(line);
            if silently {
                self.lines.remove(&line);
            }
        }
        self.plan(down, Happening::NodeUp { node });
    }

    pub(crate) fn node_up(&mut self, node: usize) {
        let heads = self.server.database.heads();
        let followed = Followed::all_of(&self.server.database);
        let here = &mut self.server.nodes[node];
        if !here.up {
            here.up = true;
            here.began_with = heads;
            here.followed = followed;
            here.listener.fresh = self.now;
            let life = here.life;
            self.plan(Duration::ZERO, Happening::Pulse { node, life });
            self.say(|| format!("{} is up", words::node(node)));
        }
    }

    /// Ends all faults of the nodes and the database.
    pub(crate) fn server_heals(&mut self) {
        self.server.busy_until = Duration::ZERO;
        self.server.full_until = Duration::ZERO;
        for node in &mut self.server.nodes {
            node.dies = None;
            node.listener.stuck_until = Duration::ZERO;
        }
    }
}
