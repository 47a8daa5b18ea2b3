//! The newest entries of recently active rooms, in memory, so that a short gap is closed without the database.

use std::collections::VecDeque;

use lru::LruCache;
use steadfast_shared::{Entry, RoomId, Seq};

/// Most entries and bytes of text kept per room.
const ENTRIES: usize = 1_000;
const BYTES: usize = 512 * 1024;

/// Most rooms with a tail; for others gaps are closed from the database.
const ROOMS: usize = 1_000;
/// Most bytes of memory in all tails.
const ALL_BYTES: usize = 64 * 1024 * 1024;

/// Consecutive entries that end at the room's head.
#[derive(Debug, Default)]
pub(super) struct Tail {
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl Tail {
    /// Appends entries; the oldest make room. After a gap the tail starts over.
    pub(super) fn extend(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            if self
                .entries
                .back()
                .is_some_and(|newest| newest.seq + 1 != entry.seq)
            {
                self.entries.clear();
                self.bytes = 0;
            }
            self.bytes += entry.text_bytes();
            self.entries.push_back(entry);
        }
        while self.entries.len() > ENTRIES || self.bytes > BYTES {
            match self.entries.pop_front() {
                Some(oldest) => self.bytes -= oldest.text_bytes(),
                None => break,
            }
        }
    }

    pub(super) fn newest(&self) -> Option<&Entry> {
        self.entries.back()
    }

    /// Changes the cached entries.
    pub(super) fn revise(&mut self, revise: impl Fn(&mut Entry)) {
        self.entries.iter_mut().for_each(revise);
        self.bytes = self.entries.iter().map(Entry::text_bytes).sum();
    }

    /// Memory in bytes, except for small and rare parts.
    pub(super) fn weight(&self) -> usize {
        self.bytes + self.entries.len() * size_of::<Entry>()
    }

    /// All entries after `seq`, if the tail reaches back that far.
    pub(super) fn after(&self, seq: Seq) -> Option<impl ExactSizeIterator<Item = &Entry>> {
        let oldest = self.entries.front()?.seq;
        let skip = usize::try_from((seq + 1).checked_sub(oldest)?).ok()?;
        Some(self.entries.range(skip.min(self.entries.len())..))
    }
}

/// The tail of each room. The rooms without a message for longest are evicted.
#[derive(Debug)]
pub(super) struct Tails {
    /// Used means that a message came: reading does not count.
    rooms: LruCache<RoomId, Tail>,
    bytes: usize,
}

impl Default for Tails {
    fn default() -> Self {
        Self {
            rooms: LruCache::unbounded(),
            bytes: 0,
        }
    }
}

impl Tails {
    pub(super) fn of(&self, room: RoomId) -> Option<&Tail> {
        self.rooms.peek(&room)
    }

    /// Appends entries to a room's tail.
    pub(super) fn extend(&mut self, room: RoomId, entries: Vec<Entry>) {
        let tail = self.rooms.get_or_insert_mut(room, Tail::default);
        let before = tail.weight();
        tail.extend(entries);
        self.bytes = self.bytes + tail.weight() - before;
        while (self.rooms.len() > ROOMS || (self.bytes > ALL_BYTES && self.rooms.len() > 1))
            && let Some((_, evicted)) = self.rooms.pop_lru()
        {
            self.bytes -= evicted.weight();
        }
    }

    /// Drops a room's tail: its entries have changed.
    pub(super) fn forget(&mut self, room: RoomId) {
        if let Some(tail) = self.rooms.pop(&room) {
            self.bytes -= tail.weight();
        }
    }

    /// Changes the cached entries of a room.
    pub(super) fn revise(&mut self, room: RoomId, revise: impl Fn(&mut Entry)) {
        if let Some(tail) = self.rooms.peek_mut(&room) {
            let before = tail.weight();
            tail.revise(revise);
            self.bytes = self.bytes + tail.weight() - before;
        }
    }

    /// Changes the cached entries of every room.
    pub(super) fn revise_all(&mut self, revise: impl Fn(&mut Entry)) {
        for (_, tail) in &mut self.rooms {
            tail.revise(&revise);
        }
        self.bytes = self.rooms.iter().map(|(_, tail)| tail.weight()).sum();
    }
}

#[cfg(test)]
mod tests {
    use steadfast_shared::{Body, EntryId, MessageText, Person, UserId};
    use uuid::Uuid;

    use super::*;

    fn entries(seqs: std::ops::RangeInclusive<Seq>, text: &str) -> Vec<Entry> {
        let author = Person {
            id: UserId(Uuid::nil()),
            name: "Mina".into(),
        };
        let body = Body::message(MessageText::parse(text).unwrap());
        seqs.map(|seq| Entry::new(seq, EntryId(Uuid::nil()), author.clone(), 0, body.clone()))
            .collect()
    }

    fn seqs_after(tail: &Tail, seq: Seq) -> Option<Vec<Seq>> {
        tail.after(seq)
            .map(|entries| entries.map(|entry| entry.seq).collect())
    }

    #[test]
    fn a_tail_answers_what_it_reaches_back_to() {
        let mut tail = Tail::default();
        assert_eq!(seqs_after(&tail, 0), None);
        tail.extend(entries(5..=8, "hi"));
        assert_eq!(seqs_after(&tail, 3), None);
        assert_eq!(seqs_after(&tail, 4), Some(vec![5, 6, 7, 8]));
        assert_eq!(seqs_after(&tail, 7), Some(vec![8]));
        assert_eq!(seqs_after(&tail, 8), Some(vec![]));
        assert_eq!(seqs_after(&tail, 9), Some(vec![]));
    }

    #[test]
    fn hole_13_a_tail_is_bounded_in_entries_and_in_bytes() {
        let mut tail = Tail::default();
        tail.extend(entries(1..=3_000, "hi"));
        assert_eq!(tail.entries.len(), ENTRIES);
        assert_eq!(seqs_after(&tail, 2_998), Some(vec![2_999, 3_000]));
        tail.extend(entries(3_001..=3_100, &"x".repeat(16_000)));
        assert!(tail.bytes <= BYTES);
        assert_eq!(
            tail.bytes,
            tail.entries.iter().map(Entry::text_bytes).sum::<usize>()
        );
    }

    #[test]
    fn a_jump_never_hides_a_gap() {
        let mut tail = Tail::default();
        tail.extend(entries(1..=3, "hi"));
        tail.extend(entries(6..=7, "hi"));
        assert_eq!(seqs_after(&tail, 3), None);
        assert_eq!(seqs_after(&tail, 5), Some(vec![6, 7]));
    }

    fn room(nth: usize) -> RoomId {
        RoomId(Uuid::from_u128(nth as u128))
    }

    fn sum(tails: &Tails) -> usize {
        tails.rooms.iter().map(|(_, tail)| tail.weight()).sum()
    }

    #[test]
    fn the_rooms_that_were_silent_for_longest_make_room() {
        let mut tails = Tails::default();
        for nth in 0..ROOMS {
            tails.extend(room(nth), entries(1..=1, "hi"));
        }
        tails.extend(room(0), entries(1..=1, "again"));
        tails.extend(room(ROOMS), entries(1..=1, "new"));
        assert_eq!(tails.rooms.len(), ROOMS);
        assert!(tails.of(room(0)).is_some() && tails.of(room(1)).is_none());
        assert_eq!(tails.bytes, sum(&tails));
    }

    #[test]
    fn all_tails_together_are_bounded_in_bytes() {
        let mut tails = Tails::default();
        let long = "x".repeat(16_000);
        for nth in 0..200 {
            tails.extend(room(nth), entries(1..=100, &long));
            assert!(tails.bytes <= ALL_BYTES);
        }
        assert!(tails.of(room(199)).is_some());
        tails.revise_all(|entry| entry.body = Body::Erased);
        tails.revise(room(199), |entry| entry.author.name.clear());
        assert_eq!(tails.bytes, sum(&tails));
        assert!(tails.bytes < ALL_BYTES / 10);
    }
}
