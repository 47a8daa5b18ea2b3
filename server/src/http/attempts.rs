//! Rate limits for attempts, per key. Idle keys are dropped.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use steadfast_shared::{ErrorCode, Nickname, UserId, WireError};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use uuid::Uuid;

use super::HttpRefusal;
use crate::bucket::Bucket;
use crate::clock::{self, Instant};
use crate::request::client_address::network;
use crate::store::{Store, Try, TryKey};

/// Most keys remembered at the same time, per kind of attempt.
const KEYS: usize = 10_000;

/// Passphrases that one address may try on one nickname: the burst, then the rate per minute.
const GUESSES: (u32, f64) = (10, 1.0);
/// Passphrases that all addresses together may try on one nickname: the burst, then the rate per minute. Ten times as many, so
/// that no single stranger uses up the owner's share.
const GUESSES_OF_ALL: (u32, f64) = (100, 10.0);

/// Guesses being counted in the database at the same time. Beyond them a guess counts for this process alone.
const COUNTED_AT_ONCE: usize = 4;
/// How long a sign-in waits for the database to count its guess. After that the guess counts for this process alone.
const COUNTING: Duration = Duration::from_millis(500);
/// After this many guesses, expired counts are deleted.
const PRUNED_AFTER: u32 = 1_000;

/// The attempts of each key.
#[derive(Debug)]
pub struct Attempts<K> {
    burst: u32,
    per_minute: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Eq + Hash> Attempts<K> {
    /// Allows each key `burst` attempts at once and `per_minute` on average.
    pub fn new(burst: u32, per_minute: f64) -> Self {
        Self {
            burst,
            per_minute,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Allows each key this many attempts a minute, all of them at once.
    pub fn per_minute(attempts: u32) -> Self {
        Self::new(attempts, attempts.into())
    }

    /// Counts one attempt, or returns the time to wait.
    pub fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEYS && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| !bucket.is_full(now));
            if buckets.len() >= KEYS {
                buckets.clear();
            }
        }
        buckets
            .entry(key)
            .or_insert_with(|| Bucket::new(self.per_minute / 60.0, self.burst, now))
            .take(1, now)
    }
}

/// Counts passphrase attempts. Correct ones count as well, because that is known only after hashing.
///
/// A person cannot be locked out from elsewhere: each address has its own attempts at each nickname, and only many addresses
/// together use up the total. Signed-in devices need no passphrase, and have their own attempts to change it.
///
/// The database counts for all nodes together. This process counts first, so that a flood costs the database nothing, and its
/// count stands alone if the database does not answer in time.
pub struct Guesses {
    store: Arc<dyn Store>,
    counting: Arc<Semaphore>,
    counted: AtomicU32,
    here: GuessesHere,
}

/// The counts of this process.
#[derive(Debug)]
struct GuessesHere {
    of_address: Attempts<(IpAddr, UserId)>,
    of_all: Attempts<UserId>,
    of_themselves: Attempts<UserId>,
}

impl Default for GuessesHere {
    fn default() -> Self {
        Self {
            of_address: Attempts::new(GUESSES.0, GUESSES.1),
            of_all: Attempts::new(GUESSES_OF_ALL.0, GUESSES_OF_ALL.1),
            of_themselves: Attempts::new(GUESSES.0, GUESSES.1),
        }
    }
}

impl GuessesHere {
    fn sign_in(&self, address: IpAddr, user: UserId, now: Instant) -> Result<(), Duration> {
        // In this order: an address that has used up its attempts takes none from the others.
        self.of_address.take((network(address), user), now)?;
        self.of_all.take(user, now)
    }
}

impl Guesses {
    /// Starts with empty local counts.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            counting: Arc::new(Semaphore::new(COUNTED_AT_ONCE)),
            counted: AtomicU32::new(0),
            here: GuessesHere::default(),
        }
    }

    /// Counts an attempt to sign in as this person.
    pub async fn sign_in(&self, address: IpAddr, user: UserId) -> Result<(), Duration> {
        self.here.sign_in(address, user, clock::instant())?;
        let network = network(address).to_string();
        let user = user.0.as_bytes().as_slice();
        // In this order: an address that has used up its attempts takes none from the others.
        self.count([
            one_try("guess of an address", &[network.as_bytes(), user], GUESSES),
            one_try("guess", &[user], GUESSES_OF_ALL),
        ])
        .await
    }

    /// Counts an attempt to sign in under an unused nickname, so that it looks like a used one.
    pub async fn sign_in_as_nobody(&self, address: IpAddr, name: &Nickname) -> Result<(), Duration> {
        let digest = Sha256::digest(name.as_str().to_lowercase());
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        self.sign_in(address, UserId(Uuid::from_bytes(id))).await
    }

    /// Counts an attempt by a signed-in person to change the passphrase.
    pub async fn change(&self, user: UserId) -> Result<(), Duration> {
        self.here.of_themselves.take(user, clock::instant())?;
        self.count([one_try("change", &[user.0.as_bytes()], GUESSES)])
            .await
    }

    /// Counts attempts in the database, if it answers in time.
    async fn count<const N: usize>(&self, tries: [Try; N]) -> Result<(), Duration> {
        let Ok(permit) = self.counting.clone().try_acquire_owned() else {
            return Ok(());
        };
        let prunes = self.counted.fetch_add(1, Ordering::Relaxed) % PRUNED_AFTER == PRUNED_AFTER - 1;
        let store = self.store.clone();
        // In a task of its own, so that the caller's end does not cancel an open transaction.
        let counting = tokio::spawn(async move {
            let counted = store.count_tries(&tries, clock::now()).await;
            if prunes && let Err(error) = store.prune_tries(clock::now()).await {
                tracing::warn!(%error, "expired guesses could not be deleted yet");
            }
            drop(permit);
            counted
        });
        match timeout(COUNTING, counting).await {
            Ok(Ok(Ok(wait))) => wait.map_or(Ok(()), Err),
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "a guess could not be counted for all nodes");
                Ok(())
            }
            Ok(Err(_)) | Err(_) => {
                tracing::warn!("the database did not count a guess in time: it counts for this node alone");
                Ok(())
            }
        }
    }
}

fn one_try(kind: &str, parts: &[&[u8]], (at_once, per_minute): (u32, f64)) -> Try {
    Try {
        key: TryKey::new(kind, parts),
        at_once,
        every: Duration::from_secs_f64(60.0 / per_minute)
            .as_millis()
            .try_into()
            .unwrap_or(u64::MAX),
    }
}

/// The refusal after too many attempts.
pub(super) fn too_many(what: &str) -> impl Fn(Duration) -> HttpRefusal {
    let message = format!("too many {what}: try again later");
    move |wait| {
        HttpRefusal(WireError {
            retry_after_ms: Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            ..WireError::new(ErrorCode::RateLimited, message.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn address(n: u8) -> IpAddr {
        [192, 0, 2, n].into()
    }

    #[test]
    fn a_stranger_who_guesses_leaves_the_owner_elsewhere_their_tries() {
        let (guesses, mina) = (GuessesHere::default(), UserId(Uuid::nil()));
        let mut now = clock::instant();
        for _ in 0..24 * 60 {
            for _ in 0..20 {
                let _ = guesses.sign_in(address(1), mina, now);
            }
            assert!(guesses.sign_in(address(1), mina, now).is_err());
            now += Duration::from_secs(60);
        }
        assert!(guesses.sign_in(address(2), mina, now).is_ok());
        assert!(guesses.of_themselves.take(mina, now).is_ok());
    }

    #[test]
    fn many_strangers_together_have_few_tries() {
        let (guesses, mina) = (GuessesHere::default(), UserId(Uuid::nil()));
        let now = clock::instant();
        let tried = (0..200).filter(|n| guesses.sign_in(address(*n), mina, now).is_ok());
        assert_eq!(tried.count(), 100);
        assert!(guesses.sign_in(address(1), UserId(Uuid::max()), now).is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let attempts = Attempts::new(1, 1.0);
        let now = clock::instant();
        for key in 0..3 * KEYS {
            attempts.take(key, now).unwrap();
        }
        assert!(attempts.buckets.lock().unwrap().len() <= KEYS);
    }
}
