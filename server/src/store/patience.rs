//! How long the store retries while another writer is in the way.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::StoreError;

/// The default time a write waits for another writer's lock.
///
/// A client waits ten seconds for its response. Three waits in a row (read markers, earlier work, its own) are shorter, so the
/// client learns that its message cannot be stored and does not have to guess.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// The waits between attempts: short at first, so that work continues as soon as the lock is free; bounded.
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

    /// Waits before the next attempt; returns the last error once the time is over.
    pub(super) async fn before_retry(&mut self, after: StoreError) -> Result<(), StoreError> {
        if Instant::now() >= self.until {
            return Err(after);
        }
        sleep(self.next).await;
        self.next = (self.next * 2).min(Duration::from_millis(25));
        Ok(())
    }
}
