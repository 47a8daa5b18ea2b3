//! The tails of recently active rooms.

use lru::LruCache;
use steadfast_shared::{Entry, RoomId};

use crate::realtime::tail::Tail;

/// Most rooms with a tail; for others gaps are closed from the database.
const ROOMS: usize = 1_000;

/// Most bytes of memory in all tails.
const BYTES: usize = 64 * 1024 * 1024;

/// The tail of each room. The rooms without a message for longest are evicted.
#[derive(Debug)]
pub(in crate::realtime) struct Tails {
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
    pub(in crate::realtime) fn of(&self, room: RoomId) -> Option<&Tail> {
        self.rooms.peek(&room)
    }

    /// Appends entries to a room's tail.
    pub(in crate::realtime) fn extend(&mut self, room: RoomId, entries: Vec<Entry>) {
        let tail = self.rooms.get_or_insert_mut(room, Tail::default);
        let before = tail.weight();
        tail.extend(entries);
        self.bytes = self.bytes + tail.weight() - before;
        while (self.rooms.len() > ROOMS || (self.bytes > BYTES && self.rooms.len() > 1))
            && let Some((_, evicted)) = self.rooms.pop_lru()
        {
            self.bytes -= evicted.weight();
        }
    }

    /// Drops a room's tail: its entries have changed.
    pub(in crate::realtime) fn forget(&mut self, room: RoomId) {
        if let Some(tail) = self.rooms.pop(&room) {
            self.bytes -= tail.weight();
        }
    }

    /// Changes the cached entries of a room.
    pub(in crate::realtime) fn revise(&mut self, room: RoomId, revise: impl Fn(&mut Entry)) {
        if let Some(tail) = self.rooms.peek_mut(&room) {
            let before = tail.weight();
            tail.revise(revise);
            self.bytes = self.bytes + tail.weight() - before;
        }
    }

    /// Changes the cached entries of every room.
    pub(in crate::realtime) fn revise_all(&mut self, revise: impl Fn(&mut Entry)) {
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

    fn room(nth: usize) -> RoomId {
        RoomId(Uuid::from_u128(nth as u128))
    }

    fn entries(count: u64, text: &str) -> Vec<Entry> {
        let author = Person {
            id: UserId(Uuid::nil()),
            name: "Mina".into(),
        };
        let body = Body::message(MessageText::parse(text).unwrap());
        (1..=count)
            .map(|seq| Entry::new(seq, EntryId(Uuid::nil()), author.clone(), 0, body.clone()))
            .collect()
    }

    fn sum(tails: &Tails) -> usize {
        tails.rooms.iter().map(|(_, tail)| tail.weight()).sum()
    }

    #[test]
    fn the_rooms_that_were_silent_for_longest_make_room() {
        let mut tails = Tails::default();
        for nth in 0..ROOMS {
            tails.extend(room(nth), entries(1, "hi"));
        }
        tails.extend(room(0), entries(1, "again"));
        tails.extend(room(ROOMS), entries(1, "new"));
        assert_eq!(tails.rooms.len(), ROOMS);
        assert!(tails.of(room(0)).is_some() && tails.of(room(1)).is_none());
        assert_eq!(tails.bytes, sum(&tails));
    }

    #[test]
    fn all_tails_together_are_bounded_in_bytes() {
        let mut tails = Tails::default();
        let long = "x".repeat(16_000);
        for nth in 0..200 {
            tails.extend(room(nth), entries(100, &long));
            assert!(tails.bytes <= BYTES);
        }
        assert!(tails.of(room(199)).is_some());
        tails.revise_all(|entry| entry.body = Body::Erased);
        tails.revise(room(199), |entry| entry.author.name.clear());
        assert_eq!(tails.bytes, sum(&tails));
        assert!(tails.bytes < BYTES / 10);
    }
}
