//! How far this process has followed the change feed, and how recently.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::clock::{self, Instant};
use crate::store::{ChangeNumber, StoreError};

/// How long this process may go without reading the store before it reports that it is stale.
const STALE: Duration = Duration::from_secs(5);
/// How long the author of a change waits for this process's sockets to follow it.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(in super::super) struct FeedProgress {
    /// The newest applied change.
    applied: watch::Sender<ChangeNumber>,
    /// When the whole store was last read.
    fresh: watch::Sender<Instant>,
}

impl FeedProgress {
    pub(in super::super) fn new(applied: ChangeNumber) -> Self {
        Self {
            applied: watch::Sender::new(applied),
            fresh: watch::Sender::new(clock::instant()),
        }
    }

    /// The newest applied change.
    pub(in super::super) fn applied(&self) -> ChangeNumber {
        *self.applied.borrow()
    }

    pub(super) fn note_applied(&self, change: ChangeNumber) {
        self.applied.send_replace(change);
    }

    /// Waits until a change is applied.
    pub(in super::super) async fn reached(&self, change: ChangeNumber) -> Result<(), StoreError> {
        let mut applied = self.applied.subscribe();
        let waiting = timeout(PATIENCE, applied.wait_for(|applied| *applied >= change));
        match waiting.await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(StoreError::Locked),
        }
    }

    /// Whether this process has not read the whole store for a while.
    pub(in super::super) fn is_stale(&self) -> bool {
        clock::instant().duration_since(*self.fresh.borrow()) > STALE
    }

    pub(super) fn note_fresh(&self, as_of: Instant) {
        if self.is_stale() {
            tracing::info!("the change feed is followed again");
        }
        self.fresh.send_replace(as_of);
    }
}
