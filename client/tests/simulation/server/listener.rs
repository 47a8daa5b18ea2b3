//! A node's listener: what was committed, by whichever node, is read and published, after a hint or once a second.
//!
//! What goes out is decided by the real server's `PublishedState`.

use std::collections::BTreeSet;
use std::time::Duration;

use steadfast_server::realtime::published::Next;
use steadfast_shared::event::{self, Entries};
use steadfast_shared::{Entry, RoomId, Seq};

use super::Flaw;
use super::guest::GuestChange;
use crate::check::Rule;
use crate::line::LineId;
use crate::words;
use crate::world::{Happening, World};

/// How often a node looks for what was committed, whether a hint came or not.
const ROUND: Duration = Duration::from_secs(1);

/// How long a node may not have seen what is stored before it answers no `sync`.
const STALE: Duration = Duration::from_secs(5);

/// Most entries of a room that are read at once.
const PAGE: usize = 100;

/// What a node's listener is to look at, and whether it is looking.
#[derive(Debug, Default)]
pub(super) struct Listener {
    hinted: BTreeSet<RoomId>,
    all: bool,
    is_reading: bool,
    /// When all that was stored was seen last.
    pub(super) fresh: Duration,
    /// It cannot read before then.
    pub(super) stuck_until: Duration,
}

/// What was read of one room.
#[derive(Debug)]
pub(crate) struct Grown {
    room: RoomId,
    head: Seq,
    fresh: Vec<Entry>,
}

/// One look at what is stored, and when it was taken.
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
            if state.head(room).is_some_and(|known| known < head) {
                state.keep(room, Vec::from_iter(last));
            }
            return;
        }
        self.hint(node, room);
    }

    /// Something of this room may be there to publish.
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

    /// Reads what has grown, as it is at this moment. What is read is published a little later.
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
        let mut known = here.state.heads();
        known.sort_unstable();
        for (room, head) in known {
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

    /// Publishes what follows the newest entry published. Answers whether nothing up to these is missing.
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

    /// To every socket of a node; now and then one does not get it, or gets it twice.
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
            if connection.told.is_some() {
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

    /// What goes out follows what each session was told, and is not what was there before the node was.
    fn follows(&mut self, node: usize, open: &[LineId], news: &Entries) {
        let last = news.from + news.entries.len() as Seq - 1;
        let here = &mut self.server.nodes[node];
        let before = here.began_with.get(&news.room).copied().unwrap_or(0);
        let mut wrong = (news.from <= before).then(|| format!("the log ended at #{before} when it started"));
        for line in open {
            let told = here.connections.get_mut(line).and_then(|open| open.told.as_mut());
            if let Some(told) = told {
                let head = told.insert(news.room, last).unwrap_or(0);
                if head + 1 != news.from {
                    wrong = Some(format!("a session was told up to #{head}"));
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
