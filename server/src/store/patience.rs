//! How long the store retries while another writer is in the way.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::StoreError;

/// How long a write waits for somebody else's lock by default.
///
/// A client waits ten seconds for its answer. Three waits in a row (read marks, earlier work, its own) are shorter,
/// so it is told that its message cannot be stored, and is not left to guess.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// Waiting between attempts: short at first, so that work goes on as soon as the lock goes; bounded.
pub(super) struct Wait {
    until: Instant,
    next: Duration,
}

impl Wait {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            until: Instant::now() + patience,
            next: Duration::from_millis(1),
        }
    }

    /// Waits before the next attempt; refuses with the last one's error where the time is over.
    pub(super) async fn before_retry(&mut self, after: StoreError) -> Result<(), StoreError> {
        if Instant::now() >= self.until {
            return Err(after);
        }
        sleep(self.next).await;
        self.next = (self.next * 2).min(Duration::from_millis(25));
        Ok(())
    }
}
