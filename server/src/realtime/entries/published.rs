//! How far this process's sockets have got.

use std::collections::{BTreeSet, VecDeque};

use steadfast_shared::event::{self, Cursors, Entries, Heads};
use steadfast_shared::{Cursor, Entry, Person, RoomId, Seq, UserId};

use super::revision::{is_revision, rename, revise};
use super::tails::{Tail, Tails};
use crate::realtime::resume::Resume;
use crate::store::{ChangeKind, ChangeNumber, FeedChange};

/// Most bytes of text sent along when a session opens.
const MISSED_BYTES: usize = 256 * 1024;
/// Most applied changes kept, for connections whose rooms were read before them.
const RECENT_CHANGES: usize = 1_024;
/// Most entries of an unloaded room that are still published as those of a new room.
const MADE_ENTRIES: Seq = 100;
/// Loaded rooms above which those without members here are dropped.
const KNOWN_ROOMS: usize = 10_000;

/// What to do with committed entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// Publish these: they follow the newest published entry.
    Publish(Vec<Entry>),
    /// Publish nothing: all of them were published, or no member of the room is connected here.
    Nothing,
    /// Publish nothing: an earlier entry has not been published yet.
    Gap,
}

/// How far this process's sockets have got: the applied position of the change feed, the published head of each room, and the
/// newest entries.
///
/// It is covered by the one lock that publishing holds, under which no query is awaited.
pub struct PublishedState {
    /// The newest published `seq` of each loaded room. Nothing is published of a room before it is loaded from the store.
    heads: Heads,
    tails: Tails,
    /// The newest applied change.
    applied: ChangeNumber,
    /// The most recently applied changes, contiguous.
    recent: VecDeque<FeedChange>,
    /// People whose connections need a full synchronization. Nothing is published before that is done.
    pub(in crate::realtime) unsynced: BTreeSet<UserId>,
}

impl PublishedState {
    /// Starts with nothing published and all changes up to `applied` done.
    pub fn new(applied: ChangeNumber) -> Self {
        Self {
            heads: Heads::new(),
            tails: Tails::default(),
            applied,
            recent: VecDeque::new(),
            unsynced: BTreeSet::new(),
        }
    }

    /// The newest applied change.
    pub(in crate::realtime) fn applied(&self) -> ChangeNumber {
        self.applied
    }

    /// Records that the next change was applied.
    pub(in crate::realtime) fn note_applied(&mut self, change: FeedChange) {
        debug_assert_eq!(change.number, self.applied + 1, "changes are applied in order");
        self.applied = change.number;
        if self.recent.len() == RECENT_CHANGES {
            self.recent.pop_front();
        }
        self.recent.push_back(change);
    }

    /// Continues from another position of the feed: the changes between are unknown, so cached state is dropped.
    pub(in crate::realtime) fn skip_to(&mut self, number: ChangeNumber) {
        self.applied = number;
        self.recent.clear();
        self.tails = Tails::default();
    }

    /// Brings the rooms read for a connection up to the applied changes. `false` if they have to be read again.
    pub(in crate::realtime) fn catch_up(&self, resume: &mut Resume, user: UserId) -> bool {
        if resume.as_of >= self.applied {
            return true;
        }
        let missed = self.applied - resume.as_of;
        let Some(skipped) = usize::try_from(missed)
            .ok()
            .and_then(|missed| self.recent.len().checked_sub(missed))
        else {
            return false;
        };
        let missed = || self.recent.range(skipped..).map(|change| &change.kind);
        if missed().any(|change| resume.is_outdated_by(change, user)) {
            return false;
        }
        for change in missed() {
            if let ChangeKind::Renamed { person } = change {
                resume.rename(person);
            }
        }
        true
    }

    /// The newest published entry of each loaded room, with its id if it is cached.
    pub(in crate::realtime) fn newest(&self) -> Cursors {
        let newest = self.heads.iter().map(|(room, head)| {
            let entry = self.tails.of(*room).and_then(Tail::newest);
            let entry = entry.filter(|entry| entry.seq == *head);
            (*room, entry.map_or((*head).into(), Cursor::from))
        });
        newest.collect()
    }

    /// Drops all published state: the database is a different one.
    pub(in crate::realtime) fn start_afresh(&mut self, number: ChangeNumber) {
        self.skip_to(number);
        self.heads.clear();
        self.unsynced.clear();
    }

    /// The newest published `seq` of a room; `None` if the room is not loaded.
    pub fn head(&self, room: RoomId) -> Option<Seq> {
        self.heads.get(&room).copied()
    }

    /// The published head of each loaded room.
    pub fn heads(&self) -> Vec<(RoomId, Seq)> {
        self.heads.iter().map(|(room, head)| (*room, *head)).collect()
    }

    /// The published heads of those of these rooms that are loaded.
    pub(in crate::realtime) fn heads_among(&self, rooms: &BTreeSet<RoomId>) -> Vec<(RoomId, Seq)> {
        let known = |room: &RoomId| Some((*room, self.head(*room)?));
        rooms.iter().filter_map(known).collect()
    }

    /// The published head of each of these rooms that is loaded.
    pub fn heads_of(&self, rooms: &[RoomId]) -> Heads {
        rooms
            .iter()
            .filter_map(|room| Some((*room, *self.heads.get(room)?)))
            .collect()
    }

    /// Decides which of a room's consecutive entries to publish: those after the newest published one, each once, and none past a
    /// gap. The entries may have been read a while ago. For a room that is not loaded there are none, because no member is
    /// connected here.
    #[must_use]
    pub fn next(&self, room: RoomId, mut fresh: Vec<Entry>) -> Next {
        let Some(head) = self.head(room) else {
            return Next::Nothing;
        };
        fresh.retain(|entry| entry.seq > head);
        match fresh.first() {
            None => Next::Nothing,
            Some(first) if first.seq == head + 1 => Next::Publish(fresh),
            Some(_) => Next::Gap,
        }
    }

    /// Caches published entries of a loaded room.
    pub fn keep(&mut self, room: RoomId, entries: Vec<Entry>) {
        if let Some(last) = entries.last() {
            self.heads.insert(room, last.seq);
        }
        self.tails.extend(room, entries);
    }

    /// Applies a person's new name to cached entries.
    pub(in crate::realtime) fn rename(&mut self, person: &Person) {
        self.tails.revise_all(|entry| rename(entry, person));
    }

    /// Drops the cached entries of a room, because they have changed or were deleted.
    pub(in crate::realtime) fn forget_tail(&mut self, room: RoomId) {
        self.tails.forget(room);
    }

    /// Drops a deleted room.
    pub(in crate::realtime) fn forget(&mut self, room: RoomId) {
        self.heads.remove(&room);
        self.tails.forget(room);
    }

    /// Drops rooms without members here if very many are loaded. They are loaded again when needed.
    pub(in crate::realtime) fn forget_idle(&mut self, with_members: impl FnOnce() -> BTreeSet<RoomId>) {
        if self.heads.len() > KNOWN_ROOMS {
            let with_members = with_members();
            let tails = &self.tails;
            self.heads
                .retain(|room, _| with_members.contains(room) || tails.of(*room).is_some());
        }
    }

    /// Records a new room: if it is not loaded, all of its entries are still to be published. If it already has many, it is not
    /// new and is left alone.
    pub(in crate::realtime) fn note_made(&mut self, room: RoomId, head: Seq) {
        if head <= MADE_ENTRIES {
            self.heads.entry(room).or_insert(0);
        }
    }

    /// Applies the newest changes to entries about to be published, and to cached ones.
    pub fn revise(&mut self, room: RoomId, entries: &mut [Entry]) {
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

    /// Adds the entries published since the room was read, and removes the unpublished ones, which follow as a broadcast. Loads
    /// the room at its read position if necessary; returns whether it did.
    pub fn bring_up_to_date(&mut self, room: &mut event::Room, person: UserId) -> bool {
        let loaded = !self.heads.contains_key(&room.id);
        let head = *self.heads.entry(room.id).or_insert(room.head);
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
        } else {
            // Unpublished entries come as a broadcast, and count then.
            room.unread = room.unread.saturating_sub(room.head - head);
        }
        room.head = head;
        loaded
    }

    /// The entries that close every gap, if the tails have all of them and they are few.
    pub fn missed(&self, rooms: &[event::Room], cursors: &Cursors, most: usize) -> Option<Vec<Entries>> {
        let mut left = most;
        let mut bytes = 0;
        let mut missed = Vec::new();
        for room in rooms {
            let cursor = cursors.get(&room.id).map_or(0, |cursor| cursor.seq);
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
