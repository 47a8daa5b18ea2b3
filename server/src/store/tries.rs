//! Rate limits that are counted for all nodes together.

use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use steadfast_shared::Millis;

use super::StoreError;

/// Most counters kept. Beyond it those that expire soonest are deleted.
pub const TRIES_KEPT: u64 = 100_000;

/// A kind of attempt and its subject, as a hash, so that the table names no person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TryKey([u8; 16]);

impl TryKey {
    /// The key for a kind of attempt, and the values that identify its subject.
    pub fn new(kind: &str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in [kind.as_bytes()].iter().chain(parts) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize()[..16]);
        Self(key)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// One attempt under a limit: a burst, and then one per interval.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Try {
    pub key: TryKey,
    /// The burst: attempts allowed at once.
    pub at_once: u32,
    /// The interval after which one more is allowed, in milliseconds.
    pub every: Millis,
}

impl Try {
    /// How long the attempts count at most.
    pub(super) fn longest(&self) -> Millis {
        self.every * Millis::from(self.at_once)
    }

    /// The total they may already count for when one more is allowed.
    pub(super) fn allowed(&self) -> Millis {
        self.longest().saturating_sub(self.every)
    }

    /// The time to wait, if attempts count until then.
    pub(super) fn wait(&self, until: Millis, now: Millis) -> Duration {
        Duration::from_millis(until.saturating_sub(now + self.allowed()))
    }
}

/// The store of attempts.
#[async_trait]
pub trait Tries {
    /// Counts one of each of these attempts, in order, up to the first that is over its limit. Returns the time that one has to
    /// wait; `None` if none is over its limit. Uses the database's own clock if it has one.
    async fn count_tries(&self, tries: &[Try], at: Millis) -> Result<Option<Duration>, StoreError>;

    /// Deletes expired attempts, and those beyond [`TRIES_KEPT`].
    async fn prune_tries(&self, at: Millis) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_kinds_and_parts_apart() {
        let keys = [
            TryKey::new("a", &[b"bc"]),
            TryKey::new("ab", &[b"c"]),
            TryKey::new("a", &[b"b", b"c"]),
            TryKey::new("a", &[b"bc", b""]),
        ];
        for (nth, key) in keys.iter().enumerate() {
            assert!(!keys[nth + 1..].contains(key));
        }
        assert_eq!(keys[0], TryKey::new("a", &[b"bc"]));
    }
}
