//! The adapter: carries hints to the other nodes that serve the same database, and theirs here.
//!
//! Events here go to this node's sockets first; the hint follows, and nobody waits for it. All of them may be lost: behind
//! each stands a timer of whoever would have heard it.
//!
//! - [`hint`]: the hints, and their form on the wire
//! - `queue`: hints that wait to be sent, bounded
//! - `link`: the connection that is made anew on any error; by way of `postgres` or `redis`
//! - `receive`: the effects of another node's hints
//! - `status`: sessions hear whether other nodes are connected
//!
//! Invariant: a hint is never taken for truth. It leads to a look at the store, or to something that lasts for a moment only.

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
use crate::config::{AdapterChoice, AdapterError, Config, RedisServer};
use crate::store::NodeId;
use crate::store::database::Database;
use crate::store::postgres::notification::Notifications;
use hint::{Hint, HintPacket};
pub(super) use link::HintTransport;
use link::{LinkError, LinkMessage};
use queue::HintQueue;
use receive::Receiver;

/// How soon a link is made anew.
const RETRY: Duration = Duration::from_millis(500);

/// This node's hints to the others, and how well it hears them.
pub(super) struct Adapter {
    node: NodeId,
    /// `None` where nothing carries hints.
    queue: Option<HintQueue>,
    status: watch::Sender<AdapterStatus>,
    /// The last state that sessions heard of it.
    is_degraded: AtomicBool,
    /// Whether the log says that they are lost.
    warned: AtomicBool,
    /// Hints that could not be read.
    unreadable: AtomicU64,
}

/// How well hints travel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AdapterStatus {
    None,
    Up,
    /// They are lost, since then.
    Degraded {
        since: Millis,
    },
}

impl HintTransport {
    /// The carrier of hints between the nodes of a database. `None` where there is none.
    pub(super) fn of(config: &Config) -> Result<Option<Self>, AdapterError> {
        let choice = AdapterChoice::of(config.adapter.as_ref(), &config.database)?;
        Ok(match (choice, &config.database) {
            (AdapterChoice::Redis(url), _) => Some(Self::Redis {
                server: RedisServer::parse(&url)?,
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
    /// For a node that others may be beside of, where something carries hints between them.
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

    /// Sends a hint to the other nodes, or drops it: never waits.
    pub(super) fn send(&self, hint: &Hint) {
        if let Some(queue) = &self.queue {
            queue.put(hint);
        }
    }

    /// How well hints travel, and each change of that.
    pub(super) fn status(&self) -> watch::Receiver<AdapterStatus> {
        self.status.subscribe()
    }

    /// The state for sessions. It is noted and read under the lock that publishes.
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
            tracing::info!(after_ms, "the other nodes are heard");
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
        // Once in an outage, and at a start without a link.
        if self.warned.swap(true, Ordering::Relaxed) {
            tracing::debug!(%error, "the other nodes are not heard yet");
        } else {
            tracing::warn!(%error, "the other nodes are not heard: their messages come within a second or two, who types and who is there may be wrong");
        }
    }

    /// Counts hints that could not be read.
    fn note_unreadable(&self, count: usize, why: &str) {
        let before = self.unreadable.fetch_add(count as u64, Ordering::Relaxed);
        let ignored = before + count as u64;
        // Once, twice, four times, and so on.
        if before.checked_ilog2() != ignored.checked_ilog2() {
            tracing::warn!(ignored, why, "hints were ignored");
        }
    }

    /// A hint from another node.
    fn read(&self, message: &LinkMessage) -> Vec<Hint> {
        let text = match message {
            LinkMessage::Missed => return vec![Hint::Everything],
            LinkMessage::Text(text) => text,
        };
        match HintPacket::read(text) {
            Ok(heard) if heard.from == self.node => Vec::new(),
            Ok(heard) => {
                if heard.unknown > 0 {
                    self.note_unreadable(
                        heard.unknown,
                        "they are of a kind that this version does not know",
                    );
                }
                heard.hints
            }
            Err(error) => {
                self.note_unreadable(1, &error.to_string());
                Vec::new()
            }
        }
    }
}

/// Carries hints until the server is gone.
async fn carry(transport: HintTransport, receiver: Receiver) {
    let adapter = &receiver.adapter;
    let Some(queue) = &adapter.queue else { return };
    while receiver.is_there().is_ok() {
        let error = match transport.connect(&receiver).await {
            Ok(link) => {
                adapter.is_up();
                // Hints sent while nobody listened are made up for, here and there.
                queue.begin_anew();
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
pub(super) fn start(realtime: &Realtime, transport: Option<HintTransport>) {
    if let Some(transport) = transport {
        let receiver = Receiver {
            adapter: realtime.0.hub.adapter.clone(),
            realtime: Arc::downgrade(&realtime.0),
        };
        tokio::spawn(carry(transport, receiver));
        tokio::spawn(status::broadcast_status(Arc::downgrade(&realtime.0.hub)));
    }
}
