//! Who is connected, by which sockets, and why the last connection of a device ended.

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
use crate::config::Limits;
use crate::request::client_address::network;
use crate::serve::peer::Peer;
use crate::store::{ChangeNumber, SessionId};

/// Most devices whose allowance is remembered beyond their last connection.
const DEVICES: usize = 10_000;
/// Connections beyond the last place that those who run the server have.
const RESERVE: usize = 16;
/// Most farewells, ended sessions and upgrades remembered.
const REMEMBERED: usize = 4_096;

/// Everybody who is connected.
#[derive(Debug)]
pub(super) struct People {
    limits: Limits,
    inner: Mutex<PeopleIndex>,
}

#[derive(Debug, Default)]
struct PeopleIndex {
    connections: HashMap<Sid, Arc<ClientConnection>>,
    by_person: HashMap<UserId, HashSet<Sid>>,
    /// Since when people who were connected are not.
    absent: HashMap<UserId, Instant>,
    /// Whose presence is about to be told, where it is otherwise then.
    changing: HashSet<UserId>,
    devices: HashMap<SessionId, Arc<DeviceConnections>>,
    /// How many connections of a device are let in and not entered yet.
    arriving: HashMap<SessionId, usize>,
    /// Connections of each person and of each network, those let in and not entered yet among them.
    of_person: HashMap<UserId, usize>,
    of_network: HashMap<IpAddr, usize>,
    farewells: Recent<(SessionId, Option<Uuid>), ClosingReason>,
    signed_out: Recent<SessionId, ClosingReason>,
    upgrades: Recent<Sid, Peer>,
}

/// The step after a connection is known.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// The connection of the same tab that it takes over from.
    pub(super) replaced: Vec<Arc<ClientConnection>>,
    /// Why the device was signed out while it connected, where it was.
    pub(super) signed_out: Option<ClosingReason>,
}

/// A place that is kept for a connection until it is entered or fails.
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

/// The limits of a person's devices: everybody's, but for those that are other for them.
fn limits_of_person(everybodys: &Limits, own: &[PersonLimit]) -> Limits {
    let mut limits = everybodys.clone();
    for PersonLimit { limit, value } in own {
        match limit {
            LimitName::MessagesPerSecond => limits.messages_per_second = *value,
            LimitName::MessageBurst => limits.message_burst = *value,
            LimitName::EventsPerSecond => limits.events_per_second = *value,
            LimitName::EventBurst => limits.event_burst = *value,
            // The store keeps these.
            LimitName::Rooms
            | LimitName::DirectPerHour
            | LimitName::DirectUnanswered
            | LimitName::BroughtPerHour
            | LimitName::EntriesPerDay
            | LimitName::BytesPerDay => {}
        }
    }
    limits
}

impl People {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            inner: Mutex::default(),
        }
    }

    /// Lets a device in, where there is room for one more connection: of the device, of the person, of the network and in all.
    ///
    /// A few places beyond the last one are kept for those who run the server, wherever they come from.
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
        let device = inner.device(session, || limits_of_person(&self.limits, own));
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

    /// Takes a connection out. `None` where it was out before.
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

    /// The notes are looked at: later changes have to be noted anew.
    pub(super) fn change_expected(&self, person: UserId) {
        self.inner().changing.remove(&person);
    }

    /// Gives the devices of a person who is connected the limits they have.
    pub(super) fn limit(&self, person: UserId, limits: &[PersonLimit]) {
        let limits = limits_of_person(&self.limits, limits);
        for connection in self.of(person) {
            connection.device.limit(&limits);
        }
    }

    /// Gives a device the limits that its person has.
    pub(super) fn limit_device(&self, device: &DeviceConnections, limits: &[PersonLimit]) {
        device.limit(&limits_of_person(&self.limits, limits));
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

    /// Who of the connected is in a room.
    pub(super) fn in_room(&self, room: RoomId) -> HashSet<UserId> {
        let inner = self.inner();
        let there = inner
            .connections
            .values()
            .filter(|connection| connection.member_of(room).is_ok());
        there.map(|connection| connection.user).collect()
    }

    /// Whether somebody is connected.
    pub(super) fn is_here(&self, person: UserId) -> bool {
        self.inner().by_person.contains_key(&person)
    }

    /// Whether a change is news to one of a person's connections.
    pub(super) fn has_outdated(&self, person: UserId, change: ChangeNumber) -> bool {
        self.inner()
            .of(person)
            .any(|connection| connection.is_outdated(change))
    }

    /// The rooms that somebody who is connected is in.
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

    /// Remembers that a device was signed out. Answers its connections.
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

    /// Remembers why a connection was ended, for the device's next one.
    pub(super) fn remember(&self, connection: &ClientConnection, reason: ClosingReason) {
        self.inner()
            .farewells
            .put((connection.device.session, connection.tab), reason);
    }

    /// Why the device's last connection was ended; told once.
    pub(super) fn recall(&self, connection: &ClientConnection) -> Option<ClosingReason> {
        self.inner()
            .farewells
            .take(&(connection.device.session, connection.tab))
    }

    /// Remembers the TCP connection a polling session goes on over as a WebSocket.
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
    /// What the connections of a device share, made with these limits where it is the first one.
    fn device(&mut self, session: SessionId, limits: impl FnOnce() -> Limits) -> Arc<DeviceConnections> {
        if self.devices.len() >= DEVICES {
            self.devices
                .retain(|_, device| Arc::strong_count(device) > 1 || !device.is_rested());
        }
        let device = self.devices.entry(session);
        let device = device.or_insert_with(|| Arc::new(DeviceConnections::new(session, &limits())));
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
