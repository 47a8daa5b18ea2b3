//! The budget for bytes of incomplete messages.
//!
//! A WebSocket's message is buffered until its last byte arrives. Each message is bounded; this bounds the total, so that a few
//! accounts with many connections cannot fill the memory with messages they never finish.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{self, Instant};

/// Most bytes in total, and per network.
const IN_ALL: usize = 96 * 1024 * 1024;
const OF_NETWORK: usize = 48 * 1024 * 1024;
/// Bytes per connection that are not counted.
const FREE: usize = 64 * 1024;
/// Bytes written off per second, because answers to pings belong to no message.
const FORGOTTEN_PER_SECOND: usize = 16;

/// The shared count of pending bytes; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget(Arc<Mutex<PendingBytes>>);

#[derive(Debug, Default)]
struct PendingBytes {
    in_all: usize,
    of_network: HashMap<IpAddr, usize>,
}

/// The pending bytes of one connection.
#[derive(Debug)]
pub struct PendingRequest {
    budget: Budget,
    network: Option<IpAddr>,
    state: Mutex<PendingState>,
}

#[derive(Debug)]
struct PendingState {
    bytes: usize,
    charged: usize,
    seen: Instant,
}

impl Budget {
    /// Starts a count for a connection. A proxy has no network and counts toward the total only, because it has many clients.
    pub(super) fn connection(&self, network: Option<IpAddr>) -> PendingRequest {
        PendingRequest {
            budget: self.clone(),
            network,
            state: Mutex::new(PendingState {
                bytes: 0,
                charged: 0,
                seen: clock::instant(),
            }),
        }
    }

    fn charge(&self, network: Option<IpAddr>, bytes: usize) -> bool {
        let mut counts = self.counts();
        let of_network = network.map_or(0, |network| counts.of_network.get(&network).copied().unwrap_or(0));
        if counts.in_all + bytes > IN_ALL || of_network + bytes > OF_NETWORK {
            return false;
        }
        counts.in_all += bytes;
        if let Some(network) = network {
            counts.of_network.insert(network, of_network + bytes);
        }
        true
    }

    fn give_back(&self, network: Option<IpAddr>, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let mut counts = self.counts();
        counts.in_all -= bytes;
        if let Some(network) = network {
            let left = counts.of_network.get(&network).map_or(0, |count| count - bytes);
            if left == 0 {
                counts.of_network.remove(&network);
            } else {
                counts.of_network.insert(network, left);
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, PendingBytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PendingRequest {
    /// Counts received bytes. Returns whether they fit the budget.
    pub(crate) fn add(&self, bytes: usize, now: Instant) -> bool {
        let mut state = self.state();
        let passed = now.saturating_duration_since(state.seen);
        if passed >= Duration::from_secs(1) {
            let seconds = usize::try_from(passed.as_secs()).unwrap_or(usize::MAX);
            state.bytes = state
                .bytes
                .saturating_sub(seconds.saturating_mul(FORGOTTEN_PER_SECOND));
            state.seen = now;
        }
        state.bytes = state.bytes.saturating_add(bytes);
        let due = state.bytes.saturating_sub(FREE);
        if due > state.charged {
            if !self.budget.charge(self.network, due - state.charged) {
                return false;
            }
            state.charged = due;
        }
        true
    }

    /// Resets the count: the pending message is complete.
    pub(crate) fn clear(&self) {
        let mut state = self.state();
        state.bytes = 0;
        let charged = std::mem::take(&mut state.charged);
        self.budget.give_back(self.network, charged);
    }

    fn state(&self) -> MutexGuard<'_, PendingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for PendingRequest {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    #[test]
    fn fault_m03_messages_that_are_never_finished_are_bounded_per_network_and_in_all() {
        let budget = Budget::default();
        let now = clock::instant();
        let fill = |network: u8| {
            let open: Vec<_> = (0..100)
                .map(|_| budget.connection(Some([192, 0, 2, network].into())))
                .collect();
            let taken = open.iter().filter(|pending| pending.add(MIB, now)).count();
            (taken, open)
        };
        let (of_one, first) = fill(1);
        assert_eq!(of_one, OF_NETWORK / (MIB - FREE));
        let (_, second) = fill(2);
        let (left, third) = fill(3);
        assert!(left < 10, "{left}");
        // Bytes below `FREE` count for nothing.
        assert!(budget.connection(Some([192, 0, 2, 1].into())).add(FREE, now));
        drop((first, second, third));
        let counts = budget.counts();
        assert_eq!((counts.in_all, counts.of_network.len()), (0, 0));
    }

    #[test]
    fn answers_to_pings_never_add_up() {
        let pending = Budget::default().connection(None);
        let mut now = clock::instant();
        for _ in 0..1_000_000 {
            now += Duration::from_secs(25);
            assert!(pending.add(7, now));
        }
        assert_eq!(pending.state().charged, 0);
    }

    #[test]
    fn a_message_that_is_whole_leaves_its_room_to_others() {
        let budget = Budget::default();
        let now = clock::instant();
        let pending = budget.connection(None);
        for _ in 0..1_000 {
            assert!(pending.add(MIB, now));
            pending.clear();
        }
        assert_eq!(budget.counts().in_all, 0);
    }
}
