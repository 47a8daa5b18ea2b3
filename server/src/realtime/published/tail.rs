//! The newest entries of one room, in memory, so that a short gap is closed without the database.

use std::collections::VecDeque;

use steadfast_shared::{Entry, Seq};

/// Most entries kept per room.
const ENTRIES: usize = 1_000;

/// Most bytes of text kept per room.
const BYTES: usize = 512 * 1024;

/// Consecutive entries that end at the room's head.
#[derive(Debug, Default)]
pub struct Tail {
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl Tail {
    /// Appends entries; the oldest make room. After a gap the tail starts over.
    pub fn extend(&mut self, entries: Vec<Entry>) {
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

    pub fn newest(&self) -> Option<&Entry> {
        self.entries.back()
    }

    /// Changes the cached entries.
    pub fn revise(&mut self, revise: impl Fn(&mut Entry)) {
        self.entries.iter_mut().for_each(revise);
        self.bytes = self.entries.iter().map(Entry::text_bytes).sum();
    }

    /// Memory in bytes, except for small and rare parts.
    pub(in crate::realtime) fn weight(&self) -> usize {
        self.bytes + self.entries.len() * size_of::<Entry>()
    }

    /// All entries after `seq`, if the tail reaches back that far.
    pub fn after(&self, seq: Seq) -> Option<impl ExactSizeIterator<Item = &Entry>> {
        let oldest = self.entries.front()?.seq;
        let skip = usize::try_from((seq + 1).checked_sub(oldest)?).ok()?;
        Some(self.entries.range(skip.min(self.entries.len())..))
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
}
