//! Hints to send. Senders never wait; excess hints are dropped, and a hint that hints were lost goes out instead.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use steadfast_shared::{RoomId, Seq};
use tokio::sync::Notify;

use super::hint::{Hint, written};
use crate::store::ChangeNumber;

/// Most rooms listed individually. Beyond it a hint that everything may have changed goes out.
const ROOMS: usize = 1_024;
/// Most bytes of all other hints.
const BYTES: usize = 256 * 1024;

#[derive(Debug, Default)]
pub(super) struct HintQueue {
    waiting: Mutex<PendingHints>,
    notify: Notify,
    dropped: AtomicU64,
}

/// Pending hints, without duplicates.
#[derive(Debug, Default)]
struct PendingHints {
    everything: bool,
    feed: Option<Option<ChangeNumber>>,
    rooms: BTreeMap<RoomId, Seq>,
    others: VecDeque<String>,
    bytes: usize,
}

impl PendingHints {
    fn everything(&mut self) {
        self.everything = true;
        self.feed = None;
        self.rooms.clear();
    }

    /// Adds a hint. Returns whether there was room for it.
    fn put(&mut self, hint: &Hint) -> bool {
        match hint {
            Hint::Everything => self.everything(),
            Hint::Feed(head) => {
                if !self.everything {
                    // Without a known head the feed has to be read in any case.
                    self.feed = Some(match self.feed {
                        Some(None) => None,
                        Some(pending) => head.and(pending.max(*head)),
                        None => *head,
                    });
                }
            }
            Hint::Room { room, head } => {
                if !self.everything {
                    let known = self.rooms.entry(*room).or_insert(0);
                    *known = (*known).max(*head);
                    if self.rooms.len() > ROOMS {
                        self.everything();
                    }
                }
            }
            other => {
                let text = written(other).filter(|text| self.bytes + text.len() <= BYTES);
                let Some(text) = text else {
                    if matches!(other, Hint::Presence(_)) {
                        self.everything();
                    }
                    return false;
                };
                self.bytes += text.len();
                self.others.push_back(text);
            }
        }
        true
    }

    fn take(&mut self) -> Vec<String> {
        let Self {
            everything,
            feed,
            rooms,
            others,
            ..
        } = std::mem::take(self);
        let everything = everything.then_some(Hint::Everything);
        let rooms = rooms.into_iter().map(|(room, head)| Hint::Room { room, head });
        let first = everything.into_iter().chain(feed.map(Hint::Feed)).chain(rooms);
        first.filter_map(|hint| written(&hint)).chain(others).collect()
    }
}

impl HintQueue {
    /// Queues a hint, or drops it if there are too many.
    pub(super) fn put(&self, hint: &Hint) {
        if !self.waiting().put(hint) {
            let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
            if dropped.is_power_of_two() {
                tracing::warn!(
                    dropped,
                    "hints to the other nodes were dropped: there are too many"
                );
            }
        }
        self.notify.notify_one();
    }

    /// Drops the hints queued while nothing could be sent: the other nodes have caught up by their timers.
    pub(super) fn reset(&self) {
        let mut waiting = self.waiting();
        *waiting = PendingHints::default();
        waiting.everything();
        drop(waiting);
        self.notify.notify_one();
    }

    /// Waits for hints, and takes all of them.
    pub(super) async fn next(&self) -> Vec<String> {
        loop {
            let taken = self.waiting().take();
            if !taken.is_empty() {
                return taken;
            }
            self.notify.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, PendingHints> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn room(nth: u128, head: Seq) -> Hint {
        let room = RoomId(Uuid::from_u128(nth));
        Hint::Room { room, head }
    }

    fn taken(queue: &HintQueue) -> Vec<Hint> {
        let taken = queue.next().now_or_never().unwrap_or_default();
        let hints = taken.iter().map(|text| serde_json::from_str(text).unwrap());
        hints.collect()
    }

    #[test]
    fn what_says_the_same_is_said_once() {
        let queue = HintQueue::default();
        for hint in [
            room(1, 4),
            Hint::Feed(Some(2)),
            room(1, 3),
            room(2, 1),
            Hint::Feed(Some(9)),
            room(1, 5),
        ] {
            queue.put(&hint);
        }
        assert_eq!(taken(&queue), [Hint::Feed(Some(9)), room(1, 5), room(2, 1)]);
        assert_eq!(taken(&queue), []);
        queue.put(&Hint::Feed(None));
        queue.put(&Hint::Feed(Some(3)));
        assert_eq!(taken(&queue), [Hint::Feed(None)]);
        queue.put(&Hint::Feed(Some(3)));
        queue.put(&Hint::Feed(None));
        assert_eq!(taken(&queue), [Hint::Feed(None)]);
    }

    #[test]
    fn what_is_too_much_becomes_one_hint_that_hints_were_lost() {
        let queue = HintQueue::default();
        for nth in 0..5_000 {
            queue.put(&room(nth, 1));
        }
        queue.put(&Hint::Feed(Some(1)));
        assert_eq!(taken(&queue), [Hint::Everything]);

        let presence = Hint::Presence(json!("x".repeat(1_000)));
        for _ in 0..10_000 {
            queue.put(&presence);
        }
        queue.put(&Hint::Presence(json!("x".repeat(10_000))));
        let left = taken(&queue);
        assert_eq!(left[0], Hint::Everything, "presence is read again, too");
        assert!(left.len() * 1_000 <= BYTES, "{}", left.len());
        assert!(queue.dropped.load(Ordering::Relaxed) > 9_000);
    }

    #[test]
    fn after_an_outage_nothing_old_is_sent() {
        let queue = HintQueue::default();
        queue.put(&room(1, 4));
        queue.put(&Hint::Presence(json!([])));
        queue.reset();
        assert_eq!(taken(&queue), [Hint::Everything]);
    }
}
