//! Rate limits per person and per address, over all devices: connecting, commands and costly reads.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use steadfast_shared::UserId;

use super::bucket::Bucket;
use crate::clock::{self, Instant};
use crate::config::Limits;
use crate::store::SessionId;

/// A person may do as much as this many devices at their limit.
const DEVICES_OF_A_PERSON: u32 = 4;
/// An address may do as much as this many devices, because many people may share it.
const DEVICES_OF_AN_ADDRESS: u32 = 64;
/// A holder of N connections may connect 2N times in a burst, and then a sixteenth of that burst per second. Reloading a page is
/// no burden, and neither is everybody reconnecting after a restart.
const CONNECTS_AT_ONCE: usize = 2;
const CONNECTS_PER_SECOND: usize = 16;
/// Rooms of a person that make connecting as expensive as one more connection.
const ROOMS_PER_CONNECT: usize = 100;
/// Most people, devices and addresses with a bucket that is not full. Beyond it a new one has to wait.
const KEPT: usize = 20_000;
/// The interval between searches for full buckets when the map is full.
const PRUNED_EVERY: Duration = Duration::from_secs(1);
/// How long a new one has to wait.
const CROWDED: Duration = Duration::from_secs(2);

/// The buckets of everybody.
#[derive(Debug)]
pub(super) struct Allowances {
    costly_of_person: Buckets<UserId>,
    costly_of_address: Buckets<IpAddr>,
    rooms_of_person: Buckets<UserId>,
    connects_of_device: Buckets<SessionId>,
    connects_of_person: Buckets<UserId>,
    connects_of_address: Buckets<IpAddr>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Payer {
    pub(super) device: SessionId,
    pub(super) person: UserId,
    /// The network of their address, if known.
    pub(super) network: Option<IpAddr>,
}

impl Allowances {
    pub(super) fn new(limits: &Limits) -> Self {
        let (per_second, burst) = (limits.device.events_per_second, limits.device.event_burst);
        Self {
            costly_of_person: Buckets::new(per_second, burst, DEVICES_OF_A_PERSON),
            costly_of_address: Buckets::new(per_second, burst, DEVICES_OF_AN_ADDRESS),
            rooms_of_person: Buckets::per_minute(limits.rates.rooms_per_minute),
            connects_of_device: Buckets::of_connects(limits.connections.max_connections_per_device),
            connects_of_person: Buckets::of_connects(limits.connections.max_connections_per_person),
            connects_of_address: Buckets::of_connects(limits.connections.max_connections_per_address),
        }
    }

    /// Charges a command or a costly read to a person and an address, or returns the time to wait. Their device has been charged
    /// already.
    pub(super) fn take_costly(&self, payer: Payer, cost: u32) -> Result<(), Duration> {
        let now = clock::instant();
        self.costly_of_person.take(payer.person, cost, now)?;
        match payer.network {
            Some(network) => self.costly_of_address.take(network, cost, now),
            None => Ok(()),
        }
    }

    /// Charges a new room to a person, or returns the time to wait. A room costs far more than other commands: its tables, its
    /// change, its first entries.
    pub(super) fn take_room(&self, person: UserId) -> Result<(), Duration> {
        self.rooms_of_person.take(person, 1, clock::instant())
    }

    /// Charges a connection, or returns the time to wait.
    pub(super) fn take_connect(&self, payer: Payer) -> Result<(), Duration> {
        let now = clock::instant();
        self.connects_of_device.take(payer.device, 1, now)?;
        self.connects_of_person.take(payer.person, 1, now)?;
        match payer.network {
            Some(network) => self.connects_of_address.take(network, 1, now),
            None => Ok(()),
        }
    }

    /// Charges a connection for the rooms read for it, once their number is known.
    pub(super) fn spend_connect(&self, payer: Payer, rooms: usize) {
        let now = clock::instant();
        let cost = u32::try_from(rooms / ROOMS_PER_CONNECT).unwrap_or(u32::MAX);
        if cost > 0 {
            self.connects_of_device.spend(payer.device, cost, now);
            self.connects_of_person.spend(payer.person, cost, now);
        }
    }
}

/// A bucket per key.
#[derive(Debug)]
struct Buckets<K> {
    per_second: f64,
    burst: u32,
    used: Mutex<Used<K>>,
}

/// The buckets that are not full.
#[derive(Debug)]
struct Used<K> {
    buckets: HashMap<K, Bucket>,
    /// When full buckets were last removed.
    pruned: Option<Instant>,
}

impl<K> Default for Used<K> {
    fn default() -> Self {
        Self {
            buckets: HashMap::new(),
            pruned: None,
        }
    }
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    fn new(per_second: u32, burst: u32, times: u32) -> Self {
        Self {
            per_second: f64::from(per_second) * f64::from(times),
            burst: burst.saturating_mul(times),
            used: Mutex::default(),
        }
    }

    /// A minute's worth in a burst, and the same per minute.
    fn per_minute(times: u32) -> Self {
        Self {
            per_second: f64::from(times) / 60.0,
            burst: times,
            used: Mutex::default(),
        }
    }

    /// For a limit of this many connections.
    fn of_connects(connections: usize) -> Self {
        let burst = u32::try_from(connections.saturating_mul(CONNECTS_AT_ONCE)).unwrap_or(u32::MAX);
        // A minimum, even if a device may have one connection only.
        let burst = burst.max(64);
        Self {
            per_second: f64::from(burst) / CONNECTS_PER_SECOND as f64,
            burst,
            used: Mutex::default(),
        }
    }

    fn take(&self, key: K, cost: u32, now: Instant) -> Result<(), Duration> {
        self.with(key, now, |bucket| bucket.take(cost, now))
            .unwrap_or(Err(CROWDED))
    }

    fn spend(&self, key: K, cost: u32, now: Instant) {
        self.with(key, now, |bucket| bucket.spend(cost, now));
    }

    fn with<T>(&self, key: K, now: Instant, work: impl FnOnce(&mut Bucket) -> T) -> Option<T> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let Used { buckets, pruned } = &mut *used;
        if buckets.len() >= KEPT && !buckets.contains_key(&key) {
            // Scanning all buckets is too expensive to do for every caller.
            let is_due = pruned.is_none_or(|pruned| now.saturating_duration_since(pruned) >= PRUNED_EVERY);
            if is_due {
                buckets.retain(|_, bucket| !bucket.is_full(now));
                *pruned = Some(now);
            }
            if buckets.len() >= KEPT {
                return None;
            }
        }
        let bucket = buckets
            .entry(key)
            .or_insert_with(|| Bucket::new(self.per_second, self.burst, now));
        Some(work(bucket))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::config::DeviceRates;

    fn payer(device: SessionId, person: u128, address: u8) -> Payer {
        Payer {
            device,
            person: UserId(Uuid::from_u128(person)),
            network: Some([192, 0, 2, address].into()),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_may_do_as_much_as_a_few_devices_however_many_they_have() {
        let allowances = Allowances::new(&Limits {
            device: DeviceRates {
                events_per_second: 1,
                event_burst: 100,
                ..DeviceRates::default()
            },
            ..Limits::default()
        });
        let taken = (0..1_000)
            .filter(|device| {
                allowances
                    .take_costly(payer(*device, 1, u8::try_from(device % 200).unwrap()), 4)
                    .is_ok()
            })
            .count();
        assert_eq!(taken, 100);
        assert!(
            allowances.take_costly(payer(1, 2, 1), 4).is_ok(),
            "another has theirs"
        );
        let wait = allowances.take_costly(payer(1, 1, 1), 4).unwrap_err();
        assert!(
            wait > Duration::ZERO && wait <= Duration::from_secs(1),
            "{wait:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_may_do_as_much_as_many_devices_however_many_people_it_has() {
        let allowances = Allowances::new(&Limits {
            device: DeviceRates {
                events_per_second: 1,
                event_burst: 100,
                ..DeviceRates::default()
            },
            ..Limits::default()
        });
        let of = |address| {
            (0..10_000)
                .filter(|nth| allowances.take_costly(payer(0, *nth, address), 4).is_ok())
                .count()
        };
        assert_eq!((of(1), of(2)), (1_600, 1_600));
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_makes_a_minutes_rooms_at_once_and_then_one_every_other_second() {
        let allowances = Allowances::new(&Limits::default());
        let (ann, ben) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let made = || (0..1_000).filter(|_| allowances.take_room(ann).is_ok()).count();
        assert_eq!(made(), 30);
        assert_eq!(allowances.take_room(ben), Ok(()), "another has theirs");
        let wait = allowances.take_room(ann).unwrap_err();
        assert!(
            wait > Duration::from_secs(1) && wait <= Duration::from_secs(2),
            "{wait:?}"
        );
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(made(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn who_connects_again_and_again_waits_and_a_restart_is_no_burden() {
        let limits = Limits::default();
        let allowances = Allowances::new(&limits);
        // Everybody behind one address reconnects twice.
        for nth in 0..8_000 {
            let one = payer(i64::try_from(nth).unwrap(), nth, 1);
            assert_eq!(allowances.take_connect(one), Ok(()));
        }
        let again: Vec<bool> = (0..200)
            .map(|_| allowances.take_connect(payer(-1, 1 << 64, 2)).is_ok())
            .collect();
        assert_eq!(again.iter().filter(|taken| **taken).count(), 128);
        // A thousand rooms make it more expensive.
        let one = payer(-2, 1 << 65, 3);
        let times = (0..200)
            .filter(|_| {
                let taken = allowances.take_connect(one).is_ok();
                if taken {
                    allowances.spend_connect(one, 1_000);
                }
                taken
            })
            .count();
        assert_eq!(times, 12);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let buckets = Buckets::<u64>::new(1, 2, 1);
        let now = clock::instant();
        let taken = (0..KEPT as u64 + 5_000)
            .filter(|key| buckets.take(*key, 1, now).is_ok())
            .count();
        assert_eq!(taken, KEPT);
        let later = now + Duration::from_secs(10);
        assert!(
            buckets.take(100_000, 1, later).is_ok(),
            "those that are full are forgotten"
        );
        assert_eq!(buckets.used.lock().unwrap().buckets.len(), 1);
    }
}
