//! The listener: one task per process brings its sockets in line with commits of every node.
//!
//! Each round reads the change feed and the entries of rooms from one snapshot, and then, under the lock that publishes,
//! applies the changes in order and publishes the entries: the feed before the entries that follow it, and never past a gap.
//! This process' own commands take the same path.
//!
//! - [`hints`]: the hints for a round
//! - `gather`: its reads
//! - `apply`: sockets follow a change
//! - `lineage`: whether the database still has the same history, after a failover
//! - `sync`: a person's sockets are brought in line with all that is stored
//!
//! Invariant: no query is awaited under the lock that publishes. Nothing but a round applies changes.

mod apply;
mod gather;
pub(super) mod hints;
mod lineage;
mod sync;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::FutureExt;
use steadfast_shared::{Room, RoomId, UserId};
use tokio::time::timeout;

use super::adapter::hint::Hint;
use super::hub::Hub;
use crate::clock::{self, Instant};
use crate::store::{ChangeNumber, StoreError};
use gather::Gathered;
use hints::HintedRooms;

/// How often everything is looked at, whether a hint came or not.
const ROUND: Duration = Duration::from_secs(1);
/// How soon a round that failed is tried again.
const RETRY: Duration = Duration::from_millis(100);
/// How long a round may read.
const READING: Duration = Duration::from_secs(3);
/// How long a process may not have seen all that is stored before it says so.
const STALE: Duration = Duration::from_secs(5);
/// How long whoever changed something waits until this process' sockets follow it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Follows the change feed until the server is gone.
pub(super) async fn listen(hub: Weak<Hub>) {
    let Some(hints) = hub.upgrade().map(|hub| hub.hints.clone()) else {
        return;
    };
    let mut looked = clock::instant();
    let mut wait = ROUND;
    loop {
        let _ = timeout(wait, hints.wait()).await;
        let Some(hub) = hub.upgrade() else { return };
        let began = clock::instant();
        let rooms = match hints.take() {
            HintedRooms::These(_) if began.duration_since(looked) >= ROUND => HintedRooms::All,
            rooms => rooms,
        };
        let done = AssertUnwindSafe(hub.round(&rooms)).catch_unwind().await;
        match done {
            Ok(Ok(())) => {
                if rooms == HintedRooms::All {
                    looked = began;
                    hub.is_fresh_as_of(began);
                }
                wait = ROUND.saturating_sub(clock::instant().duration_since(looked));
                continue;
            }
            Ok(Err(error)) if error.is_closed() => return,
            Ok(Err(error)) => tracing::warn!(%error, "the change feed could not be followed yet"),
            Err(_) => tracing::error!("following the change feed panicked; it goes on with the next round"),
        }
        // The hints are not forgotten.
        looked = began.checked_sub(ROUND).unwrap_or(began);
        hints.restore(rooms);
        wait = Duration::ZERO;
        tokio::time::sleep(RETRY).await;
    }
}

impl Hub {
    /// Brings this process' sockets in line with the store, as far as these rooms are concerned.
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

    /// Applies the round's reads. Answers whether there is more to read at once.
    async fn apply(&self, gathered: Gathered) -> bool {
        let mut published = self.published().await;
        let mut more = gathered.more;
        for person in &gathered.unsynced {
            self.sync_person(&mut published, person, &gathered);
        }
        if let Some(head) = gathered.skip_to {
            published.skip_to(head);
            self.note_unsynced(&mut published, head);
        }
        for nth in 0..gathered.changes.len() {
            self.apply_change(&mut published, &gathered, nth).await;
            published.note_applied(gathered.changes[nth].clone());
        }
        self.applied.send_replace(published.applied());
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

    /// Waits until this process' sockets follow the feed up to this change.
    pub(super) async fn follow(&self, change: ChangeNumber) -> Result<(), StoreError> {
        self.adapter.send(&Hint::Feed(Some(change)));
        let mut applied = self.applied.subscribe();
        if *applied.borrow() >= change {
            return Ok(());
        }
        self.hints.feed();
        let waiting = timeout(PATIENCE, applied.wait_for(|applied| *applied >= change));
        match waiting.await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(StoreError::Locked),
        }
    }

    /// Waits until this process' sockets follow everything committed so far.
    pub(super) async fn follow_all(&self) -> Result<(), StoreError> {
        let head = self.store.snapshot().await?.feed_head().await?;
        self.follow(head).await
    }

    /// A room as a person in it sees it, fitting the live entries.
    pub(super) async fn view(&self, room: RoomId, user: UserId) -> Result<Option<Room>, StoreError> {
        let Some(mut view) = self.store.views(room, &[user]).await?.remove(&user) else {
            return Ok(None);
        };
        if self.published().await.bring_up_to_date(&mut view, user) {
            self.hints.room(room);
        }
        Ok(Some(view))
    }

    /// Whether this process has not seen all that is stored for a while.
    pub(super) fn is_stale(&self) -> bool {
        clock::instant().duration_since(*self.fresh.borrow()) > STALE
    }

    fn is_fresh_as_of(&self, moment: Instant) {
        if self.is_stale() {
            tracing::info!("the change feed is followed again");
        }
        self.fresh.send_replace(moment);
    }
}

/// Has everything that is stored followed in the background.
pub(super) fn start(hub: &Arc<Hub>) {
    tokio::spawn(listen(Arc::downgrade(hub)));
}
