//! The adapter: carries hints between the nodes that serve the same database.
//!
//! An event reaches this node's own sockets whatever becomes of its hint, and nobody waits for a hint. Hints may be lost: a timer of
//! the node that would have received one makes up for it.
//!
//! - [`hint`]: the hints and their wire format
//! - `queue`: the bounded queue of hints to send
//! - `link`: the connection, reopened on any error; over `postgres` or `redis`
//! - `receive`: the effects of another node's hints
//! - `compare`: whether the other nodes have the same adapter
//! - `status`: reports to sessions whether the other nodes are connected
//!
//! Invariant: a hint is never taken for truth. It leads to a read of the store, or to a transient effect.

mod compare;
pub(super) mod hint;
mod link;
mod postgres;
mod queue;
mod receive;
mod redis;
mod status;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use steadfast_shared::Millis;
use steadfast_shared::event::Nodes;
use tokio::sync::watch;
use tokio::time::sleep;

use super::Realtime;
use crate::clock;
use crate::config::{AdapterChoice, AdapterError, RedisServer};
use crate::store::NodeId;
use crate::store::database::Database;
use crate::store::postgres::notification::Notifications;
use hint::{Hint, HintPacket};
pub(super) use link::HintTransport;
use link::{LinkError, LinkMessage};
use queue::HintQueue;
use receive::Receiver;

/// How soon a failed link is reopened.
const RETRY: Duration = Duration::from_millis(500);

/// Sends this node's hints, and tracks whether the others' arrive.
pub(super) struct Adapter {
    node: NodeId,
    /// `None` without a transport.
    queue: Option<HintQueue>,
    status: watch::Sender<AdapterStatus>,
    /// The state last reported to sessions.
    is_degraded: AtomicBool,
    /// Whether the present outage has been logged.
    warned: AtomicBool,
    /// The count of hints that could not be read.
    unreadable: AtomicU64,
}

/// The state of the adapter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AdapterStatus {
    None,
    Up,
    /// Hints are lost, since then.
    Degraded {
        since: Millis,
    },
}

impl HintTransport {
    /// The transport for hints between the nodes of a database. `None` if there is none.
    pub(super) fn of(choice: &AdapterChoice, database: &Database) -> Result<Option<Self>, AdapterError> {
        Ok(match (choice, database) {
            (AdapterChoice::Redis(url), _) => Some(Self::Redis {
                server: RedisServer::parse(url)?,
            }),
            (AdapterChoice::Postgres, Database::Postgres(url)) => {
                let notifications = Notifications::of(url);
                Some(Self::Postgres(
                    notifications.map_err(|error| AdapterError::Url(error.to_string()))?,
                ))
            }
            _ => None,
        })
    }
}

impl Adapter {
    /// An adapter for this node; `has_transport` says whether hints travel between nodes.
    pub(super) fn new(node: NodeId, has_transport: bool) -> Self {
        let status = if has_transport {
            AdapterStatus::Degraded { since: clock::now() }
        } else {
            AdapterStatus::None
        };
        Self {
            node,
            queue: has_transport.then(HintQueue::default),
            status: watch::Sender::new(status),
            is_degraded: AtomicBool::new(false),
            warned: AtomicBool::new(false),
            unreadable: AtomicU64::new(0),
        }
    }

    /// Queues a hint for the other nodes, or drops it; never waits.
    pub(super) fn send(&self, hint: &Hint) {
        if let Some(queue) = &self.queue {
            queue.put(hint);
        }
    }

    /// Subscribes to the adapter's state.
    pub(super) fn status(&self) -> watch::Receiver<AdapterStatus> {
        self.status.subscribe()
    }

    /// The state for sessions. It is set and read under the lock that publishes.
    pub(super) fn nodes(&self) -> Nodes {
        Nodes {
            degraded: self.is_degraded.load(Ordering::Acquire),
        }
    }

    pub(super) fn note_nodes(&self, nodes: Nodes) {
        self.is_degraded.store(nodes.degraded, Ordering::Release);
    }

    fn is_up(&self) {
        self.warned.store(false, Ordering::Relaxed);
        if let AdapterStatus::Degraded { since } = self.status.send_replace(AdapterStatus::Up) {
            let after_ms = clock::now().saturating_sub(since);
            tracing::info!(after_ms, "the other nodes are connected");
        }
    }

    fn is_down(&self, error: &LinkError) {
        self.status.send_if_modified(|status| {
            let was_up = *status == AdapterStatus::Up;
            if was_up {
                *status = AdapterStatus::Degraded { since: clock::now() };
            }
            was_up
        });
        // Only once per outage, or per start without a link.
        if self.warned.swap(true, Ordering::Relaxed) {
            tracing::debug!(%error, "the other nodes are not connected yet");
        } else {
            tracing::warn!(%error, "the other nodes are not connected: their messages arrive within a second or two; typing and presence may be wrong");
        }
    }

    /// Counts hints that could not be read.
    fn note_unreadable(&self, count: usize, why: &str) {
        let before = self.unreadable.fetch_add(count as u64, Ordering::Relaxed);
        let ignored = before + count as u64;
        // Log at counts of one, two, four, and so on.
        if before.checked_ilog2() != ignored.checked_ilog2() {
            tracing::warn!(ignored, why, "hints were ignored");
        }
    }

    /// Reads the hints of another node's message.
    fn read(&self, message: &LinkMessage) -> Vec<Hint> {
        let text = match message {
            LinkMessage::Missed => return vec![Hint::Everything],
            LinkMessage::Text(text) => text,
        };
        match HintPacket::read(text) {
            Ok(received) if received.from == self.node => Vec::new(),
            Ok(received) => {
                if received.unknown > 0 {
                    self.note_unreadable(received.unknown, "their kind is unknown to this version");
                }
                received.hints
            }
            Err(error) => {
                self.note_unreadable(1, &error.to_string());
                Vec::new()
            }
        }
    }
}

/// Carries hints until the server is dropped.
async fn carry(transport: HintTransport, receiver: Receiver) {
    let adapter = &receiver.adapter;
    let Some(queue) = &adapter.queue else { return };
    while receiver.is_there().is_ok() {
        let error = match transport.connect(&receiver).await {
            Ok(link) => {
                adapter.is_up();
                // Hints sent while the link was down are lost: both sides catch up from the store.
                queue.reset();
                match receiver.take(LinkMessage::Missed).await {
                    Ok(()) => link.run(adapter.node, queue, &receiver).await,
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        if receiver.is_there().is_ok() {
            adapter.is_down(&error);
        }
        sleep(RETRY).await;
    }
}

/// Carries hints in the background.
pub(super) fn start(realtime: &Realtime, transport: Option<HintTransport>, choice: AdapterChoice) {
    tokio::spawn(compare::compare(Arc::downgrade(&realtime.0), choice));
    if let Some(transport) = transport {
        let receiver = Receiver {
            adapter: realtime.0.hub.adapter.clone(),
            realtime: Arc::downgrade(&realtime.0),
        };
        tokio::spawn(carry(transport, receiver));
        tokio::spawn(status::broadcast_status(Arc::downgrade(&realtime.0.hub)));
    }
}
