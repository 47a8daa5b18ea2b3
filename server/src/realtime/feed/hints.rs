//! Hints that something may have changed. Any may be lost, late or duplicated; the listener's timer makes up for it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use steadfast_shared::RoomId;
use tokio::sync::Notify;

/// Most rooms listed individually. Beyond it all are checked.
const ROOMS: usize = 1_024;

/// Hints for the listener about rooms; the feed is read in any case.
#[derive(Debug, Default)]
pub(in super::super) struct Hints {
    pending: Mutex<HintedRooms>,
    notify: Notify,
}

/// Rooms that may have grown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum HintedRooms {
    These(BTreeSet<RoomId>),
    All,
}

impl Default for HintedRooms {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

impl Hints {
    /// The feed may have grown.
    pub(in super::super) fn feed(&self) {
        self.notify.notify_one();
    }

    /// A room may have grown.
    pub(in super::super) fn room(&self, room: RoomId) {
        let mut pending = self.pending();
        if let HintedRooms::These(rooms) = &mut *pending {
            rooms.insert(room);
            if rooms.len() > ROOMS {
                *pending = HintedRooms::All;
            }
        }
        drop(pending);
        self.notify.notify_one();
    }

    /// Anything may have changed.
    pub(in super::super) fn everything(&self) {
        *self.pending() = HintedRooms::All;
        self.notify.notify_one();
    }

    /// Takes the hints and leaves none.
    pub(super) fn take(&self) -> HintedRooms {
        std::mem::take(&mut *self.pending())
    }

    /// Puts back hints that were not processed.
    pub(super) fn restore(&self, rooms: HintedRooms) {
        match rooms {
            HintedRooms::All => *self.pending() = HintedRooms::All,
            HintedRooms::These(rooms) => rooms.into_iter().for_each(|room| self.room(room)),
        }
    }

    /// Waits for a hint.
    pub(super) async fn wait(&self) {
        self.notify.notified().await;
    }

    fn pending(&self) -> MutexGuard<'_, HintedRooms> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn room(nth: u128) -> RoomId {
        RoomId(Uuid::from_u128(nth))
    }

    #[test]
    fn hints_are_joined_and_bounded() {
        let hints = Hints::default();
        hints.room(room(1));
        hints.room(room(1));
        assert_eq!(hints.take(), HintedRooms::These(BTreeSet::from([room(1)])));
        assert_eq!(hints.take(), HintedRooms::default());
        for nth in 0..=ROOMS as u128 {
            hints.room(room(nth));
        }
        assert_eq!(hints.take(), HintedRooms::All);
        hints.everything();
        hints.room(room(1));
        assert_eq!(hints.take(), HintedRooms::All);
    }
}
