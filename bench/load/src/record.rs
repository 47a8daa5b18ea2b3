//! What was heard and acknowledged while the measuring went on, and how long it took.

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
        }
    }

    /// Counts from now on, or no longer.
    pub(crate) fn measure(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
    }

    /// A member heard this text.
    pub(crate) fn hear(&self, text: &str) {
        self.heard.fetch_add(1, Ordering::Relaxed);
        let Some(age) = age_of(text) else { return };
        if self.open.load(Ordering::Relaxed) {
            self.delivered.fetch_add(1, Ordering::Relaxed);
            self.delivery.add(age);
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

/// A text that says when it was written.
pub(crate) fn stamped() -> String {
    format!("{:0STAMP$} {WORDS}", since_start().as_nanos())
}

fn age_of(text: &str) -> Option<Duration> {
    let nanos: u64 = text.get(..STAMP)?.parse().ok()?;
    since_start().checked_sub(Duration::from_nanos(nanos))
}

fn since_start() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
