//! Connected people, their sockets, and why a device's last connection ended.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socketioxide::socket::Sid;
use steadfast_shared::admin::{LimitName, PersonLimit};
use steadfast_shared::event::{Availability, ClosingReason};
use steadfast_shared::{HandshakeError, RoomId, UserId};
use uuid::Uuid;

use super::connection::{ClientConnection, DeviceConnections};
use crate::clock::{self, Instant};
use crate::config::{ConnectionLimits, DeviceRates};
use crate::request::client_address::network;
use crate::serve::peer::Peer;
use crate::store::{ChangeNumber, SessionId};

/// Most devices whose allowance is kept after their last connection.
const DEVICES: usize = 10_000;
/// Connections beyond the limit that are reserved for owners and moderators.
const RESERVE: usize = 16;
/// Most close reasons, ended sessions and upgrades kept.
const REMEMBERED: usize = 4_096;

/// The index of connected people.
#[derive(Debug)]
pub(super) struct People {
    limits: ConnectionLimits,
    /// The rates of a device whose person has no exceptions.
    rates: DeviceRates,
    inner: Mutex<PeopleIndex>,
}

#[derive(Debug, Default)]
struct PeopleIndex {
    connections: HashMap<Sid, Arc<ClientConnection>>,
    by_person: HashMap<UserId, HashSet<Sid>>,
    /// When people who had been connected were last connected.
    absent: HashMap<UserId, Instant>,
    /// People whose presence is about to be checked and, if it has changed, sent.
    changing: HashSet<UserId>,
    devices: HashMap<SessionId, Arc<DeviceConnections>>,
    /// Connections of a device that are admitted but not entered yet.
    arriving: HashMap<SessionId, usize>,
    /// Connections of each person and of each network, including admitted ones that are not entered yet.
    of_person: HashMap<UserId, usize>,
    of_network: HashMap<IpAddr, usize>,
    close_reasons: Recent<(SessionId, Option<Uuid>), ClosingReason>,
    signed_out: Recent<SessionId, ClosingReason>,
    upgrades: Recent<Sid, Peer>,
}

/// The consequences of entering a connection.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// Connections of the same tab that it replaces.
    pub(super) replaced: Vec<Arc<ClientConnection>>,
    /// Why the device was signed out while it connected, if it was.
    pub(super) signed_out: Option<ClosingReason>,
}

/// A place reserved for a connection until it is entered or fails.
#[derive(Debug)]
pub(super) struct ConnectionPermit {
    people: Arc<People>,
    pub(super) device: Arc<DeviceConnections>,
    person: UserId,
    network: Option<IpAddr>,
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut inner = self.people.inner();
        inner.count_down(self.person, self.network);
        let session = self.device.session;
        let left = inner.arriving.get(&session).map_or(0, |count| count - 1);
        if left == 0 {
            inner.arriving.remove(&session);
        } else {
            inner.arriving.insert(session, left);
        }
    }
}

/// The rates of a person's devices: the general ones, with the person's own exceptions.
fn rates_of_person(general: &DeviceRates, own: &[PersonLimit]) -> DeviceRates {
    let mut rates = general.clone();
    for PersonLimit { limit, value } in own {
        match limit {
            LimitName::MessagesPerSecond => rates.messages_per_second = *value,
            LimitName::MessageBurst => rates.message_burst = *value,
            LimitName::EventsPerSecond => rates.events_per_second = *value,
            LimitName::EventBurst => rates.event_burst = *value,
            // The store enforces these.
            LimitName::Rooms
            | LimitName::DirectPerHour
            | LimitName::DirectUnanswered
            | LimitName::BroughtPerHour
            | LimitName::EntriesPerDay
            | LimitName::BytesPerDay => {}
        }
    }
    rates
}

impl People {
    pub(super) fn new(limits: ConnectionLimits, rates: DeviceRates) -> Self {
        Self {
            limits,
            rates,
            inner: Mutex::default(),
        }
    }

    /// Admits a device if there is room for one more connection: of the device, of the person, of the network and in total.
    ///
    /// A few places beyond the limit are reserved for owners and moderators, wherever they connect from.
    pub(super) fn admit(
        self: &Arc<Self>,
        person: UserId,
        session: SessionId,
        network: Option<IpAddr>,
        runs_the_server: bool,
        own: &[PersonLimit],
    ) -> Result<ConnectionPermit, HandshakeError> {
        let mut inner = self.inner();
        let of_device = inner
            .of(person)
            .filter(|other| other.device.session == session)
            .count()
            + inner.arriving.get(&session).copied().unwrap_or(0);
        let arriving: usize = inner.arriving.values().sum();
        let of_person = inner.of_person.get(&person).copied().unwrap_or(0);
        let of_network = network
            .and_then(|network| inner.of_network.get(&network))
            .copied();
        let limits = &self.limits;
        let reserve = if runs_the_server { RESERVE } else { 0 };
        if inner.connections.len() + arriving >= limits.max_connections.saturating_add(reserve)
            || of_device >= limits.max_connections_per_device
            || of_person >= limits.max_connections_per_person
            || (!runs_the_server && of_network.unwrap_or(0) >= limits.max_connections_per_address)
        {
            return Err(HandshakeError::Busy);
        }
        inner.count_up(person, network);
        let device = inner.device(session, || rates_of_person(&self.rates, own));
        *inner.arriving.entry(session).or_default() += 1;
        Ok(ConnectionPermit {
            people: self.clone(),
            device,
            person,
            network,
        })
    }

    pub(super) fn enter(&self, connection: &Arc<ClientConnection>) -> Arrival {
        let mut inner = self.inner();
        let session = connection.device.session;
        let mut arrival = Arrival {
            signed_out: inner.signed_out.get(&session).copied(),
            replaced: Vec::new(),
        };
        if connection.tab.is_some() {
            arrival.replaced = inner
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
        inner.count_up(connection.user, connection.address.map(network));
        arrival
    }

    /// Removes a connection. `None` if it was already removed.
    pub(super) fn leave(&self, id: Sid) -> Option<Arc<ClientConnection>> {
        let mut inner = self.inner();
        inner.upgrades.take(&id);
        let connection = inner.connections.remove(&id)?;
        inner.count_down(connection.user, connection.address.map(network));
        if let Some(sids) = inner.by_person.get_mut(&connection.user) {
            sids.remove(&id);
            if sids.is_empty() {
                inner.by_person.remove(&connection.user);
                inner.absent.insert(connection.user, clock::instant());
            }
        }
        Some(connection)
    }

    /// A person's availability over all their connections. `None` if they have been gone for less than `grace`.
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

    /// Records that a person's presence may change soon. Returns whether that is a new record.
    pub(super) fn expect_change(&self, person: UserId) -> bool {
        self.inner().changing.insert(person)
    }

    /// Clears the record, so that later changes are recorded again.
    pub(super) fn change_expected(&self, person: UserId) {
        self.inner().changing.remove(&person);
    }

    /// Applies a person's limits to their connected devices.
    pub(super) fn limit(&self, person: UserId, limits: &[PersonLimit]) {
        let rates = rates_of_person(&self.rates, limits);
        for connection in self.of(person) {
            connection.device.limit(&rates);
        }
    }

    /// Applies a person's limits to a device.
    pub(super) fn limit_device(&self, device: &DeviceConnections, limits: &[PersonLimit]) {
        device.limit(&rates_of_person(&self.rates, limits));
    }

    pub(super) fn of(&self, person: UserId) -> Vec<Arc<ClientConnection>> {
        self.inner().of(person).cloned().collect()
    }

    /// The sockets of a person's connections.
    pub(super) fn sids_of(&self, person: UserId) -> Vec<Sid> {
        let inner = self.inner();
        let sids = inner.by_person.get(&person).into_iter().flatten();
        sids.copied().collect()
    }

    /// Whether nobody is connected.
    pub(super) fn is_empty(&self) -> bool {
        self.inner().connections.is_empty()
    }

    /// The connected people in a room.
    pub(super) fn in_room(&self, room: RoomId) -> HashSet<UserId> {
        let inner = self.inner();
        let there = inner
            .connections
            .values()
            .filter(|connection| connection.member_of(room).is_ok());
        there.map(|connection| connection.user).collect()
    }

    /// Whether a person is connected.
    pub(super) fn is_here(&self, person: UserId) -> bool {
        self.inner().by_person.contains_key(&person)
    }

    /// Whether one of a person's connections does not include a change.
    pub(super) fn has_outdated(&self, person: UserId, change: ChangeNumber) -> bool {
        self.inner()
            .of(person)
            .any(|connection| connection.is_outdated(change))
    }

    /// The rooms with a connected member.
    pub(super) fn rooms(&self) -> BTreeSet<RoomId> {
        let inner = self.inner();
        let connections = inner.connections.values();
        connections.flat_map(|connection| connection.rooms()).collect()
    }

    /// Whether a person's device is connected.
    pub(super) fn is_connected(&self, person: UserId, session: SessionId) -> bool {
        let inner = self.inner();
        let mut devices = inner.of(person).map(|connection| connection.device.session);
        devices.any(|device| device == session)
    }

    pub(super) fn get(&self, id: Sid) -> Option<Arc<ClientConnection>> {
        self.inner().connections.get(&id).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<ClientConnection>> {
        self.inner().connections.values().cloned().collect()
    }

    /// Records that a device was signed out. Returns its connections.
    pub(super) fn sign_out(&self, session: SessionId, reason: ClosingReason) -> Vec<Arc<ClientConnection>> {
        let mut inner = self.inner();
        inner.signed_out.put(session, reason);
        inner
            .connections
            .values()
            .filter(|connection| connection.device.session == session)
            .cloned()
            .collect()
    }

    /// Records why a connection was closed, for the device's next one.
    pub(super) fn remember(&self, connection: &ClientConnection, reason: ClosingReason) {
        self.inner()
            .close_reasons
            .put((connection.device.session, connection.tab), reason);
    }

    /// Takes the reason why the device's last connection was closed.
    pub(super) fn recall(&self, connection: &ClientConnection) -> Option<ClosingReason> {
        self.inner()
            .close_reasons
            .take(&(connection.device.session, connection.tab))
    }

    /// Records the TCP connection of a session that upgraded from polling to WebSocket.
    pub(super) fn upgraded(&self, id: Sid, peer: Peer) {
        let mut inner = self.inner();
        if let Some(connection) = inner.connections.get(&id) {
            let _ = connection.websocket.set(peer.clone());
        }
        inner.upgrades.put(id, peer);
    }

    /// The TCP connection of a socket that is a WebSocket.
    pub(super) fn websocket_of(&self, connection: &ClientConnection) -> Option<Peer> {
        let upgraded = self.inner().upgrades.get(&connection.id).cloned();
        let began_so = || connection.peer.clone().filter(|_| connection.polls.is_none());
        upgraded.or_else(began_so)
    }

    /// The TCP connection a socket is on.
    pub(super) fn peer_of(&self, connection: &ClientConnection) -> Option<Peer> {
        self.inner()
            .upgrades
            .get(&connection.id)
            .cloned()
            .or_else(|| connection.peer.clone())
    }

    fn inner(&self) -> MutexGuard<'_, PeopleIndex> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PeopleIndex {
    /// The state that a device's connections share, created with these rates for the first one.
    fn device(&mut self, session: SessionId, rates: impl FnOnce() -> DeviceRates) -> Arc<DeviceConnections> {
        if self.devices.len() >= DEVICES {
            self.devices
                .retain(|_, device| Arc::strong_count(device) > 1 || !device.is_rested());
        }
        let device = self.devices.entry(session);
        let device = device.or_insert_with(|| Arc::new(DeviceConnections::new(session, &rates())));
        device.clone()
    }

    fn count_up(&mut self, person: UserId, network: Option<IpAddr>) {
        *self.of_person.entry(person).or_default() += 1;
        if let Some(network) = network {
            *self.of_network.entry(network).or_default() += 1;
        }
    }

    fn count_down(&mut self, person: UserId, network: Option<IpAddr>) {
        if let Entry::Occupied(mut count) = self.of_person.entry(person) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        if let Some(Entry::Occupied(mut count)) = network.map(|network| self.of_network.entry(network)) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }

    fn of(&self, person: UserId) -> impl Iterator<Item = &Arc<ClientConnection>> {
        let sids = self.by_person.get(&person).into_iter().flatten();
        sids.filter_map(|sid| self.connections.get(sid))
    }
}

/// A map that drops its oldest keys.
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

    /// Removes a key; rare enough to scan the order.
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
