//! The one place that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use steadfast_shared::Millis;
pub use tokio::time::Instant;

/// Milliseconds since the Unix epoch, by this machine's clock.
#[expect(clippy::disallowed_methods, reason = "the edge of the program")]
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A point in time, for measuring durations.
pub fn instant() -> Instant {
    Instant::now()
}
