//! The places of chat connections before authentication, and their turns to be read.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socketioxide::socket::Sid;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::config::ConnectionLimits;
use crate::store::{HANDSHAKE_READERS, SessionId};

/// Requests with a body that unconnected sessions may have in flight. The bytes buffered are at most this many times the bytes
/// one may send before authentication, once for strangers and once for signed-in devices.
const POSTS: PlaceBounds = PlaceBounds {
    in_all: 256,
    per_address: 64,
    per_device: 8,
};
/// Requests with a body that one session may have in flight.
const POSTS_AT_ONCE: usize = 2;

/// Most signed-in devices that wait for a place, and how long each waits for a place, and again for its turn to be read. Well
/// below a transport's connect timeout.
const QUEUED: usize = 4_096;
const QUEUE_PATIENCE: Duration = Duration::from_secs(7);
/// When a device that has waited in vain may reconnect.
pub(super) const RETRY_AFTER_QUEUE: Duration = Duration::from_secs(5);

/// All sessions that have not connected.
#[derive(Debug)]
pub(in super::super) struct Handshakes {
    bounds: PlaceBounds,
    open: Mutex<OpenPlaces>,
    /// The places of signed-in devices, given out in order of arrival.
    places: Arc<Semaphore>,
    queued: Semaphore,
    /// Sessions that may be read at the same time.
    turns: Semaphore,
}

/// Limits: for strangers in total and for signed-in devices in total, per address, and per device.
#[derive(Clone, Copy, Debug)]
struct PlaceBounds {
    in_all: usize,
    per_address: usize,
    per_device: usize,
}

#[derive(Debug, Default)]
struct OpenPlaces {
    sessions: PlaceCounts,
    posts: PlaceCounts,
    posts_of_session: HashMap<Sid, usize>,
}

/// The counts that the limits apply to.
#[derive(Debug, Default)]
struct PlaceCounts {
    strangers: usize,
    known: usize,
    of_network: HashMap<IpAddr, usize>,
    of_device: HashMap<SessionId, usize>,
}

/// A session's place among the unconnected ones; returned once it connects, or when it ends.
#[derive(Debug)]
pub(in super::super) struct Permit {
    handshakes: Arc<Handshakes>,
    whose: Whose,
    is_counted: Mutex<bool>,
    /// Its place in the queue of signed-in devices.
    place: Mutex<Option<OwnedSemaphorePermit>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Whose {
    /// A stranger from this network.
    Strangers(IpAddr),
    Devices(SessionId),
}

impl Handshakes {
    pub(in super::super) fn new(limits: &ConnectionLimits) -> Self {
        Self {
            bounds: PlaceBounds {
                in_all: limits.max_handshakes,
                per_address: limits.max_handshakes_per_address,
                per_device: limits.max_connections_per_device,
            },
            open: Mutex::default(),
            places: Arc::new(Semaphore::new(limits.max_handshakes.min(Semaphore::MAX_PERMITS))),
            queued: Semaphore::new(QUEUED),
            turns: Semaphore::new(HANDSHAKE_READERS as usize),
        }
    }

    /// Claims a place for a session if one is free.
    pub(super) fn permit(self: &Arc<Self>, whose: Whose) -> Option<Arc<Permit>> {
        if !self.open().sessions.take(whose, self.bounds) {
            return None;
        }
        Some(Arc::new(Permit {
            handshakes: self.clone(),
            whose,
            is_counted: Mutex::new(true),
            place: Mutex::new(None),
        }))
    }

    /// Claims a place for a signed-in device's session, waiting behind earlier ones.
    pub(super) async fn queue(self: &Arc<Self>, device: Whose) -> Option<Arc<Permit>> {
        let _queued = self.queued.try_acquire().ok()?;
        let place = timeout(QUEUE_PATIENCE, self.places.clone().acquire_owned()).await;
        let place = place.ok()?.ok()?;
        let permit = self.permit(device)?;
        *permit.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
        Some(permit)
    }

    /// Waits for the session's turn to be read, in order of arrival. If that takes too long, returns when to reconnect.
    pub(in super::super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Duration> {
        match timeout(QUEUE_PATIENCE, self.turns.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(RETRY_AFTER_QUEUE),
        }
    }

    fn open(&self) -> MutexGuard<'_, OpenPlaces> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PlaceCounts {
    /// Counts one more if the limits allow it.
    fn take(&mut self, whose: Whose, bounds: PlaceBounds) -> bool {
        let is_free = match whose {
            Whose::Strangers(network) => {
                let of_network = self.of_network.get(&network).copied().unwrap_or(0);
                self.strangers < bounds.in_all && of_network < bounds.per_address
            }
            Whose::Devices(device) => {
                let of_device = self.of_device.get(&device).copied().unwrap_or(0);
                self.known < bounds.in_all && of_device < bounds.per_device
            }
        };
        if is_free {
            self.count(whose);
        }
        is_free
    }

    fn count(&mut self, whose: Whose) {
        match whose {
            Whose::Strangers(network) => {
                self.strangers += 1;
                *self.of_network.entry(network).or_default() += 1;
            }
            Whose::Devices(device) => {
                self.known += 1;
                *self.of_device.entry(device).or_default() += 1;
            }
        }
    }

    fn give_back(&mut self, whose: Whose) {
        match whose {
            Whose::Strangers(network) => {
                self.strangers = self.strangers.saturating_sub(1);
                take_one(&mut self.of_network, network);
            }
            Whose::Devices(device) => {
                self.known = self.known.saturating_sub(1);
                take_one(&mut self.of_device, device);
            }
        }
    }
}

fn take_one<K: Copy + Eq + std::hash::Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

impl Permit {
    /// The session has connected and now counts among its person's connections.
    pub(in super::super) fn connected(&self) {
        self.set_counted(false);
    }

    /// The session has left the namespace, but may still have its transport, so it counts as unconnected again.
    pub(in super::super) fn left(&self) {
        self.set_counted(true);
    }

    fn set_counted(&self, counted: bool) {
        let mut is_counted = self.is_counted.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_counted != counted {
            *is_counted = counted;
            let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
            // A session that left takes a place only if one is free.
            *place = match self.whose {
                Whose::Devices(_) if counted => self.handshakes.places.clone().try_acquire_owned().ok(),
                _ => None,
            };
            drop(place);
            let sessions = &mut self.handshakes.open().sessions;
            if counted {
                sessions.count(self.whose);
            } else {
                sessions.give_back(self.whose);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.set_counted(false);
    }
}

/// A request with a body in flight.
pub(super) struct Post {
    handshakes: Arc<Handshakes>,
    sid: Sid,
    /// Its owner, if its session has not connected.
    whose: Option<Whose>,
}

impl Post {
    pub(super) fn begin(handshakes: &Arc<Handshakes>, sid: Sid) -> Option<Self> {
        let mut open = handshakes.open();
        let under_way = open.posts_of_session.entry(sid).or_default();
        if *under_way >= POSTS_AT_ONCE {
            return None;
        }
        *under_way += 1;
        drop(open);
        Some(Self {
            handshakes: handshakes.clone(),
            sid,
            whose: None,
        })
    }

    /// Counts it among those of unconnected sessions, if the limits allow one more.
    pub(super) fn take(&mut self, whose: Whose) -> bool {
        let is_free = self.handshakes.open().posts.take(whose, POSTS);
        if is_free {
            self.whose = Some(whose);
        }
        is_free
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        let mut open = self.handshakes.open();
        take_one(&mut open.posts_of_session, self.sid);
        if let Some(whose) = self.whose {
            open.posts.give_back(whose);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handshakes(in_all: usize, per_address: usize) -> Arc<Handshakes> {
        Arc::new(Handshakes::new(&ConnectionLimits {
            max_handshakes: in_all,
            max_handshakes_per_address: per_address,
            max_connections_per_device: 1,
            ..ConnectionLimits::default()
        }))
    }

    fn from(n: u8) -> Whose {
        Whose::Strangers([192, 0, 2, n].into())
    }

    #[test]
    fn fault_h05_so_many_have_not_connected_per_address_and_in_all() {
        let handshakes = handshakes(3, 2);
        let mut open: Vec<_> = (0..2).map(|_| handshakes.permit(from(1)).unwrap()).collect();
        assert!(handshakes.permit(from(1)).is_none(), "of one address");
        open.push(handshakes.permit(from(2)).unwrap());
        assert!(handshakes.permit(from(3)).is_none(), "in all");
        // A signed-in device has places of its own.
        let device = handshakes.permit(Whose::Devices(7)).unwrap();
        assert!(handshakes.permit(Whose::Devices(7)).is_none());
        open[0].connected();
        let another = handshakes.permit(from(1)).unwrap();
        drop((open, device, another));
        let left = &handshakes.open().sessions;
        assert_eq!((left.strangers, left.known), (0, 0));
        assert!(left.of_network.is_empty() && left.of_device.is_empty());
    }

    #[tokio::test]
    async fn devices_that_are_signed_in_wait_for_a_place_in_the_order_they_came() {
        let handshakes = handshakes(2, 1);
        let first = handshakes.queue(Whose::Devices(1)).await.unwrap();
        let second = handshakes.queue(Whose::Devices(2)).await.unwrap();
        let mut third = Box::pin(handshakes.queue(Whose::Devices(3)));
        let mut fourth = Box::pin(handshakes.queue(Whose::Devices(4)));
        assert!(futures::poll!(&mut third).is_pending() && futures::poll!(&mut fourth).is_pending());
        // One connects, another one ends.
        first.connected();
        let third = third.await.unwrap();
        assert!(futures::poll!(&mut fourth).is_pending());
        drop(second);
        let fourth = fourth.await.unwrap();
        drop((first, third, fourth));
        assert_eq!(handshakes.places.available_permits(), 2);
        assert_eq!(handshakes.open().sessions.known, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_to_be_read_is_told_when_to_come_again() {
        let handshakes = handshakes(1, 1);
        let mut turns = Vec::new();
        for _ in 0..HANDSHAKE_READERS {
            turns.push(handshakes.turn().await.unwrap());
        }
        assert_eq!(handshakes.turn().await.unwrap_err(), RETRY_AFTER_QUEUE);
        drop(turns);
        assert!(handshakes.turn().await.is_ok());
    }

    #[test]
    fn fault_h05_bodies_of_who_has_not_connected_are_bounded_and_known_devices_have_their_own() {
        let handshakes = handshakes(1, 1);
        let begin = |whose| {
            let mut post = Post::begin(&handshakes, Sid::new())?;
            post.take(whose).then_some(post)
        };
        let held: Vec<_> = (0..200)
            .flat_map(|network| [network; 100])
            .filter_map(|network| begin(from(network)))
            .collect();
        assert_eq!(held.len(), POSTS.in_all);
        assert!(begin(from(201)).is_none());
        let of_first = handshakes.open().posts.of_network[&IpAddr::from([192, 0, 2, 0])];
        assert_eq!(of_first, POSTS.per_address);
        let device = begin(Whose::Devices(7));
        assert!(device.is_some());
        // One session sends one or two at a time.
        let sid = Sid::new();
        let two = [Post::begin(&handshakes, sid), Post::begin(&handshakes, sid)];
        assert!(two.iter().all(Option::is_some) && Post::begin(&handshakes, sid).is_none());
        drop((held, device, two));
        let left = handshakes.open();
        assert_eq!((left.posts.strangers, left.posts.known), (0, 0));
        assert!(left.posts.of_network.is_empty() && left.posts_of_session.is_empty());
    }

    #[test]
    fn fault_h05_who_leaves_and_holds_the_transport_counts_again() {
        let handshakes = handshakes(10, 1);
        let permit = handshakes.permit(from(1)).unwrap();
        permit.connected();
        permit.left();
        permit.left();
        assert!(handshakes.permit(from(1)).is_none());
        drop(permit);
        assert!(handshakes.permit(from(1)).is_some());
    }
}
