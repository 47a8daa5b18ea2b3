//! What was heard and acknowledged while the measuring went on, and how long it took.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::time::Instant;

/// Longest time told apart, in microseconds.
const LONGEST: u64 = 120_000_000;
/// Digits of a time that count.
const DIGITS: u8 = 2;
/// How wide a stamp is in a text.
const STAMP: usize = 20;
/// How wide the node's number is behind it.
const NODE: usize = 3;
/// What a text has besides: about what people write.
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

/// What all members together heard and had acknowledged.
pub(crate) struct Record {
    open: AtomicBool,
    /// Also before the measuring and after it.
    heard: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) acknowledged: AtomicU64,
    pub(crate) delivery: Times,
    pub(crate) ack: Times,
    /// From a text's first being heard on its author's node, which published it once it was committed, to being heard on another.
    pub(crate) elsewhere: Times,
    /// When each text of the measured time was heard first on its author's node.
    published: Mutex<HashMap<u64, Instant>>,
}

impl Record {
    pub(crate) fn new() -> Self {
        Self {
            open: AtomicBool::new(false),
            heard: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            delivery: Times::new(),
            ack: Times::new(),
            elsewhere: Times::new(),
            published: Mutex::default(),
        }
    }

    /// Counts from now on, or no longer.
    pub(crate) fn measure(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
    }

    /// A member on this node heard this text.
    pub(crate) fn hear(&self, text: &str, node: usize) {
        self.heard.fetch_add(1, Ordering::Relaxed);
        let Some((stamp, from)) = stamp_of(text) else {
            return;
        };
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

    /// How many texts were heard in all.
    pub(crate) fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }
}

/// A text that says when it was written, and on which node.
pub(crate) fn stamped(node: usize) -> String {
    format!("{:0STAMP$} {node:0NODE$} {WORDS}", since_start().as_nanos())
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
    }
}
