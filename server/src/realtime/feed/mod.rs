//! The listener: one task per process that brings its sockets in line with the commits of every node.
//!
//! Each round reads the change feed and the rooms' entries from one snapshot. Then, under the lock that publishes, it applies the
//! changes in order and publishes the entries: a change before the entries that follow it, and never past a gap. This process's
//! own commands take the same path.
//!
//! - [`hints`]: the hints for a round
//! - `gather`: its reads
//! - `apply`: applies a change to sockets
//! - `membership`: adds sockets to rooms and removes them
//! - [`progress`]: how far the feed has been followed
//! - `lineage`: checks after a failover whether the database still has the same history
//! - `sync`: synchronizes a person's sockets with the store
//!
//! Invariant: no query is awaited under the lock that publishes. Only a round applies changes.

mod apply;
mod gather;
pub(super) mod hints;
mod lineage;
mod membership;
pub(super) mod progress;
mod sync;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::FutureExt;
use tokio::time::timeout;

use crate::clock;
use crate::realtime::entries::hub::Hub;
use crate::store::StoreError;
use apply::Applying;
use gather::Gathered;
use hints::HintedRooms;

/// How often everything is checked without a hint.
const ROUND: Duration = Duration::from_secs(1);
/// How soon a failed round is retried.
const RETRY: Duration = Duration::from_millis(100);
/// Time limit for a round's reads.
const READING: Duration = Duration::from_secs(3);

/// Follows the change feed until the server is dropped.
pub(super) async fn listen(hub: Weak<Hub>) {
    let Some(hints) = hub.upgrade().map(|hub| hub.hints.clone()) else {
        return;
    };
    let mut last_full = clock::instant();
    let mut wait = ROUND;
    loop {
        let _ = timeout(wait, hints.wait()).await;
        let Some(hub) = hub.upgrade() else { return };
        let began = clock::instant();
        let rooms = match hints.take() {
            HintedRooms::These(_) if began.duration_since(last_full) >= ROUND => HintedRooms::All,
            rooms => rooms,
        };
        let done = AssertUnwindSafe(hub.round(&rooms)).catch_unwind().await;
        match done {
            Ok(Ok(())) => {
                if rooms == HintedRooms::All {
                    last_full = began;
                    hub.progress.note_fresh(began);
                }
                wait = ROUND.saturating_sub(clock::instant().duration_since(last_full));
                continue;
            }
            Ok(Err(error)) if error.is_closed() => return,
            Ok(Err(error)) => tracing::warn!(%error, "the change feed could not be followed yet"),
            Err(_) => tracing::error!("following the change feed panicked; the next round continues"),
        }
        // The hints stay pending.
        last_full = began.checked_sub(ROUND).unwrap_or(began);
        hints.restore(rooms);
        wait = Duration::ZERO;
        tokio::time::sleep(RETRY).await;
    }
}

impl Hub {
    /// Brings this process's sockets in line with the store, for these rooms.
    async fn round(&self, rooms: &HintedRooms) -> Result<(), StoreError> {
        self.follow_lineage().await?;
        loop {
            let start = {
                let published = self.published().await;
                let heads = match rooms {
                    HintedRooms::These(rooms) => published.heads_among(rooms),
                    HintedRooms::All => published.heads(),
                };
                gather::Start {
                    applied: published.applied(),
                    heads,
                    unsynced: published.unsynced.iter().copied().take(gather::PEOPLE).collect(),
                }
            };
            let reading = timeout(READING, Gathered::read(self, start));
            let gathered = reading.await.map_err(|_| StoreError::Locked)??;
            if !self.apply(gathered).await {
                return Ok(());
            }
        }
    }

    /// Applies the round's reads. Returns whether there is more to read at once.
    async fn apply(&self, gathered: Gathered) -> bool {
        let mut published = self.published().await;
        let mut more = gathered.more;
        let mut applying = Applying {
            hub: self,
            published: &mut published,
            gathered: &gathered,
        };
        applying.sync_people();
        if let Some(head) = gathered.skip_to {
            applying.skip_to(head);
        }
        for nth in 0..gathered.changes.len() {
            applying.change(nth).await;
        }
        self.progress.note_applied(published.applied());
        more |= !published.unsynced.is_empty();
        if published.unsynced.is_empty() {
            for log in gathered.grown {
                let end = log.fresh.last().map_or(0, |entry| entry.seq);
                more |= end < log.head;
                self.publish_log(&mut published, log.room, log.fresh).await;
            }
        }
        published.forget_idle(|| self.people.rooms());
        more
    }
}

/// Starts following the store in the background.
pub(super) fn start(hub: &Arc<Hub>) {
    tokio::spawn(listen(Arc::downgrade(hub)));
}
