//! How often something may be tried, counted for all nodes together.

use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use steadfast_shared::Millis;

use super::StoreError;

/// Most things remembered that were tried. With more, those whose tries count for the shortest time are forgotten.
pub const TRIES_KEPT: u64 = 100_000;

/// The kind of attempt, and by whom: a hash, so that the table names nobody.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TryKey([u8; 16]);

impl TryKey {
    /// The key of a kind of attempt, and of the value that tells one from another.
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

/// One try of something that may be tried so many times at once, and then every so often.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Try {
    pub key: TryKey,
    /// How often at once.
    pub at_once: u32,
    /// How soon one more comes, in milliseconds.
    pub every: Millis,
}

impl Try {
    /// For how long tries count at most.
    pub(super) fn longest(&self) -> Millis {
        self.every * Millis::from(self.at_once)
    }

    /// For how long they may count already where one more is allowed.
    pub(super) fn allowed(&self) -> Millis {
        self.longest().saturating_sub(self.every)
    }

    /// How long to wait, where tries count until then.
    pub(super) fn wait(&self, until: Millis, now: Millis) -> Duration {
        Duration::from_millis(until.saturating_sub(now + self.allowed()))
    }
}

/// Where tries are counted.
#[async_trait]
pub trait Tries {
    /// Counts one try of each of these, in this order, up to the first that is out of tries: answers how long that one has to wait.
    /// By the database's own clock where it has one.
    async fn count_tries(&self, tries: &[Try], at: Millis) -> Result<Result<(), Duration>, StoreError>;

    /// Forgets attempts that count no longer, and those past [`TRIES_KEPT`].
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
