//! What has gone out so far.

use std::collections::HashMap;

use steadfast_shared::event::{self, Cursors, Entries, Heads, Presence};
use steadfast_shared::{Entry, Person, RoomId, UserId};

use super::moves::Moves;
use super::revision::{is_revision, rename, revise};
use super::tails::Tails;

/// Most bytes of text sent along when a session opens.
const MISSED_BYTES: usize = 256 * 1024;

/// What has gone out so far: per room the head and the newest entries, and who is there.
pub(super) struct News {
    pub(super) heads: Heads,
    tails: Tails,
    pub(super) moves: Moves,
    pub(super) present: HashMap<UserId, Presence>,
}

impl News {
    pub(super) fn new(heads: Heads) -> Self {
        Self {
            heads,
            tails: Tails::default(),
            moves: Moves::default(),
            present: HashMap::new(),
        }
    }

    /// Keeps what has gone out.
    pub(super) fn keep(&mut self, room: RoomId, entries: Vec<Entry>) {
        self.tails.extend(room, entries);
    }

    /// Calls somebody by another name in all that is kept.
    pub(super) fn rename(&mut self, person: &Person) {
        if let Some(presence) = self.present.get_mut(&person.id) {
            presence.person = person.clone();
        }
        self.tails.revise_all(|entry| rename(entry, person));
    }

    /// Forgets what is kept of a room: its entries are otherwise now, or gone.
    pub(super) fn forget_tail(&mut self, room: RoomId) {
        self.tails.forget(room);
    }

    /// Forgets a room that is gone.
    pub(super) fn forget(&mut self, room: RoomId) {
        self.heads.remove(&room);
        self.tails.forget(room);
    }

    pub(super) fn heads_of(&self, rooms: &[RoomId]) -> Heads {
        rooms
            .iter()
            .filter_map(|room| Some((*room, *self.heads.get(room)?)))
            .collect()
    }

    /// What is about to go out, and what is kept, takes the shape that the newest changes have given it.
    pub(super) fn revise(&mut self, room: RoomId, entries: &mut [Entry]) {
        let changes: Vec<Entry> = entries
            .iter()
            .filter(|entry| is_revision(entry))
            .cloned()
            .collect();
        for change in changes {
            entries.iter_mut().for_each(|entry| revise(entry, &change));
            self.tails.revise(room, |entry| revise(entry, &change));
        }
    }

    /// Adds what was published since the database was asked, and takes out what was not: that is yet to come.
    pub(super) fn bring_up_to_date(&mut self, room: &mut event::Room, person: UserId) {
        // Of a room just made nothing has gone out.
        let head = *self.heads.entry(room.id).or_insert(0);
        if head > room.head {
            let since = self.tails.of(room.id).and_then(|tail| tail.after(room.head));
            match since {
                Some(entries) => {
                    for entry in entries.filter(|entry| entry.body.is_news() && entry.author.id != person) {
                        room.unread += 1;
                        room.mentions += u64::from(entry.body.mentions().any(|id| id == person));
                        room.active_at = room.active_at.max(entry.at);
                        room.hidden = false;
                    }
                }
                None => room.unread += head - room.head,
            }
        }
        // What is committed and not published yet comes as a broadcast.
        room.head = head;
    }

    /// What closes every gap, where the tails hold all of it and it is little.
    pub(super) fn missed(
        &self,
        rooms: &[event::Room],
        cursors: &Cursors,
        most: usize,
    ) -> Option<Vec<Entries>> {
        let mut left = most;
        let mut bytes = 0;
        let mut missed = Vec::new();
        for room in rooms {
            let cursor = cursors.get(&room.id).copied().unwrap_or(0);
            if cursor >= room.head {
                continue;
            }
            let gap = self.tails.of(room.id)?.after(cursor)?;
            left = left.checked_sub(gap.len())?;
            let entries: Vec<Entry> = gap.cloned().collect();
            bytes += entries.iter().map(Entry::text_bytes).sum::<usize>();
            if bytes > MISSED_BYTES {
                return None;
            }
            missed.push(Entries {
                room: room.id,
                from: cursor + 1,
                entries,
            });
        }
        Some(missed)
    }
}
