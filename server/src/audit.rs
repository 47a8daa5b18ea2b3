//! Log lines that an operator or fail2ban acts on: sign-ins and refusals, with their addresses.
//!
//! Each kind of line is limited per address and in total. The lines beyond the limit are counted and reported in one line a
//! minute, so a flood of any kind is visible and fills no disk.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use steadfast_shared::{ErrorCode, HandshakeError, Person, UserId};

use crate::bucket::Bucket;
use crate::clock::{self, Instant};
use crate::request::client_address::network;

/// Lines of one kind about one address: the burst, then the rate per second.
const OF_ADDRESS: (u32, f64) = (10, 10.0 / 60.0);
/// Lines of one kind about all addresses: the burst, then the rate per second.
const OF_ALL: (u32, f64) = (200, 5.0);
/// Most addresses remembered per kind.
const ADDRESSES: usize = 4_096;
/// How often the count of suppressed lines is logged.
const ROUND: Duration = Duration::from_secs(60);

/// The kinds of line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum SignInKind {
    SignedUp,
    SignedIn,
    SignedOut,
    PassphraseSet,
    WrongPassphrase,
    SignInRefused,
    ConnectionRefused,
    ConnectionPutOff,
    ConnectionEnded,
}

#[derive(Debug, Default)]
pub struct Audit {
    kinds: Mutex<HashMap<SignInKind, Lines>>,
}

#[derive(Debug)]
struct Lines {
    of_all: Bucket,
    of_address: HashMap<IpAddr, Bucket>,
    suppressed: u64,
}

impl Lines {
    fn new(now: Instant) -> Self {
        Self {
            of_all: Bucket::new(OF_ALL.1, OF_ALL.0, now),
            of_address: HashMap::new(),
            suppressed: 0,
        }
    }

    fn admit(&mut self, address: IpAddr, now: Instant) -> bool {
        let key = network(address);
        if self.of_address.len() >= ADDRESSES && !self.of_address.contains_key(&key) {
            self.of_address.retain(|_, bucket| !bucket.is_full(now));
            if self.of_address.len() >= ADDRESSES {
                self.of_address.clear();
            }
        }
        let of_address = self
            .of_address
            .entry(key)
            .or_insert_with(|| Bucket::new(OF_ADDRESS.1, OF_ADDRESS.0, now));
        let admitted = of_address.take(1, now).is_ok() && self.of_all.take(1, now).is_ok();
        self.suppressed += u64::from(!admitted);
        admitted
    }
}

impl Audit {
    /// Starts the task that logs the count of suppressed lines.
    pub fn start() -> Arc<Self> {
        let audit = Arc::new(Self::default());
        tokio::spawn(log_suppressed(Arc::downgrade(&audit)));
        audit
    }

    /// A new person signed up.
    pub fn signed_up(&self, address: IpAddr, person: &Person) {
        if self.admits(SignInKind::SignedUp, address) {
            tracing::info!(%address, person = %person.id, nickname = ?person.name, "signed up");
        }
    }

    /// A person signed in on another device.
    pub fn signed_in(&self, address: IpAddr, person: &Person) {
        if self.admits(SignInKind::SignedIn, address) {
            tracing::info!(%address, person = %person.id, nickname = ?person.name, "signed in");
        }
    }

    /// A person signed out a device.
    pub fn signed_out(&self, address: IpAddr, session: i64) {
        if self.admits(SignInKind::SignedOut, address) {
            tracing::info!(%address, session, "signed out");
        }
    }

    /// A person set or changed their passphrase.
    pub fn passphrase_set(&self, address: IpAddr, person: UserId) {
        if self.admits(SignInKind::PassphraseSet, address) {
            tracing::info!(%address, %person, "passphrase set");
        }
    }

    /// The passphrase was wrong for the nickname.
    pub fn wrong_passphrase(&self, address: IpAddr, nickname: &str) {
        if self.admits(SignInKind::WrongPassphrase, address) {
            tracing::warn!(%address, ?nickname, "wrong passphrase");
        }
    }

    /// A sign-in or a sign-up was refused for another reason.
    pub fn sign_in_refused(&self, address: IpAddr, code: ErrorCode) {
        if self.admits(SignInKind::SignInRefused, address) {
            tracing::warn!(%address, reason = ?code, "sign-in refused");
        }
    }

    /// A chat connection was refused before its handshake.
    pub fn handshake_refused(&self, address: IpAddr) {
        if self.admits(SignInKind::ConnectionRefused, address) {
            tracing::warn!(%address, reason = "too many at once", "connection refused");
        }
    }

    /// A chat connection was refused. A warning only for what no page of ours does: each first visit is refused until its visitor
    /// signs in, and everybody who comes back to a busy server is.
    pub fn connection_refused(&self, address: IpAddr, error: HandshakeError, reason: &str) {
        use HandshakeError::{Busy, ForbiddenOrigin, InvalidAuth, Unauthorized, Unavailable};
        match error {
            Unauthorized => tracing::debug!(%address, reason, "connection refused"),
            Busy | Unavailable if self.admits(SignInKind::ConnectionPutOff, address) => {
                tracing::info!(%address, reason, "connection refused");
            }
            ForbiddenOrigin | InvalidAuth if self.admits(SignInKind::ConnectionRefused, address) => {
                tracing::warn!(%address, reason, "connection refused");
            }
            Busy | Unavailable | ForbiddenOrigin | InvalidAuth => {}
        }
    }

    /// Whether the end of a connection from this address should be logged.
    pub fn may_log_end(&self, address: IpAddr) -> bool {
        self.admits(SignInKind::ConnectionEnded, address)
    }

    fn admits(&self, kind: SignInKind, address: IpAddr) -> bool {
        let now = clock::instant();
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        kinds
            .entry(kind)
            .or_insert_with(|| Lines::new(now))
            .admit(address, now)
    }

    /// The suppressed lines of each kind since the last call.
    fn suppressed(&self) -> Vec<(SignInKind, u64)> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = kinds
            .iter_mut()
            .map(|(kind, lines)| (*kind, std::mem::take(&mut lines.suppressed)));
        counts.filter(|(_, count)| *count > 0).collect()
    }
}

async fn log_suppressed(audit: Weak<Audit>) {
    let mut rounds = tokio::time::interval(ROUND);
    loop {
        rounds.tick().await;
        let Some(audit) = audit.upgrade() else {
            return;
        };
        for (kind, lines) in audit.suppressed() {
            tracing::info!(kind = ?kind, lines, "lines suppressed in the last minute");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u32) -> IpAddr {
        std::net::Ipv4Addr::from(0x0a00_0000 + n).into()
    }

    #[test]
    fn fault_m06_a_flood_from_one_address_is_ten_lines_and_a_count() {
        let audit = Audit::default();
        let written = (0..1_000).filter(|_| audit.may_log_end(address(1))).count();
        assert!((10..20).contains(&written), "{written}");
        assert!(audit.may_log_end(address(2)), "another address has its own");
        assert_eq!(
            audit.suppressed(),
            [(SignInKind::ConnectionEnded, 1_000 - written as u64)]
        );
        assert!(audit.suppressed().is_empty());
    }

    #[test]
    fn fault_m06_a_flood_from_many_addresses_is_bounded_too() {
        let audit = Audit::default();
        let written = (0..20_000).filter(|n| audit.may_log_end(address(*n))).count();
        assert!((200..400).contains(&written), "{written}");
        let kinds = audit.kinds.lock().unwrap();
        assert!(kinds[&SignInKind::ConnectionEnded].of_address.len() <= ADDRESSES);
        assert!(
            !kinds.contains_key(&SignInKind::SignedUp),
            "and other lines go on"
        );
    }
}
