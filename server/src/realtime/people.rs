//! Who is connected, by which sockets, and why the last connection of a device ended.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socketioxide::socket::Sid;
use steadfast_shared::event::{Availability, ClosingReason};
use steadfast_shared::{HandshakeError, RoomId, UserId};
use uuid::Uuid;

use super::connection::{Connection, Device};
use crate::clock::{self, Instant};
use crate::config::Limits;
use crate::peer::Peer;
use crate::store::SessionId;

/// Most devices whose allowance is remembered beyond their last connection.
const DEVICES: usize = 10_000;
/// Most farewells, ended sessions and upgrades remembered.
const REMEMBERED: usize = 4_096;

/// Everybody who is connected.
#[derive(Debug)]
pub(super) struct People {
    limits: Limits,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    connections: HashMap<Sid, Arc<Connection>>,
    by_person: HashMap<UserId, HashSet<Sid>>,
    /// Since when people who were connected are not.
    absent: HashMap<UserId, Instant>,
    /// Whose presence is about to be told, where it is otherwise then.
    changing: HashSet<UserId>,
    devices: HashMap<SessionId, Arc<Device>>,
    /// How many connections of a device are let in and not entered yet.
    arriving: HashMap<SessionId, usize>,
    farewells: Recent<(SessionId, Option<Uuid>), ClosingReason>,
    signed_out: Recent<SessionId, ()>,
    upgrades: Recent<Sid, Peer>,
}

/// What is to be done once a connection is known.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// The connection of the same tab that it takes over from.
    pub(super) ghosts: Vec<Arc<Connection>>,
    /// Whether the device was signed out while it connected.
    pub(super) signed_out: bool,
}

/// A place that is kept for a connection until it is entered or fails.
#[derive(Debug)]
pub(super) struct Admission {
    people: Arc<People>,
    pub(super) device: Arc<Device>,
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut inner = self.people.inner();
        let session = self.device.session;
        let left = inner.arriving.get(&session).map_or(0, |count| count - 1);
        if left == 0 {
            inner.arriving.remove(&session);
        } else {
            inner.arriving.insert(session, left);
        }
    }
}

impl People {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            inner: Mutex::default(),
        }
    }

    /// Lets a device in, where there is room for one more connection.
    pub(super) fn admit(
        self: &Arc<Self>,
        person: UserId,
        session: SessionId,
    ) -> Result<Admission, HandshakeError> {
        let mut inner = self.inner();
        let of_device = inner
            .of(person)
            .filter(|other| other.device.session == session)
            .count()
            + inner.arriving.get(&session).copied().unwrap_or(0);
        let arriving: usize = inner.arriving.values().sum();
        if inner.connections.len() + arriving >= self.limits.max_connections
            || of_device >= self.limits.max_connections_per_device
        {
            return Err(HandshakeError::Busy);
        }
        if inner.devices.len() >= DEVICES {
            inner
                .devices
                .retain(|_, device| Arc::strong_count(device) > 1 || !device.is_rested());
        }
        let device = inner
            .devices
            .entry(session)
            .or_insert_with(|| Arc::new(Device::new(session, &self.limits)))
            .clone();
        *inner.arriving.entry(session).or_default() += 1;
        Ok(Admission {
            people: self.clone(),
            device,
        })
    }

    /// Enters a connection.
    pub(super) fn enter(&self, connection: &Arc<Connection>) -> Arrival {
        let mut inner = self.inner();
        let session = connection.device.session;
        let mut arrival = Arrival {
            signed_out: inner.signed_out.get(&session).is_some(),
            ghosts: Vec::new(),
        };
        if connection.tab.is_some() {
            arrival.ghosts = inner
                .of(connection.user)
                .filter(|other| other.tab == connection.tab && other.device.session == session)
                .cloned()
                .collect();
        }
        inner
            .by_person
            .entry(connection.user)
            .or_default()
            .insert(connection.id);
        inner.absent.remove(&connection.user);
        inner.connections.insert(connection.id, connection.clone());
        arrival
    }

    /// Takes a connection out. `None` where it was out before.
    pub(super) fn leave(&self, id: Sid) -> Option<Arc<Connection>> {
        let mut inner = self.inner();
        inner.upgrades.take(&id);
        let connection = inner.connections.remove(&id)?;
        if let Some(sids) = inner.by_person.get_mut(&connection.user) {
            sids.remove(&id);
            if sids.is_empty() {
                inner.by_person.remove(&connection.user);
                inner.absent.insert(connection.user, clock::instant());
            }
        }
        Some(connection)
    }

    /// Whether somebody is there, over all their connections. `None` where they have been gone for less than `grace`.
    pub(super) fn availability(&self, person: UserId, grace: Duration) -> Option<Availability> {
        let mut inner = self.inner();
        let mut away = inner.of(person).map(|connection| connection.place().away);
        if let Some(first) = away.next() {
            let all = first && away.all(|away| away);
            return Some(if all {
                Availability::Away
            } else {
                Availability::Online
            });
        }
        drop(away);
        if inner
            .absent
            .get(&person)
            .is_some_and(|since| since.elapsed() < grace)
        {
            return None;
        }
        inner.absent.remove(&person);
        Some(Availability::Offline)
    }

    /// Notes that somebody's presence may be otherwise soon. Answers whether that was not noted yet.
    pub(super) fn expect_change(&self, person: UserId) -> bool {
        self.inner().changing.insert(person)
    }

    /// What was noted is looked at: whatever changes from here on has to be noted anew.
    pub(super) fn change_expected(&self, person: UserId) {
        self.inner().changing.remove(&person);
    }

    /// A person's connections.
    pub(super) fn of(&self, person: UserId) -> Vec<Arc<Connection>> {
        self.inner().of(person).cloned().collect()
    }

    /// Who of the connected is in a room.
    pub(super) fn in_room(&self, room: RoomId) -> HashSet<UserId> {
        let inner = self.inner();
        let there = inner
            .connections
            .values()
            .filter(|connection| connection.member_of(room).is_ok());
        there.map(|connection| connection.user).collect()
    }

    /// Whether a person's device is connected.
    pub(super) fn is_connected(&self, person: UserId, session: SessionId) -> bool {
        let inner = self.inner();
        let mut devices = inner.of(person).map(|connection| connection.device.session);
        devices.any(|device| device == session)
    }

    pub(super) fn get(&self, id: Sid) -> Option<Arc<Connection>> {
        self.inner().connections.get(&id).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Connection>> {
        self.inner().connections.values().cloned().collect()
    }

    /// Remembers that a device was signed out. Answers its connections.
    pub(super) fn sign_out(&self, session: SessionId) -> Vec<Arc<Connection>> {
        let mut inner = self.inner();
        inner.signed_out.put(session, ());
        inner
            .connections
            .values()
            .filter(|connection| connection.device.session == session)
            .cloned()
            .collect()
    }

    /// Remembers why a connection was ended, for the device's next one.
    pub(super) fn remember(&self, connection: &Connection, reason: ClosingReason) {
        self.inner()
            .farewells
            .put((connection.device.session, connection.tab), reason);
    }

    /// Why the device's last connection was ended; told once.
    pub(super) fn recall(&self, connection: &Connection) -> Option<ClosingReason> {
        self.inner()
            .farewells
            .take(&(connection.device.session, connection.tab))
    }

    /// Remembers the TCP connection a polling session goes on over as a WebSocket.
    pub(super) fn upgraded(&self, id: Sid, peer: Peer) {
        self.inner().upgrades.put(id, peer);
    }

    /// The TCP connection a socket is on.
    pub(super) fn peer_of(&self, connection: &Connection) -> Option<Peer> {
        self.inner()
            .upgrades
            .get(&connection.id)
            .cloned()
            .or_else(|| connection.peer.clone())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// A person's connections.
    fn of(&self, person: UserId) -> impl Iterator<Item = &Arc<Connection>> {
        let sids = self.by_person.get(&person).into_iter().flatten();
        sids.filter_map(|sid| self.connections.get(sid))
    }
}

/// A map that forgets its oldest keys.
#[derive(Debug)]
struct Recent<K, V> {
    order: VecDeque<K>,
    values: HashMap<K, V>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self {
            order: VecDeque::new(),
            values: HashMap::new(),
        }
    }
}

impl<K: Clone + Eq + std::hash::Hash, V> Recent<K, V> {
    fn put(&mut self, key: K, value: V) {
        if self.values.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.values.remove(&oldest);
            }
        }
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key)
    }

    /// Takes it out; rare enough for a walk through the order.
    fn take(&mut self, key: &K) -> Option<V> {
        let value = self.values.remove(key)?;
        self.order.retain(|other| other != key);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut recent = Recent::default();
        for key in 0..10_000 {
            recent.put(key, key);
        }
        assert_eq!(
            (recent.order.len(), recent.values.len()),
            (REMEMBERED, REMEMBERED)
        );
        assert_eq!(recent.take(&9_999), Some(9_999));
        assert_eq!(recent.take(&9_999), None);
        assert_eq!(recent.get(&0), None);
        assert_eq!(
            (recent.order.len(), recent.values.len()),
            (REMEMBERED - 1, REMEMBERED - 1)
        );
    }
}
