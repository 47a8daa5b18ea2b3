//! The listener: one task per process that brings its sockets in line with the commits of every node.
//!
//! Each round reads the change feed and the rooms' entries from one snapshot. Then, under the lock that publishes, it applies the
//! changes in order and publishes the entries: a change before the entries that follow it, and never past a gap. This process's
//! own commands take the same path.
//!
//! - [`hints`]: the hints for a round
//! - `gather`: its reads
//! - `apply`: applies a change to sockets
//! - `lineage`: checks after a failover whether the database still has the same history
//! - `sync`: synchronizes a person's sockets with the store
//!
//! Invariant: no query is awaited under the lock that publishes. Only a round applies changes.

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

/// How often everything is checked without a hint.
const ROUND: Duration = Duration::from_secs(1);
/// How soon a failed round is retried.
const RETRY: Duration = Duration::from_millis(100);
/// Time limit for a round's reads.
const READING: Duration = Duration::from_secs(3);
/// How long this process may go without reading the store before it reports that it is stale.
const STALE: Duration = Duration::from_secs(5);
/// How long the author of a change waits for this process's sockets to follow it.
const PATIENCE: Duration = Duration::from_secs(5);

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
                    hub.is_fresh_as_of(began);
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

    /// Waits until this process's sockets follow the feed up to this change.
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

    /// Waits until this process's sockets follow everything committed so far.
    pub(super) async fn follow_all(&self) -> Result<(), StoreError> {
        let head = self.store.snapshot().await?.feed_head().await?;
        self.follow(head).await
    }

    /// A member's view of a room, consistent with the live entries.
    pub(super) async fn view(&self, room: RoomId, user: UserId) -> Result<Option<Room>, StoreError> {
        let Some(mut view) = self.store.views(room, &[user]).await?.remove(&user) else {
            return Ok(None);
        };
        if self.published().await.bring_up_to_date(&mut view, user) {
            self.hints.room(room);
        }
        Ok(Some(view))
    }

    /// Whether this process has not read the whole store for a while.
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

/// Starts following the store in the background.
pub(super) fn start(hub: &Arc<Hub>) {
    tokio::spawn(listen(Arc::downgrade(hub)));
}
