//! The deliveries and acks within the measured time, and their latencies.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::time::{Instant, sleep, timeout};

use crate::tally::{Share, Tally};

/// Longest time told apart, in microseconds.
const LONGEST: u64 = 120_000_000;
/// Digits of a time that count.
const DIGITS: u8 = 2;
/// How wide a stamp is in a text.
const STAMP: usize = 20;
/// How wide the node's number is behind it.
const NODE: usize = 3;
/// The rest of a text: about as long as people's messages are.
const WORDS: &str = "the quick brown fox jumps over the lazy dog and back again, twice";

/// Times, in microseconds.
pub(crate) struct Times(Mutex<Histogram<u64>>);

impl Times {
    #[expect(
        clippy::expect_used,
        reason = "constants that a test of the crate's own covers"
    )]
    fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST, DIGITS).expect("bounds that hold");
        Self(Mutex::new(histogram))
    }

    fn add(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(LONGEST);
        let mut histogram = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        histogram.saturating_record(micros.max(1));
    }

    /// The time that this share of all stayed below, in milliseconds.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let histogram = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        #[expect(clippy::cast_precision_loss, reason = "a time of minutes in microseconds")]
        let micros = histogram.value_at_quantile(share) as f64;
        micros / 1_000.0
    }
}

/// The deliveries and acks of all members together.
pub(crate) struct Record {
    open: AtomicBool,
    /// Also before the measuring and after it.
    received: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) acknowledged: AtomicU64,
    pub(crate) delivery: Times,
    pub(crate) ack: Times,
    /// From a text's first being received on its author's node, which published it once it was committed, to being received on another.
    pub(crate) elsewhere: Times,
    /// When each text of the measured time was received first on its author's node.
    published: Mutex<HashMap<u64, Instant>>,
    /// Which member received which text, in scenarios that count it.
    tally: Option<Tally>,
}

/// How often it is looked whether everything was received.
const LOOK: Duration = Duration::from_millis(20);

impl Record {
    pub(crate) fn new() -> Self {
        Self {
            tally: None,
            open: AtomicBool::new(false),
            received: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            delivery: Times::new(),
            ack: Times::new(),
            elsewhere: Times::new(),
            published: Mutex::default(),
        }
    }

    /// Records which texts each of this many members received, and how often. Every text is for all of them.
    pub(crate) fn of_each(members: usize) -> Self {
        Self::of_rooms(members, members)
    }

    /// The same if each text is for this many of them.
    pub(crate) fn of_rooms(members: usize, listeners: usize) -> Self {
        Self {
            tally: Some(Tally::new(members, listeners)),
            ..Self::new()
        }
    }

    /// A text is about to be sent.
    pub(crate) fn say(&self, text: &str) {
        if let (Some(tally), Some((stamp, _))) = (&self.tally, stamp_of(text)) {
            tally.say(stamp);
        }
    }

    /// The part of all texts that was delivered, if that is recorded.
    pub(crate) fn share(&self) -> Share {
        self.tally.as_ref().map(Tally::share).unwrap_or_default()
    }

    /// Waits until every member has received everything, or the time is up.
    pub(crate) async fn received_by_all(&self, patience: Duration) {
        let complete = async {
            while !self.share().is_complete() {
                sleep(LOOK).await;
            }
        };
        let _late = timeout(patience, complete).await;
    }

    /// Counts from now on, or no longer.
    pub(crate) fn measure(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
    }

    /// This member on this node received this text.
    pub(crate) fn receive(&self, text: &str, node: usize, member: usize) {
        self.received.fetch_add(1, Ordering::Relaxed);
        let Some((stamp, from)) = stamp_of(text) else {
            return;
        };
        if let Some(tally) = &self.tally {
            tally.receive(member, stamp);
        }
        let Some(age) = since_start().checked_sub(Duration::from_nanos(stamp)) else {
            return;
        };
        if !self.open.load(Ordering::Relaxed) {
            return;
        }
        self.delivered.fetch_add(1, Ordering::Relaxed);
        self.delivery.add(age);
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        if node == from {
            published.entry(stamp).or_insert_with(Instant::now);
        } else if let Some(then) = published.get(&stamp) {
            self.elsewhere.add(then.elapsed());
        } else {
            // Even before.
            self.elsewhere.add(Duration::ZERO);
        }
    }

    /// A member's text was acknowledged after this time.
    pub(crate) fn acknowledge(&self, time: Duration) {
        if self.open.load(Ordering::Relaxed) {
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            self.ack.add(time);
        }
    }

    /// How many texts were received in all.
    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

/// A text that says when it was written, and on which node. No two are alike.
pub(crate) fn stamped(node: usize) -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = u64::try_from(since_start().as_nanos()).unwrap_or(u64::MAX);
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
        Some(now.max(last + 1))
    });
    let stamp = now.max(last.unwrap_or_default() + 1);
    format!("{stamp:0STAMP$} {node:0NODE$} {WORDS}")
}

/// When a text was written, in nanoseconds since the start, and on which node.
fn stamp_of(text: &str) -> Option<(u64, usize)> {
    let stamp = text.get(..STAMP)?.parse().ok()?;
    let node = text.get(STAMP + 1..STAMP + 1 + NODE)?.parse().ok()?;
    Some((stamp, node))
}

fn since_start() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_says_when_and_where() {
        let (stamp, node) = stamp_of(&stamped(2)).unwrap();
        assert!(since_start() >= Duration::from_nanos(stamp));
        assert_eq!(node, 2);
        assert_eq!(stamp_of("hello"), None);
        assert!(stamped(0) < stamped(0));
    }
}
