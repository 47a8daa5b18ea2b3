//! Passphrase hashing with Argon2id: slow and memory-hungry on purpose, so only a few at a time, in memory that is allocated
//! once.

mod thread;

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use steadfast_shared::Passphrase;
use unicode_normalization::UnicodeNormalization;

use crate::clock;
use crate::turns::{Class, Turns};

/// Memory per hash, in KiB; with [`ROUNDS`] and [`LANES`] one of the settings that OWASP's password storage cheat sheet
/// recommends.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
const ROUNDS: u32 = 2;
const LANES: u32 = 1;

/// Most hashes computed at the same time, in reused memory.
const AT_ONCE: usize = 2;
/// The assumed duration of a hash until one has been measured.
const EXPECTED: Duration = Duration::from_millis(50);

/// A hash without a known passphrase: verified if the account has none, so that the time taken reveals nothing.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3RlYWRmYXN0IG5vYm9keQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes passphrases on threads of its own.
#[derive(Clone, Debug)]
pub struct Passphrases {
    turns: Turns,
    memory: Arc<Memory>,
    /// Duration of the last hash, including its wait, in microseconds.
    lasted: Arc<AtomicU64>,
}

/// The requester of a hash.
#[derive(Clone, Copy, Debug)]
pub struct For {
    /// The priority in the queue.
    pub class: Class,
    /// The network the request comes from.
    pub network: IpAddr,
}

impl For {
    /// An operator on the server's own machine.
    pub const OPERATOR: Self = Self {
        class: Class::Device,
        network: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
}

/// The memory for hashes: allocated on first use and kept, because not every allocator returns freed memory of this size.
#[derive(Debug, Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    fn with<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut memory = kept.unwrap_or_default();
        if memory.len() < blocks {
            memory.resize(blocks, Block::default());
        }
        let done = work(&mut memory[..blocks]);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < AT_ONCE {
            kept.push(memory);
        }
        done
    }
}

/// Why a passphrase was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The queue is full.
    #[error("too many passphrases are waiting to be hashed")]
    Busy,
    /// The hash cannot be computed.
    #[error("the passphrase could not be hashed: {0}")]
    Failed(password_hash::Error),
    /// The hashing thread ended without a result.
    #[error("hashing was interrupted")]
    BrokenOff,
}

impl Default for Passphrases {
    fn default() -> Self {
        Self {
            turns: Turns::new(at_once()),
            memory: Arc::default(),
            lasted: Arc::new(AtomicU64::new(in_micros(EXPECTED))),
        }
    }
}

/// Hashes at the same time: on a small machine a processor stays free for the chat.
fn at_once() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    (processors / 2).clamp(1, AT_ONCE)
}

impl Passphrases {
    /// Hashes a passphrase into a PHC string with its parameters and a fresh salt.
    pub async fn hash(&self, passphrase: &Passphrase, whose: For) -> Result<String, HashError> {
        let text = prepared(passphrase);
        let memory = self.memory.clone();
        let hashed = self.work(whose, move || hash(&text, &memory)).await?;
        hashed.map_err(HashError::Failed)
    }

    /// Whether the passphrase matches. Takes as long if there is no hash to compare with.
    pub async fn verify(
        &self,
        passphrase: &Passphrase,
        hash: Option<&str>,
        whose: For,
    ) -> Result<bool, HashError> {
        let text = prepared(passphrase);
        let known = hash.is_some();
        let hash = hash.unwrap_or(DUMMY_HASH).to_owned();
        let memory = self.memory.clone();
        let same = self.work(whose, move || verify(&text, &hash, &memory)).await?;
        Ok(same && known)
    }

    /// Sleeps for as long as the last hash took, without computing one.
    pub async fn pretend(&self) {
        let lasted = Duration::from_micros(self.lasted.load(Ordering::Relaxed));
        tokio::time::sleep(lasted).await;
    }

    async fn work<T: Send + 'static>(
        &self,
        whose: For,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let started = clock::instant();
        let turn = self.turns.take(whose.class, whose.network).await;
        let turn = turn.ok_or(HashError::Busy)?;
        // The turn moves with the work, because the caller may be gone before it is done.
        let worked = thread::run(move || {
            let done = work();
            drop(turn);
            done
        });
        let worked = worked.await.map_err(|_| HashError::BrokenOff);
        self.lasted.store(in_micros(started.elapsed()), Ordering::Relaxed);
        worked
    }
}

/// The text that is hashed: passphrases that differ only in how letters are composed or in the kind of space are equal (as in
/// the OpaqueString profile of RFC 8265, which would also refuse some).
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

fn hash(text: &str, memory: &Memory) -> Result<String, password_hash::Error> {
    let params = Params::new(MEMORY_KIB, ROUNDS, LANES, None)?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let salt = Salt::new(&password_hash::try_generate_salt()?)?;
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    memory.with(params.block_count(), |memory| {
        hasher.hash_password_into_with_memory(text.as_bytes(), &salt, &mut output, memory)
    })?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(salt),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// Whether the hash was made from this text. The hash carries its own parameters.
fn verify(text: &str, hash: &str, memory: &Memory) -> bool {
    let computed = || {
        let hash = PasswordHash::new(hash).ok()?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let version = hash
            .version
            .map_or(Ok(Version::default()), Version::try_from)
            .ok()?;
        let params = Params::try_from(&hash).ok()?;
        let (salt, expected) = (hash.salt?, hash.hash?);
        let blocks = params.block_count();
        let hasher = Argon2::new(algorithm, version, params);
        let mut output = vec![0; expected.as_bytes().len()];
        let done = memory.with(blocks, |memory| {
            hasher.hash_password_into_with_memory(text.as_bytes(), salt.as_ref(), &mut output, memory)
        });
        done.ok()?;
        // This comparison takes constant time.
        Some(Output::new(&output).ok()? == expected)
    };
    computed().unwrap_or(false)
}

fn in_micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: For = For {
        class: Class::Newcomer,
        network: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_passphrase_is_told_from_others_and_never_hashed_twice_alike() {
        let passphrases = Passphrases::default();
        let right = passphrase("correct horse");
        let hash = passphrases.hash(&right, STRANGER).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passphrases.hash(&right, STRANGER).await.unwrap());
        assert!(passphrases.verify(&right, Some(&hash), STRANGER).await.unwrap());
        assert!(
            !passphrases
                .verify(&passphrase("wrong horse"), Some(&hash), STRANGER)
                .await
                .unwrap()
        );
        assert!(!passphrases.verify(&right, None, STRANGER).await.unwrap());
        assert!(
            !passphrases
                .verify(&right, Some("no hash"), STRANGER)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn the_same_letters_are_the_same_passphrase_on_every_keyboard() {
        let passphrases = Passphrases::default();
        let composed = "안녕하세요 반갑습니다";
        let hash = passphrases.hash(&passphrase(composed), STRANGER).await.unwrap();
        let apart: String = composed.nfd().collect::<String>().replace(' ', "\u{3000}");
        assert_ne!(apart, composed);
        assert!(
            passphrases
                .verify(&passphrase(&apart), Some(&hash), STRANGER)
                .await
                .unwrap()
        );
    }

    #[test]
    fn comparing_with_nobodys_hash_takes_the_work_of_a_real_one() {
        let nobodys = PasswordHash::new(DUMMY_HASH).unwrap();
        let real = hash("correct horse", &Memory::default()).unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!(nobodys.params, real.params);
        assert_eq!(
            nobodys.hash.unwrap().as_bytes().len(),
            real.hash.unwrap().as_bytes().len()
        );
    }

    #[test]
    fn fault_m01_all_hashes_are_computed_in_the_same_memory() {
        let memory = Memory::default();
        let first = hash("correct horse", &memory).unwrap();
        for _ in 0..3 {
            assert!(verify("correct horse", &first, &memory));
            assert!(!verify("wrong horse", &first, &memory));
        }
        let kept = memory.0.lock().unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].len(), MEMORY_KIB as usize);
    }

    #[test]
    fn a_hash_of_another_program_is_understood() {
        // Output of the reference implementation's argon2 command: `echo -n password | argon2 somesalt -t 2 -m 16 -p 1`.
        let hash = "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA";
        assert!(verify("password", hash, &Memory::default()));
        assert!(!verify("Password", hash, &Memory::default()));
    }

    #[tokio::test]
    async fn a_flood_is_refused_and_not_queued() {
        let passphrases = Passphrases::default();
        let flood: Vec<_> = (0..40)
            .map(|_| {
                let passphrases = passphrases.clone();
                tokio::spawn(async move {
                    passphrases
                        .verify(&passphrase("correct horse"), None, STRANGER)
                        .await
                })
            })
            .collect();
        let mut busy = 0;
        for one in flood {
            busy += usize::from(matches!(one.await.unwrap(), Err(HashError::Busy)));
        }
        assert!(busy > 0, "none was refused");
        let right = passphrase("correct horse");
        assert!(!passphrases.verify(&right, None, STRANGER).await.unwrap());
    }
}
