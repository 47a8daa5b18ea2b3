//! One socket of one device of one person.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use socketioxide::socket::Sid;
use steadfast_shared::event::ClosingReason;
use steadfast_shared::{ErrorCode, Millis, Person, Role, RoomId, UserId, WireError};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::bucket::Bucket;
use crate::clock::{self, Instant};
use crate::config::DeviceRates;
use crate::serve::peer::Peer;
use crate::store::{self, ChangeNumber, SessionId, StoreRefusal};

/// A connection's identity and counters.
#[derive(Debug)]
pub(super) struct ClientConnection {
    /// The socket's id. It works as a credential for the connection, so it is never shown.
    pub(super) id: Sid,
    pub(super) user: UserId,
    pub(super) device: Arc<DeviceConnections>,
    pub(super) device_name: String,
    /// The id that the tab chose.
    pub(super) tab: Option<Uuid>,
    place: Mutex<ConnectionState>,
    /// The client's address, for limits.
    pub(super) address: Option<IpAddr>,
    /// The TCP connection it was opened on.
    pub(super) peer: Option<Peer>,
    /// When it was opened, by the server's clock.
    pub(super) since: Millis,
    pub(super) opened: Instant,
    /// Its polling state, if it was opened by polling.
    pub(super) polls: Option<Polls>,
    /// Allows one history page at a time, and none before the session is open, because until then its rooms may be outdated.
    pub(super) reading: Semaphore,
    /// Reads requested and not answered yet.
    pub(super) in_flight: AtomicUsize,
    pub(super) events: AtomicU64,
    pub(super) refused: AtomicU64,
    /// The TCP connection of its WebSocket.
    pub(super) websocket: OnceLock<Peer>,
    closing: OnceLock<ClosingReason>,
    /// Closed once nothing more goes over its polls.
    polling: Semaphore,
}

/// The origin of a connection.
#[derive(Debug)]
pub(super) struct ClientSource {
    pub(super) address: Option<IpAddr>,
    pub(super) peer: Option<Peer>,
}

impl ClientConnection {
    pub(super) fn new(
        id: Sid,
        found: store::Device,
        device: Arc<DeviceConnections>,
        tab: Option<Uuid>,
        rooms: impl IntoIterator<Item = RoomId>,
        ClientSource { address, peer }: ClientSource,
        polls: Option<Polls>,
    ) -> Self {
        Self {
            id,
            user: found.person.id,
            device,
            device_name: found.device_name,
            tab,
            place: Mutex::new(ConnectionState {
                person: found.person,
                rooms: rooms.into_iter().collect(),
                open: false,
                away: false,
                role: found.role,
                as_of: 0,
            }),
            address,
            peer,
            since: clock::now(),
            opened: clock::instant(),
            polls,
            reading: Semaphore::new(0),
            in_flight: AtomicUsize::new(0),
            events: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            websocket: OnceLock::new(),
            closing: OnceLock::new(),
            polling: Semaphore::new(0),
        }
    }

    /// Ends its polls, the one under way too: to its program that is a transport that broke.
    pub(super) fn end_polls(&self) {
        self.polling.close();
    }

    /// Resolves once its polls are ended.
    pub(super) async fn polls_ended(&self) {
        let _ = self.polling.acquire().await;
    }

    /// Records why the server closes this connection. Returns whether this is the first reason; only the first counts.
    pub(super) fn close_for(&self, reason: ClosingReason) -> bool {
        self.closing.set(reason).is_ok()
    }

    /// Why the server closes this connection, if it does.
    pub(super) fn closing(&self) -> Option<ClosingReason> {
        self.closing.get().copied()
    }

    /// The person, by their current name.
    pub(super) fn person(&self) -> Person {
        self.place().person.clone()
    }

    /// Refuses unless the person is in this room.
    pub(super) fn member_of(&self, room: RoomId) -> Result<(), WireError> {
        if self.place().rooms.contains(&room) {
            return Ok(());
        }
        Err(StoreRefusal::UnknownRoom.into())
    }

    /// The rooms the person is in.
    pub(super) fn rooms(&self) -> Vec<RoomId> {
        self.place().rooms.iter().copied().collect()
    }

    /// Whether its session is open and does not include a change.
    pub(super) fn is_outdated(&self, change: ChangeNumber) -> bool {
        let place = self.place();
        place.open && place.as_of < change
    }

    /// Waits for its turn to read.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, WireError> {
        let turn = self.reading.acquire().await;
        turn.map_err(|_| WireError::new(ErrorCode::Unavailable, "the connection has ended"))
    }

    /// Records that one of its messages has arrived complete.
    pub(super) fn message_received(&self) {
        if let Some(peer) = self.websocket.get() {
            peer.message_received();
        }
    }

    pub(super) fn place(&self) -> MutexGuard<'_, ConnectionState> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// The state of a connection that changes follow.
#[derive(Debug)]
pub(super) struct ConnectionState {
    pub(super) person: Person,
    /// The rooms the person is in.
    pub(super) rooms: HashSet<RoomId>,
    /// Whether its session is open, so that it gets broadcasts.
    pub(super) open: bool,
    /// Whether the person is away from this device.
    pub(super) away: bool,
    pub(super) role: Role,
    /// The change feed's position at its first answer, which includes all changes up to it.
    pub(super) as_of: ChangeNumber,
}

/// A polling connection's activity: the polls in progress, and the time of the last one.
#[derive(Debug)]
pub(super) struct Polls(Mutex<(u32, Instant)>);

impl Polls {
    pub(super) fn new() -> Self {
        Self(Mutex::new((0, clock::instant())))
    }

    /// Counts a poll as in progress until the guard is dropped.
    pub(super) fn begin(connection: Arc<ClientConnection>) -> Polling {
        if let Some(polls) = &connection.polls {
            polls.inner().0 += 1;
        }
        Polling(connection)
    }

    /// How long no poll has been in progress.
    pub(super) fn idle(&self) -> Duration {
        match *self.inner() {
            (0, since) => since.elapsed(),
            _ => Duration::ZERO,
        }
    }

    fn inner(&self) -> MutexGuard<'_, (u32, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A poll in progress.
#[derive(Debug)]
pub(super) struct Polling(Arc<ClientConnection>);

impl Drop for Polling {
    fn drop(&mut self) {
        if let Some(polls) = &self.0.polls {
            let mut inner = polls.inner();
            *inner = (inner.0.saturating_sub(1), clock::instant());
        }
    }
}

/// The allowance shared by the connections of one device.
#[derive(Debug)]
pub(super) struct DeviceConnections {
    pub(super) session: SessionId,
    allowance: Mutex<Allowance>,
}

#[derive(Debug)]
struct Allowance {
    messages: Bucket,
    events: Bucket,
    patience: Bucket,
}

/// A charge to a device's allowance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cost {
    Messages(u32),
    /// An event of this cost.
    Events(u32),
}

/// The refusal of a device that exceeds its allowance.
#[derive(Debug)]
pub(super) enum Excess {
    RateLimited(WireError),
    Flooding,
}

/// A device that exceeds this rate of refused events, or this burst, counts as flooding.
const REFUSED_PER_SECOND: f64 = 200.0;
const REFUSED_BURST: u32 = 2_000;

impl DeviceConnections {
    pub(super) fn new(session: SessionId, rates: &DeviceRates) -> Self {
        let now = clock::instant();
        Self {
            session,
            allowance: Mutex::new(Allowance {
                messages: Bucket::new(rates.messages_per_second.into(), rates.message_burst, now),
                events: Bucket::new(rates.events_per_second.into(), rates.event_burst, now),
                patience: Bucket::new(REFUSED_PER_SECOND, REFUSED_BURST, now),
            }),
        }
    }

    /// Changes the limits. The remaining allowance is kept.
    pub(super) fn limit(&self, rates: &DeviceRates) {
        let now = clock::instant();
        let mut allowance = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        allowance
            .messages
            .set_rate(rates.messages_per_second.into(), rates.message_burst, now);
        allowance
            .events
            .set_rate(rates.events_per_second.into(), rates.event_burst, now);
    }

    pub(super) fn take(&self, cost: Cost) -> Result<(), Excess> {
        let now = clock::instant();
        let mut allowance = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = match cost {
            Cost::Messages(cost) => allowance.messages.take(cost, now),
            Cost::Events(cost) => allowance.events.take(cost, now),
        };
        let Err(wait) = taken else {
            return Ok(());
        };
        if allowance.patience.take(1, now).is_err() {
            return Err(Excess::Flooding);
        }
        Err(Excess::RateLimited(WireError {
            retry_after_ms: Some(in_millis(wait)),
            ..WireError::new(
                ErrorCode::RateLimited,
                "too many requests: wait a moment and try again",
            )
        }))
    }

    /// Charges a response by its size, once that is known.
    pub(super) fn spend(&self, cost: u32) {
        let now = clock::instant();
        let mut allowance = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        allowance.events.spend(cost, now);
    }

    /// Whether its buckets are full, so it has been idle for a while.
    pub(super) fn is_rested(&self) -> bool {
        let now = clock::instant();
        let mut allowance = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        allowance.messages.is_full(now) && allowance.events.is_full(now) && allowance.patience.is_full(now)
    }
}

/// The wait in milliseconds, never 0.
fn in_millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis())
        .unwrap_or(u64::MAX)
        .saturating_add(1)
}
