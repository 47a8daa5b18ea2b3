//! How many connections there may be, and which one makes room for another.
//!
//! A connection that carries a signed-in person's chat keeps its place; those are limited where they connect. All others count
//! as strangers, limited per address and in total, and the stranger idle for longest makes room for the next. So a client that
//! opens many silent connections loses them, and a page that sends a request in between finds a place.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::pending::{Budget, PendingRequest};
use crate::config::ConnectionLimits;
use crate::request::client_address::network;
use crate::serve::peer::Peer;

/// The interval between log lines about connections that made room.
const NOTED_EVERY: Duration = Duration::from_secs(10);

/// The shared table of places; cheap to clone.
#[derive(Clone, Debug)]
pub struct Places(Arc<PlacesParts>);

#[derive(Debug)]
struct PlacesParts {
    /// Open files available for connections.
    descriptors: usize,
    strangers: usize,
    strangers_per_address: usize,
    pending: Budget,
    state: Mutex<PlacesState>,
}

#[derive(Debug, Default)]
struct PlacesState {
    /// Connections of every kind.
    open: usize,
    /// Counts the activity of strangers, so that the one idle for longest sorts first.
    clock: u64,
    strangers: BTreeMap<u64, Peer>,
    of_network: HashMap<IpAddr, BTreeSet<u64>>,
    noted: Noted,
}

/// Counts that have not been logged yet.
#[derive(Debug, Default)]
struct Noted {
    made_room: u64,
    turned_away: u64,
    by_system: Option<String>,
}

/// The result of asking for a place.
pub enum SlotOffer {
    Place(ConnectionSlot),
    /// Every place is taken by a connection that keeps it.
    Full,
}

/// One connection's place, returned on drop.
#[derive(Debug)]
pub struct ConnectionSlot {
    places: Option<Places>,
    network: Option<IpAddr>,
    pending: PendingRequest,
    standing: Mutex<Standing>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// A stranger, with the counter's value at its last activity.
    Stranger(u64),
    Kept,
}

impl Places {
    /// Takes the limits from the settings, capped by the number of open files.
    pub fn new(limits: &ConnectionLimits, descriptors: usize) -> Self {
        let strangers = limits.max_http_connections.min(descriptors).max(1);
        Self(Arc::new(PlacesParts {
            descriptors,
            strangers,
            strangers_per_address: limits.max_http_connections_per_address.min(strangers).max(1),
            pending: Budget::default(),
            state: Mutex::default(),
        }))
    }

    /// Claims a place for a connection from this address.
    pub fn enter(&self, address: IpAddr) -> SlotOffer {
        self.enter_as(Some(network(address)))
    }

    /// Claims a place for a trusted proxy's connection, which has many clients.
    pub fn enter_proxy(&self) -> SlotOffer {
        self.enter_as(None)
    }

    fn enter_as(&self, network: Option<IpAddr>) -> SlotOffer {
        let mut state = self.state();
        if state.open >= self.0.descriptors && !state.end_the_oldest(None) {
            state.noted.turned_away += 1;
            return SlotOffer::Full;
        }
        state.open += 1;
        drop(state);
        SlotOffer::Place(ConnectionSlot {
            places: Some(self.clone()),
            pending: self.0.pending.connection(network),
            network,
            standing: Mutex::new(Standing::Kept),
        })
    }

    /// Ends the stranger idle for longest, if there is one.
    pub fn make_room(&self) {
        self.state().end_the_oldest(None);
    }

    /// Records that the operating system refused a connection.
    pub fn note_refused_by_system(&self, error: &io::Error) {
        self.state().noted.by_system = Some(error.to_string());
    }

    fn state(&self) -> MutexGuard<'_, PlacesState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log_counts(&self) {
        let (noted, open) = {
            let mut state = self.state();
            (std::mem::take(&mut state.noted), state.open)
        };
        if let Some(error) = noted.by_system {
            tracing::error!(
                open,
                "cannot accept connections ({error}): raise the limit of open files (LimitNOFILE, ulimit -n)"
            );
        }
        if noted.turned_away > 0 {
            tracing::error!(
                open,
                refused = noted.turned_away,
                "every place is taken: raise the limit of open files (LimitNOFILE, ulimit -n), or lower --max-connections"
            );
        }
        if noted.made_room > 0 {
            tracing::warn!(
                open,
                ended = noted.made_room,
                "connections that did nothing made room for others: see --max-http-connections and \
                 --max-http-connections-per-address"
            );
        }
    }
}

impl PlacesState {
    /// Ends the stranger idle for longest, of one network or of all. Returns whether there was one.
    fn end_the_oldest(&mut self, network: Option<IpAddr>) -> bool {
        let oldest = match network {
            Some(network) => self
                .of_network
                .get(&network)
                .and_then(|stamps| stamps.first().copied()),
            None => self.strangers.first_key_value().map(|(stamp, _)| *stamp),
        };
        let Some(peer) = oldest.and_then(|stamp| self.strangers.get(&stamp).cloned()) else {
            return false;
        };
        if let Some(stamp) = oldest {
            self.remove(stamp, peer.place().network);
        }
        *peer.place().standing() = Standing::Kept;
        peer.abort();
        self.noted.made_room += 1;
        true
    }

    fn remove(&mut self, stamp: u64, network: Option<IpAddr>) {
        self.strangers.remove(&stamp);
        if let Some(network) = network
            && let Some(stamps) = self.of_network.get_mut(&network)
        {
            stamps.remove(&stamp);
            if stamps.is_empty() {
                self.of_network.remove(&network);
            }
        }
    }
}

impl ConnectionSlot {
    /// A slot beyond the last place: it makes room for no other connection, and none makes room for it.
    pub(super) fn beyond() -> Self {
        Self {
            places: None,
            pending: Budget::default().connection(None),
            network: None,
            standing: Mutex::new(Standing::Kept),
        }
    }

    pub(crate) fn pending(&self) -> &PendingRequest {
        &self.pending
    }

    /// Records activity: among strangers this connection becomes the last to make room.
    pub(crate) fn touch(peer: &Peer) {
        let place = peer.place();
        let (Some(places), Some(network)) = (&place.places, place.network) else {
            return;
        };
        let mut state = places.state();
        let mut standing = place.standing();
        if let Standing::Stranger(stamp) = *standing {
            state.remove(stamp, Some(network));
        } else if peer.is_vouched() || peer.has_ended() {
            return;
        }
        drop(standing);
        let of_network = state.of_network.get(&network).map_or(0, BTreeSet::len);
        if of_network >= places.0.strangers_per_address {
            state.end_the_oldest(Some(network));
        } else if state.strangers.len() >= places.0.strangers {
            state.end_the_oldest(None);
        }
        state.clock += 1;
        let stamp = state.clock;
        state.strangers.insert(stamp, peer.clone());
        state.of_network.entry(network).or_default().insert(stamp);
        standing = place.standing();
        *standing = Standing::Stranger(stamp);
    }

    /// Marks the connection as signed in, so that it keeps its place.
    pub(crate) fn keep(peer: &Peer) {
        peer.place().leave_strangers();
    }

    fn leave_strangers(&self) {
        let Some(places) = &self.places else {
            return;
        };
        let mut state = places.state();
        let mut standing = self.standing();
        if let Standing::Stranger(stamp) = std::mem::replace(&mut *standing, Standing::Kept) {
            state.remove(stamp, self.network);
        }
    }

    /// Frees the place of an ended connection.
    pub(crate) fn give_back(&self) {
        self.leave_strangers();
        if let Some(places) = &self.places {
            let mut state = places.state();
            state.open = state.open.saturating_sub(1);
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logs the counted events every few seconds, if there were any.
pub(super) async fn keep_noting(places: Places) {
    let mut rounds = tokio::time::interval(NOTED_EVERY);
    loop {
        rounds.tick().await;
        places.log_counts();
    }
}
