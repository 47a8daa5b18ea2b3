//! A node's listener: reads and publishes the commits of all nodes, after a hint or once a second.
//!
//! The real server's `PublishedState` decides which entries are published.

use std::collections::BTreeSet;
use std::time::Duration;

use steadfast_server::realtime::entries::published::Next;
use steadfast_shared::event::{self, Entries};
use steadfast_shared::{Entry, RoomId, Seq};

use super::Flaw;
use super::guest::GuestChange;
use crate::check::Rule;
use crate::line::LineId;
use crate::words;
use crate::world::{Happening, World};

/// How often a node checks for commits without a hint.
const ROUND: Duration = Duration::from_secs(1);

/// How long a node may not have seen the stored state before it answers no `sync`.
const STALE: Duration = Duration::from_secs(5);

/// Most entries of a room read at once.
const PAGE: usize = 100;

/// The listener's work, and whether it is reading.
#[derive(Debug, Default)]
pub(super) struct Listener {
    hinted: BTreeSet<RoomId>,
    all: bool,
    is_reading: bool,
    /// When it last saw the whole stored state.
    pub(super) fresh: Duration,
    /// It cannot read before this time.
    pub(super) stuck_until: Duration,
}

/// The entries read of one room.
#[derive(Debug)]
pub(crate) struct Grown {
    room: RoomId,
    head: Seq,
    fresh: Vec<Entry>,
}

/// One reading of the stored state, and its time.
#[derive(Debug)]
pub(crate) struct Gathered {
    at: Duration,
    all: bool,
    changes: Vec<GuestChange>,
    grown: Vec<Grown>,
}

impl World {
    /// A hint from another node: this room may have grown to here.
    pub(crate) fn hear_hint(&mut self, node: usize, life: u32, room: RoomId, head: Seq) {
        if !self.lives(node, life) {
            return;
        }
        if self.flaw == Some(Flaw::HintIsTruth) {
            let log = self.server.database.room(room);
            let last = log.and_then(|log| log.entry(head)).cloned();
            let state = &mut self.server.nodes[node].state;
            if state.head(room).is_some_and(|published| published < head) {
                state.keep(room, Vec::from_iter(last));
            }
            return;
        }
        self.hint(node, room);
    }

    /// Notes that this room may have entries to publish.
    pub(super) fn hint(&mut self, node: usize, room: RoomId) {
        let here = &mut self.server.nodes[node];
        here.listener.hinted.insert(room);
        let life = here.life;
        self.plan(Duration::ZERO, Happening::Listen { node, life });
    }

    /// The listener's timer.
    pub(crate) fn pulse(&mut self, node: usize, life: u32) {
        if self.lives(node, life) {
            self.server.nodes[node].listener.all = true;
            self.plan(Duration::ZERO, Happening::Listen { node, life });
            self.plan(ROUND, Happening::Pulse { node, life });
        }
    }

    pub(super) fn is_stale(&self, node: usize) -> bool {
        self.now.saturating_sub(self.server.nodes[node].listener.fresh) > STALE
    }

    /// Reads the rooms that have grown. The entries are published a little later.
    pub(crate) fn listen(&mut self, node: usize, life: u32) {
        let now = self.now;
        if !self.lives(node, life) || self.server.nodes[node].listener.is_reading {
            return;
        }
        let stuck_until = self.server.nodes[node].listener.stuck_until;
        if stuck_until > now {
            return self.plan(stuck_until - now, Happening::Listen { node, life });
        }
        let here = &mut self.server.nodes[node];
        let all = std::mem::take(&mut here.listener.all);
        let hinted = std::mem::take(&mut here.listener.hinted);
        here.listener.is_reading = true;
        let mut grown = Vec::new();
        let mut heads = here.state.heads();
        heads.sort_unstable();
        for (room, head) in heads {
            let Some(log) = self.server.database.room(room) else {
                continue;
            };
            if (all || hinted.contains(&room)) && log.head() > head {
                let mut fresh = log.after(head).entries;
                fresh.truncate(PAGE);
                let head = log.head();
                grown.push(Grown { room, head, fresh });
            }
        }
        let applied = self.server.nodes[node].followed.applied;
        let changes = self.server.database.feed[applied..].to_vec();
        let gathered = Box::new(Gathered {
            at: now,
            all,
            changes,
            grown,
        });
        let after = self.reading_takes();
        self.plan(after, Happening::Gathered { node, life, gathered });
    }

    pub(crate) fn gathered(&mut self, node: usize, life: u32, gathered: Gathered) {
        if !self.lives(node, life) {
            return;
        }
        self.server.nodes[node].listener.is_reading = false;
        let room_first = self.flaw == Some(Flaw::FeedAfterRoom);
        if !room_first {
            self.server.nodes[node].followed.apply(&gathered.changes);
        }
        for Grown { room, head, fresh } in gathered.grown {
            let end = fresh.last().map_or(0, |entry| entry.seq);
            self.publish_log(node, room, fresh);
            if end < head {
                self.server.nodes[node].listener.hinted.insert(room);
            }
        }
        if room_first {
            self.server.nodes[node].followed.apply(&gathered.changes);
        }
        let listener = &mut self.server.nodes[node].listener;
        if gathered.all {
            listener.fresh = gathered.at;
        }
        if listener.all || !listener.hinted.is_empty() {
            self.plan(Duration::ZERO, Happening::Listen { node, life });
        }
    }

    /// Publishes the entries after the newest published one. Returns whether none up to these is missing.
    pub(super) fn publish_log(&mut self, node: usize, room: RoomId, fresh: Vec<Entry>) -> bool {
        let state = &self.server.nodes[node].state;
        let unchecked = match self.flaw {
            Some(Flaw::PageNotChecked) => state.head(room).is_some(),
            Some(Flaw::PublishPastGap) => state.next(room, fresh.clone()) == Next::Gap,
            _ => false,
        };
        let next = match unchecked {
            true => Next::Publish(fresh),
            false => state.next(room, fresh),
        };
        match next {
            Next::Publish(fresh) => {
                self.tell_sockets(node, room, fresh);
                true
            }
            Next::Nothing => true,
            Next::Gap => false,
        }
    }

    /// Sends to every socket of a node; now and then one misses it, or gets it twice.
    pub(super) fn tell_sockets(&mut self, node: usize, room: RoomId, mut entries: Vec<Entry>) {
        let here = &mut self.server.nodes[node];
        here.state.revise(room, &mut entries);
        let Some(from) = entries.first().map(|entry| entry.seq) else {
            return;
        };
        let news = Entries {
            room,
            from,
            entries: entries.clone(),
        };
        here.state.keep(room, entries);
        let mut lines = Vec::new();
        let mut open: Vec<LineId> = Vec::new();
        for (line, connection) in &here.connections {
            if connection.heads.is_some() {
                open.push(*line);
                if !self.rng.chance(self.weather.lose_news) {
                    lines.push(*line);
                    if self.rng.chance(self.weather.repeat_news) {
                        lines.push(*line);
                    }
                }
            }
        }
        self.follows(node, &open, &news);
        self.guest_hears(node, room, &news.entries);
        self.broadcast(&lines, event::ENTRIES, &news);
    }

    /// Checks that the entries follow those each session has, and that none is older than the node.
    fn follows(&mut self, node: usize, open: &[LineId], news: &Entries) {
        let last = news.from + news.entries.len() as Seq - 1;
        let here = &mut self.server.nodes[node];
        let before = here.began_with.get(&news.room).copied().unwrap_or(0);
        let mut wrong = (news.from <= before).then(|| format!("the log ended at #{before} when it started"));
        for line in open {
            let heads = here
                .connections
                .get_mut(line)
                .and_then(|open| open.heads.as_mut());
            if let Some(heads) = heads {
                let head = heads.insert(news.room, last).unwrap_or(0);
                if head + 1 != news.from {
                    wrong = Some(format!("a session knows up to #{head}"));
                }
            }
        }
        if let Some(wrong) = wrong {
            let (node, from) = (words::node(node), news.from);
            self.breaks(Rule::LiveFollows, || {
                format!("{node} publishes #{from}–{last}, and {wrong}")
            });
        }
    }
}
