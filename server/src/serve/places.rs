//! How many connections there may be, and which one makes room for another.
//!
//! A connection that carries a signed-in person's chat keeps its place; how many of those there are is counted where they
//! connect. All others are strangers': of those there are only so many, per address and in all, and the one that has done
//! nothing for longest makes room for the next. So whoever opens many and leaves them silent loses them, and a page that
//! asks for something in between finds a place.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::pending::{Budget, PendingRequest};
use crate::config::Limits;
use crate::request::client_address::network;
use crate::serve::peer::Peer;

/// How often it is told in the log that connections had to make room.
const NOTED_EVERY: Duration = Duration::from_secs(10);

/// All places there are. A cheap clone of one handle.
#[derive(Clone, Debug)]
pub struct Places(Arc<PlacesParts>);

#[derive(Debug)]
struct PlacesParts {
    /// How many open files there may be for connections.
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
    /// Counts the activity of strangers, so that the one who did nothing for longest is the first.
    clock: u64,
    strangers: BTreeMap<u64, Peer>,
    of_network: HashMap<IpAddr, BTreeSet<u64>>,
    noted: Noted,
}

/// Counts that are not logged yet.
#[derive(Debug, Default)]
struct Noted {
    made_room: u64,
    turned_away: u64,
    by_system: Option<String>,
}

/// Whether there is a place.
pub enum SlotOffer {
    Place(ConnectionSlot),
    /// Every place is taken by somebody who keeps it.
    Full,
}

/// One connection's place, given back when it is dropped.
#[derive(Debug)]
pub struct ConnectionSlot {
    places: Option<Places>,
    network: Option<IpAddr>,
    pending: PendingRequest,
    standing: Mutex<Standing>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// Among strangers, since this moment of their clock.
    Stranger(u64),
    Kept,
}

impl Places {
    /// So many as the settings say, and not more than there can be open files.
    pub fn new(limits: &Limits, descriptors: usize) -> Self {
        let strangers = limits.max_http_connections.min(descriptors).max(1);
        Self(Arc::new(PlacesParts {
            descriptors,
            strangers,
            strangers_per_address: limits.max_http_connections_per_address.min(strangers).max(1),
            pending: Budget::default(),
            state: Mutex::default(),
        }))
    }

    /// A place for a connection of this address.
    pub fn enter(&self, address: IpAddr) -> SlotOffer {
        self.enter_as(Some(network(address)))
    }

    /// A place for a connection of a proxy, which is many clients'.
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

    /// The one that has done nothing for longest makes room, where there is one.
    pub fn make_room(&self) {
        self.state().end_the_oldest(None);
    }

    /// Notes that the operating system gave no connection.
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
                "no connection can be taken ({error}): raise the limit of open files (LimitNOFILE, ulimit -n)"
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
    /// Ends the stranger who has done nothing for longest, of a network or of all. Answers whether there was one.
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
    /// Beyond the last one: nobody makes room for it, and it makes room for nobody.
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

    /// The connection has just come, or has just done something: among strangers it is the last to make room.
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

    /// The connection carries a signed-in session: it keeps its place.
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

    /// The connection has ended.
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

/// Logs the events of connections, every few seconds in which there were any.
pub(super) async fn keep_noting(places: Places) {
    let mut rounds = tokio::time::interval(NOTED_EVERY);
    loop {
        rounds.tick().await;
        places.log_counts();
    }
}
