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
use crate::config::Limits;
use crate::serve::peer::Peer;
use crate::store::{self, ChangeNumber, SessionId, StoreRefusal};

/// A connection's identity and counters.
#[derive(Debug)]
pub(super) struct ClientConnection {
    /// The socket's id. It opens the connection to whoever knows it: it is shown to nobody.
    pub(super) id: Sid,
    pub(super) user: UserId,
    pub(super) device: Arc<DeviceConnections>,
    pub(super) device_name: String,
    /// The tab's name for itself.
    pub(super) tab: Option<Uuid>,
    /// Its presence updates, and those it watches.
    place: Mutex<ConnectionState>,
    /// The address it counts for.
    pub(super) address: Option<IpAddr>,
    /// The TCP connection it began on.
    pub(super) peer: Option<Peer>,
    /// When it began, by the server's clock.
    pub(super) since: Millis,
    pub(super) opened: Instant,
    /// How it polls, where it began so.
    pub(super) polls: Option<Polls>,
    /// One history page at a time, and none before the session is open: until then the rooms are those of a moment ago.
    pub(super) reading: Semaphore,
    /// How many history pages are asked for and not answered.
    pub(super) asked: AtomicUsize,
    pub(super) events: AtomicU64,
    pub(super) refused: AtomicU64,
    /// The TCP connection of its WebSocket.
    pub(super) websocket: OnceLock<Peer>,
    closing: OnceLock<ClosingReason>,
}

/// Where a connection comes from.
#[derive(Debug)]
pub(super) struct Source {
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
        Source { address, peer }: Source,
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
            asked: AtomicUsize::new(0),
            events: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            websocket: OnceLock::new(),
            closing: OnceLock::new(),
        }
    }

    /// Remembers why the server ends this connection. Answers whether this is the first reason; only the first counts.
    pub(super) fn close_for(&self, reason: ClosingReason) -> bool {
        self.closing.set(reason).is_ok()
    }

    /// Why the server ends this connection, where it does.
    pub(super) fn closing(&self) -> Option<ClosingReason> {
        self.closing.get().copied()
    }

    /// Whom it speaks for, by the name they have.
    pub(super) fn person(&self) -> Person {
        self.place().person.clone()
    }

    /// Whether the person is in this room; the refusal where not.
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

    /// Whether its session is open and a change is news to it.
    pub(super) fn is_outdated(&self, change: ChangeNumber) -> bool {
        let place = self.place();
        place.open && place.as_of < change
    }

    /// Waits until this connection may read.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, WireError> {
        let turn = self.reading.acquire().await;
        turn.map_err(|_| WireError::new(ErrorCode::Unavailable, "the connection has ended"))
    }

    /// One of its messages has come to its end.
    pub(super) fn message_came(&self) {
        if let Some(peer) = self.websocket.get() {
            peer.message_came();
        }
    }

    pub(super) fn place(&self) -> MutexGuard<'_, ConnectionState> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Where a connection stands.
#[derive(Debug)]
pub(super) struct ConnectionState {
    pub(super) person: Person,
    /// The rooms the person is in.
    pub(super) rooms: HashSet<RoomId>,
    /// Whether its session is open: it gets broadcasts from then on.
    pub(super) open: bool,
    /// Whether nobody sits there.
    pub(super) away: bool,
    pub(super) role: Role,
    /// Up to which change the feed was in its first answer: those are no news to it.
    pub(super) as_of: ChangeNumber,
}

/// When a polling connection last asked for packets.
#[derive(Debug)]
pub(super) struct Polls(Mutex<(u32, Instant)>);

impl Polls {
    pub(super) fn new() -> Self {
        Self(Mutex::new((0, clock::instant())))
    }

    /// A poll is under way until the guard is dropped.
    pub(super) fn begin(connection: Arc<ClientConnection>) -> Polling {
        if let Some(polls) = &connection.polls {
            polls.inner().0 += 1;
        }
        Polling(connection)
    }

    /// How long no poll has been under way.
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

/// A poll under way.
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

/// The allowance that the connections of one signed-in device share.
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

/// Something that is taken from a device's allowance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cost {
    Messages(u32),
    /// An event that is so dear.
    Events(u32),
}

/// The refusal of a device that asks for more than its allowance.
#[derive(Debug)]
pub(super) enum Excess {
    RateLimited(WireError),
    Flooding,
}

/// Refused events per second, lasting, before a device is taken to be flooding; and at once.
const REFUSED_PER_SECOND: f64 = 200.0;
const REFUSED_BURST: u32 = 2_000;

impl DeviceConnections {
    pub(super) fn new(session: SessionId, limits: &Limits) -> Self {
        let now = clock::instant();
        Self {
            session,
            allowance: Mutex::new(Allowance {
                messages: Bucket::new(limits.messages_per_second.into(), limits.message_burst, now),
                events: Bucket::new(limits.events_per_second.into(), limits.event_burst, now),
                patience: Bucket::new(REFUSED_PER_SECOND, REFUSED_BURST, now),
            }),
        }
    }

    /// Gives it other limits. It keeps the rest of the former ones.
    pub(super) fn limit(&self, limits: &Limits) {
        let now = clock::instant();
        let mut allowance = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        allowance
            .messages
            .become_of(limits.messages_per_second.into(), limits.message_burst, now);
        allowance
            .events
            .become_of(limits.events_per_second.into(), limits.event_burst, now);
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
                "too much in too short a time: wait a little",
            )
        }))
    }

    /// Charges for an answer by its size, once that is known.
    pub(super) fn spend(&self, cost: u32) {
        let now = clock::instant();
        let mut allowance = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        allowance.events.spend(cost, now);
    }

    /// Whether it has done nothing for a while.
    pub(super) fn is_rested(&self) -> bool {
        let now = clock::instant();
        let mut allowance = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        allowance.messages.is_full(now) && allowance.events.is_full(now) && allowance.patience.is_full(now)
    }
}

/// Never 0: a client that waits so long must be let in.
fn in_millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis())
        .unwrap_or(u64::MAX)
        .saturating_add(1)
}
