//! Which member received which text, and how often.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A text is named by its stamp.
pub(crate) struct Tally {
    /// How many members each text is for.
    listeners: usize,
    said: Mutex<HashSet<u64>>,
    received: Vec<Mutex<HashMap<u64, u32>>>,
    /// First deliveries of a text to a member.
    first: AtomicU64,
    again: AtomicU64,
}

/// The result of the count.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Share {
    /// Deliveries there should be: every text, to every member it is for.
    pub(crate) due: u64,
    pub(crate) delivered: u64,
    /// Deliveries beyond the first one.
    pub(crate) again: u64,
}

impl Share {
    pub(crate) fn is_complete(self) -> bool {
        self.delivered >= self.due
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    pub(crate) fn percent(self) -> f64 {
        self.delivered as f64 * 100.0 / self.due.max(1) as f64
    }
}

impl Tally {
    pub(crate) fn new(members: usize, listeners: usize) -> Self {
        Self {
            listeners,
            said: Mutex::default(),
            received: (0..members).map(|_| Mutex::default()).collect(),
            first: AtomicU64::new(0),
            again: AtomicU64::new(0),
        }
    }

    pub(crate) fn say(&self, stamp: u64) {
        lock(&self.said).insert(stamp);
    }

    pub(crate) fn receive(&self, member: usize, stamp: u64) {
        let Some(received) = self.received.get(member) else {
            return;
        };
        let mut received = lock(received);
        let times = received.entry(stamp).or_default();
        *times += 1;
        let count = if *times == 1 { &self.first } else { &self.again };
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn share(&self) -> Share {
        Share {
            due: (lock(&self.said).len() * self.listeners) as u64,
            delivered: self.first.load(Ordering::Relaxed),
            again: self.again.load(Ordering::Relaxed),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_counts_once_for_each_member() {
        let tally = Tally::new(2, 2);
        tally.say(7);
        tally.receive(0, 7);
        tally.receive(0, 7);
        let share = tally.share();
        assert_eq!((share.due, share.delivered, share.again), (2, 1, 1));
        assert!(!share.is_complete());
        tally.receive(1, 7);
        assert!(tally.share().is_complete());
        assert_eq!(tally.share().percent(), 100.0);
    }
}
