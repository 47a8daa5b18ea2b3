//! A guest, who is let into a room and taken out of it by the change feed, and has a socket at every node.
//!
//! Nothing of a guest is a device's: only what a node sends one is looked at.

use steadfast_shared::{Entry, RoomId, Seq};

use super::database::Database;
use crate::check::Rule;
use crate::words;
use crate::world::{Happening, World};

/// One change of the feed: whether the guest is in the room from here on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuestChange {
    inside: bool,
    /// Where the room's log ended when it was committed.
    head: Seq,
}

/// How far a node's sockets follow the feed.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) applied: usize,
    inside: bool,
}

impl Followed {
    /// A node that starts reads who is where.
    pub(super) fn all_of(database: &Database) -> Self {
        Self {
            applied: database.feed.len(),
            inside: database.has_guest(),
        }
    }

    pub(super) fn apply(&mut self, changes: &[GuestChange]) {
        for change in changes {
            self.applied += 1;
            self.inside = change.inside;
        }
    }
}

impl Database {
    fn guests_room(&self) -> Option<RoomId> {
        self.rooms.first().map(|log| log.id)
    }

    fn has_guest(&self) -> bool {
        self.feed.last().is_none_or(|change| change.inside)
    }

    /// Whether a change after the first so many took the guest out of the room before this was said there. Who is let in may read
    /// what was said before.
    fn took_guest_out_before(&self, seq: Seq, applied: usize) -> bool {
        let unknown = self.feed.get(applied..).unwrap_or_default();
        let before = unknown.iter().rfind(|change| change.head < seq);
        before.is_some_and(|change| !change.inside)
    }
}

impl World {
    /// The guest is taken out of the room, or let in again. Each node hears of it by a hint that may be lost, or within a second.
    pub(crate) fn move_guest(&mut self) {
        let database = &mut self.server.database;
        let inside = !database.has_guest();
        let head = database.rooms.first().map_or(0, super::database::Log::head);
        database.feed.push(GuestChange { inside, head });
        let how = if inside { "let into" } else { "taken out of" };
        self.say(|| format!("the guest is {how} room 0, after #{head}"));
        for node in 0..self.server.nodes.len() {
            let life = self.server.nodes[node].life;
            if !self.rng.chance(self.weather.lose_news) {
                let after = self.rng.millis(0, self.weather.between_nodes);
                self.plan(after, Happening::Listen { node, life });
            }
        }
    }

    /// A node sends nothing that was said after a person was taken out, even if it still takes them for a member.
    pub(super) fn guest_hears(&mut self, node: usize, room: RoomId, entries: &[Entry]) {
        let (database, followed) = (&self.server.database, &self.server.nodes[node].followed);
        if database.guests_room() != Some(room) || !followed.inside {
            return;
        }
        let mut seqs = entries.iter().map(|entry| entry.seq);
        if let Some(seq) = seqs.find(|seq| database.took_guest_out_before(*seq, followed.applied)) {
            let node = words::node(node);
            self.breaks(Rule::OutsideHearsNothing, || {
                format!("{node} sends the guest #{seq}, which was said without them")
            });
        }
    }
}
