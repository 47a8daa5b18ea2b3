//! Passphrases, hashed with Argon2id: slow and large on purpose, so only a few at a time.

use std::sync::Arc;

use argon2::password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use steadfast_shared::Passphrase;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// Memory one hash takes, in KiB; with [`ROUNDS`] and [`LANES`] one of the settings OWASP's password storage cheat sheet
/// recommends.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
const ROUNDS: u32 = 2;
/// Threads one hash takes.
const LANES: u32 = 1;

/// Hashes computed at the same time.
const AT_ONCE: usize = 2;
/// Hashes that wait their turn, those under way counted; one more is refused at once.
const WAITING: usize = 32;

/// A hash nobody knows a passphrase of: what is compared where there is no other, so that the time taken tells nothing.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3RlYWRmYXN0IG5vYm9keQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes passphrases, beside everything else.
#[derive(Clone, Debug)]
pub struct Passphrases {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Why nothing was hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// As many as may are waiting.
    #[error("too many passphrases are waiting to be hashed")]
    Busy,
    /// It cannot be computed.
    #[error("the passphrase could not be hashed: {0}")]
    Failed(password_hash::Error),
    /// The task that computed it is gone.
    #[error("the hashing was broken off")]
    BrokenOff,
}

impl Default for Passphrases {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }
}

impl Passphrases {
    /// The hash to keep: a PHC string with its parameters and a fresh salt.
    pub async fn hash(&self, passphrase: &Passphrase) -> Result<String, HashError> {
        let text = prepared(passphrase);
        self.work(move || hash(&text)).await?.map_err(HashError::Failed)
    }

    /// Whether this is the passphrase. Takes as long where there is none to compare it with.
    pub async fn verify(&self, passphrase: &Passphrase, hash: Option<&str>) -> Result<bool, HashError> {
        let text = prepared(passphrase);
        let known = hash.is_some();
        let hash = hash.unwrap_or(NOBODYS).to_owned();
        let same = self.work(move || verify(&text, &hash)).await?;
        Ok(same && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let waiting = self.waiting.clone().try_acquire_owned();
        let waiting = waiting.map_err(|_| HashError::Busy)?;
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|_| HashError::BrokenOff)?;
        // The permits go with the work: whoever asked may be gone before it is done.
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((turn, waiting));
            done
        });
        worked.await.map_err(|_| HashError::BrokenOff)
    }
}

/// What is hashed: however a keyboard composes letters and whichever spaces it has, the same text is the same passphrase
/// (as the OpaqueString profile of RFC 8265 has it, which would also refuse some).
fn prepared(passphrase: &Passphrase) -> String {
    let space = |c: char| {
        if c.is_whitespace() && !c.is_control() {
            ' '
        } else {
            c
        }
    };
    passphrase.as_str().chars().map(space).nfc().collect()
}

fn hash(text: &str) -> Result<String, password_hash::Error> {
    let params = Params::new(MEMORY_KIB, ROUNDS, LANES, None)?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    hasher.hash_password(text.as_bytes()).map(|hash| hash.to_string())
}

fn verify(text: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    // The parameters are the hash's own.
    Argon2::default().verify_password(text.as_bytes(), &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_passphrase_is_told_from_others_and_never_hashed_twice_alike() {
        let passphrases = Passphrases::default();
        let right = passphrase("correct horse");
        let hash = passphrases.hash(&right).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passphrases.hash(&right).await.unwrap());
        assert!(passphrases.verify(&right, Some(&hash)).await.unwrap());
        assert!(
            !passphrases
                .verify(&passphrase("wrong horse"), Some(&hash))
                .await
                .unwrap()
        );
        assert!(!passphrases.verify(&right, None).await.unwrap());
        assert!(!passphrases.verify(&right, Some("no hash")).await.unwrap());
    }

    #[tokio::test]
    async fn the_same_letters_are_the_same_passphrase_on_every_keyboard() {
        let passphrases = Passphrases::default();
        let composed = "안녕하세요 반갑습니다";
        let hash = passphrases.hash(&passphrase(composed)).await.unwrap();
        let apart: String = composed.nfd().collect::<String>().replace(' ', "\u{3000}");
        assert_ne!(apart, composed);
        assert!(
            passphrases
                .verify(&passphrase(&apart), Some(&hash))
                .await
                .unwrap()
        );
    }

    #[test]
    fn comparing_with_nobodys_hash_takes_the_work_of_a_real_one() {
        let nobodys = PasswordHash::new(NOBODYS).unwrap();
        let real = hash("correct horse").unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!(nobodys.params, real.params);
        assert_eq!(
            nobodys.hash.unwrap().as_bytes().len(),
            real.hash.unwrap().as_bytes().len()
        );
    }

    #[tokio::test]
    async fn a_flood_is_refused_and_not_queued() {
        let passphrases = Passphrases::default();
        let flood: Vec<_> = (0..WAITING + 8)
            .map(|_| {
                let passphrases = passphrases.clone();
                tokio::spawn(async move { passphrases.verify(&passphrase("correct horse"), None).await })
            })
            .collect();
        let mut busy = 0;
        for one in flood {
            busy += usize::from(matches!(one.await.unwrap(), Err(HashError::Busy)));
        }
        assert!(busy > 0, "none was refused");
        assert!(
            !passphrases
                .verify(&passphrase("correct horse"), None)
                .await
                .unwrap()
        );
    }
}
