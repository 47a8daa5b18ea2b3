//! The tails of recently active rooms.

use std::collections::HashMap;

use steadfast_shared::{Entry, RoomId};

use crate::realtime::tail::Tail;

/// Most rooms with a tail; for others gaps are closed from the database.
const ROOMS: usize = 1_000;

/// Most bytes of memory in all tails.
const BYTES: usize = 64 * 1024 * 1024;

/// The tails by room. The room idle for longest makes room.
#[derive(Debug, Default)]
pub(in crate::realtime) struct Tails {
    rooms: HashMap<RoomId, (u64, Tail)>,
    bytes: usize,
    /// A counter of appends, which orders rooms by activity.
    appends: u64,
}

impl Tails {
    pub(in crate::realtime) fn of(&self, room: RoomId) -> Option<&Tail> {
        self.rooms.get(&room).map(|(_, tail)| tail)
    }

    /// Appends entries to a room's tail.
    pub(in crate::realtime) fn extend(&mut self, room: RoomId, entries: Vec<Entry>) {
        self.appends += 1;
        let appends = self.appends;
        self.weigh(room, |tail| tail.extend(entries));
        if let Some((last, _)) = self.rooms.get_mut(&room) {
            *last = appends;
        }
        while self.rooms.len() > ROOMS || (self.bytes > BYTES && self.rooms.len() > 1) {
            let silent = self.rooms.iter().min_by_key(|(_, (last, _))| *last);
            let Some(silent) = silent.map(|(room, _)| *room) else {
                return;
            };
            if let Some((_, tail)) = self.rooms.remove(&silent) {
                self.bytes -= tail.weight();
            }
        }
    }

    /// Drops a room's tail, because its entries have changed.
    pub(in crate::realtime) fn forget(&mut self, room: RoomId) {
        if let Some((_, tail)) = self.rooms.remove(&room) {
            self.bytes -= tail.weight();
        }
    }

    /// Changes the cached entries of a room.
    pub(in crate::realtime) fn revise(&mut self, room: RoomId, revise: impl Fn(&mut Entry)) {
        if self.rooms.contains_key(&room) {
            self.weigh(room, |tail| tail.revise(revise));
        }
    }

    /// Changes the cached entries of every room.
    pub(in crate::realtime) fn revise_all(&mut self, revise: impl Fn(&mut Entry)) {
        for (_, tail) in self.rooms.values_mut() {
            tail.revise(&revise);
        }
        self.bytes = self.rooms.values().map(|(_, tail)| tail.weight()).sum();
    }

    /// Changes a room's tail and updates the total weight.
    fn weigh(&mut self, room: RoomId, change: impl FnOnce(&mut Tail)) {
        let (_, tail) = self.rooms.entry(room).or_default();
        let before = tail.weight();
        change(tail);
        self.bytes = self.bytes + tail.weight() - before;
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
        tails.rooms.values().map(|(_, tail)| tail.weight()).sum()
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
