//! How far this process' sockets have got.

pub(in crate::realtime) mod revision;
pub mod tail;
pub mod tails;

use std::collections::{BTreeSet, VecDeque};

use steadfast_shared::event::{self, Cursors, Entries, Heads};
use steadfast_shared::{Cursor, Entry, Person, RoomId, Seq, UserId};

use super::resume::Resume;
use super::revision::{is_revision, rename, revise};
use super::tail::Tail;
use super::tails::Tails;
use crate::store::{ChangeKind, ChangeNumber, FeedChange};

/// Most bytes of text sent along when a session opens.
const MISSED_BYTES: usize = 256 * 1024;
/// Most changes remembered after they were applied, for connections that were read before them.
const RECENT_CHANGES: usize = 1_024;
/// Most entries of a room that nobody here knew and that are published as those of one just made.
const MADE_ENTRIES: Seq = 100;
/// Rooms known before those without members here are looked for.
const KNOWN_ROOMS: usize = 10_000;

/// The next step for committed entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// These go out: they follow the newest that was published.
    Publish(Vec<Entry>),
    /// Nothing: all of them were published, or nobody here is in their room.
    Nothing,
    /// Nothing: something before them was not published yet.
    Gap,
}

/// How far this process' sockets have got: how far the change feed was applied, how far each room was published,
/// and the newest entries.
///
/// It is covered by the one lock that publishing holds, under which no query is awaited.
pub struct PublishedState {
    /// The newest `seq` published of each room that this process knows. An unknown room is loaded from the
    /// store; nothing is published of it before.
    heads: Heads,
    tails: Tails,
    /// The newest change that was applied.
    applied: ChangeNumber,
    /// The changes applied last, contiguous.
    recent: VecDeque<FeedChange>,
    /// People whose connections are to be brought in line with all that is stored. Nothing is published before that is done.
    pub(super) unsynced: BTreeSet<UserId>,
}

impl PublishedState {
    /// Nothing was published, and nobody has to hear of changes up to `applied`.
    pub fn new(applied: ChangeNumber) -> Self {
        Self {
            heads: Heads::new(),
            tails: Tails::default(),
            applied,
            recent: VecDeque::new(),
            unsynced: BTreeSet::new(),
        }
    }

    /// The newest change that was applied.
    pub(super) fn applied(&self) -> ChangeNumber {
        self.applied
    }

    /// Notes that a change was applied: the one that follows the last.
    pub(super) fn note_applied(&mut self, change: FeedChange) {
        debug_assert_eq!(change.number, self.applied + 1, "changes are applied in order");
        self.applied = change.number;
        if self.recent.len() == RECENT_CHANGES {
            self.recent.pop_front();
        }
        self.recent.push_back(change);
    }

    /// Starts from another place of the feed: changes between are unknown, so nothing that is cached can be relied on.
    pub(super) fn skip_to(&mut self, number: ChangeNumber) {
        self.applied = number;
        self.recent.clear();
        self.tails = Tails::default();
    }

    /// Brings the rooms read for a connection up to the applied changes. `false` where it has to be read again.
    pub(super) fn catch_up(&self, resume: &mut Resume, user: UserId) -> bool {
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

    /// The newest entry published of each known room, with its id where it is held.
    pub(super) fn newest(&self) -> Cursors {
        let newest = self.heads.iter().map(|(room, head)| {
            let entry = self.tails.of(*room).and_then(Tail::newest);
            let entry = entry.filter(|entry| entry.seq == *head);
            (*room, entry.map_or((*head).into(), Cursor::from))
        });
        newest.collect()
    }

    /// Knows of nothing that was published: the database is another one.
    pub(super) fn start_afresh(&mut self, number: ChangeNumber) {
        self.skip_to(number);
        self.heads.clear();
        self.unsynced.clear();
    }

    /// The newest `seq` published of a room; `None` where the room is not known.
    pub fn head(&self, room: RoomId) -> Option<Seq> {
        self.heads.get(&room).copied()
    }

    /// How far each known room was published.
    pub fn heads(&self) -> Vec<(RoomId, Seq)> {
        self.heads.iter().map(|(room, head)| (*room, *head)).collect()
    }

    /// How far those of these rooms were published that are known.
    pub(super) fn heads_among(&self, rooms: &BTreeSet<RoomId>) -> Vec<(RoomId, Seq)> {
        let known = |room: &RoomId| Some((*room, self.head(*room)?));
        rooms.iter().filter_map(known).collect()
    }

    /// How far each of these rooms was published that is known.
    pub fn heads_of(&self, rooms: &[RoomId]) -> Heads {
        rooms
            .iter()
            .filter_map(|room| Some((*room, *self.heads.get(room)?)))
            .collect()
    }

    /// Which of these consecutive entries of a room go out: those after the newest one published, none twice, and none past a
    /// gap. They may have been read a while ago. Of a room that is not known nothing does, for nobody here is in it.
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

    /// Keeps published entries of a known room.
    pub fn keep(&mut self, room: RoomId, entries: Vec<Entry>) {
        if let Some(last) = entries.last() {
            self.heads.insert(room, last.seq);
        }
        self.tails.extend(room, entries);
    }

    /// Calls somebody by another name in all that is kept.
    pub(super) fn rename(&mut self, person: &Person) {
        self.tails.revise_all(|entry| rename(entry, person));
    }

    /// Forgets the cached entries of a room: they have changed, or are gone.
    pub(super) fn forget_tail(&mut self, room: RoomId) {
        self.tails.forget(room);
    }

    /// Forgets a room that is gone.
    pub(super) fn forget(&mut self, room: RoomId) {
        self.heads.remove(&room);
        self.tails.forget(room);
    }

    /// Forgets rooms that nobody here is in, where very many are known. They are loaded again when they are needed.
    pub(super) fn forget_idle(&mut self, with_members: impl FnOnce() -> BTreeSet<RoomId>) {
        if self.heads.len() > KNOWN_ROOMS {
            let with_members = with_members();
            let tails = &self.tails;
            self.heads
                .retain(|room, _| with_members.contains(room) || tails.of(*room).is_some());
        }
    }

    /// A room was just made: where it is not known, everything that was said in it is yet to be published. Not so where
    /// that is much, for then it was made a while ago.
    pub(super) fn note_made(&mut self, room: RoomId, head: Seq) {
        if head <= MADE_ENTRIES {
            self.heads.entry(room).or_insert(0);
        }
    }

    /// Entries about to go out, and cached ones, take the shape that the newest changes have given them.
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

    /// Adds entries published since the room was read, and takes out unpublished ones: they are yet to come. A room that is not
    /// known is known from here on, up to where it was read. Answers whether it was not.
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
            // Committed entries that are not published yet come as a broadcast, and count then.
            room.unread = room.unread.saturating_sub(room.head - head);
        }
        room.head = head;
        loaded
    }

    /// The entries that close every gap, where the tails hold all of them and they are few.
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
