//! The chat over Socket.IO.
//!
//! - `handshake`: decides who may connect; `resume`: opens a session
//! - `handshakes`: connections before authentication
//! - [`entries`]: entries from a client's `send` to every socket: received, queued, committed, acknowledged, published
//! - `sockets`: this process's sockets, one by one and by Socket.IO room
//! - `feed`: follows the commits of every node
//! - `adapter`: hints to and from other nodes
//! - `administer`: operators' commands and their view of connections
//! - `presence`: who is online
//! - `history`: history pages, and comparing cursors with heads
//! - `rooms`: events about rooms; `listing`: lists of people
//! - `ephemeral`: typing, read markers and away states
//! - `people`: connected people and their `connection`s
//! - `sightings`: last-seen times of devices
//! - `args`: strict parsing of event arguments; `reading`: how much is read for a person at a time
//! - `allowance`: rate limits per person and address
//! - `closing`: how connections end; `drain`: one after another, before the server does
//!
//! Invariant: only this folder names socketioxide.

mod adapter;
mod administer;
mod allowance;
mod closing;
mod connection;
mod drain;
pub mod entries;
mod events;
mod feed;
mod handshake;
mod handshakes;
mod people;
mod presence;
mod resume;
mod sightings;
mod sockets;

use events::{args, history, reading};

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::Router;
use serde::Serialize;
use socketioxide::extract::AckSender;
use socketioxide::layer::SocketIoLayer;
use socketioxide::{ParserConfig, SendError, SocketError, SocketIo};
use steadfast_shared::event::{ClosingReason, Reply};
use steadfast_shared::{ErrorCode, Millis, UserId, WireError, limit};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::audit::Audit;
use crate::bucket;
use crate::clock;
use crate::config::{AdapterChoice, Config};
use crate::error::StartError;
use crate::request::client_address::network;
use crate::store::{SessionId, Store, StoreError};
use adapter::hint::Hint;
use adapter::{Adapter, HintTransport};
use allowance::{Allowances, Payer};
use args::EventArgs;
use closing::Closer;
use connection::{ClientConnection, Cost, Excess};
use entries::hub::Hub;
use entries::writer::LogWriter;
use handshakes::Handshakes;
use people::People;
use presence::PresenceBoard;
use reading::Readers;
use sightings::Sightings;
use sockets::{Ending, Sockets};

/// Most packets queued for one socket. Beyond it the socket is stalled.
///
/// One commit may answer a device's whole burst, and acks are queued faster than any socket is written. A broadcast is kept once
/// for all sockets, so a stalled one costs little more than its own responses.
const SOCKET_PACKETS: usize = 2_048;
/// Bytes read at once from a WebSocket. Every connection keeps a buffer of this size; a larger message takes more reads.
const READ_BYTES: usize = 512;
/// How long a transport may take to name its namespace.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// An event costs one more for every this many bytes.
const COST_BYTES: usize = 16 * 1024;

/// The handle of the chat; cheap to clone.
#[derive(Clone)]
pub struct Realtime(Arc<RealtimeParts>);

struct RealtimeParts {
    config: Arc<Config>,
    store: Arc<dyn Store>,
    audit: Arc<Audit>,
    sockets: Arc<Sockets>,
    people: Arc<People>,
    handshakes: Arc<Handshakes>,
    allowances: Allowances,
    readers: Readers,
    sightings: Arc<Sightings>,
    closer: Arc<Closer>,
    hub: Arc<Hub>,
    writer: LogWriter,
    closing: AtomicBool,
}

impl RealtimeParts {
    /// Puts the parts together, and starts the writer.
    async fn new(
        config: Arc<Config>,
        store: Arc<dyn Store>,
        audit: Arc<Audit>,
        io: SocketIo,
        adapter: Adapter,
        ending: mpsc::UnboundedSender<Ending>,
    ) -> Result<(Self, JoinHandle<()>), StoreError> {
        let limits = &config.limits;
        let people = Arc::new(People::new(limits.connections.clone(), limits.device.clone()));
        let sockets = Arc::new(Sockets::new(io, people.clone(), ending));
        let presence = Arc::new(PresenceBoard::new(people.clone(), limits.times.presence_grace));
        let sightings = Arc::<Sightings>::default();
        let closer = Closer {
            sockets: sockets.clone(),
            people: people.clone(),
            presence: presence.clone(),
            sightings: sightings.clone(),
            audit: audit.clone(),
            stall: limits.times.stall,
        };
        let hub = Hub::new(
            store.clone(),
            people.clone(),
            sockets.clone(),
            adapter,
            presence,
            limits.data.recovered_entries,
        );
        let hub = Arc::new(hub.await?);
        let (writer, task) = LogWriter::start(store.clone(), hub.clone());
        let parts = Self {
            handshakes: Arc::new(Handshakes::new(&limits.connections)),
            allowances: Allowances::new(limits),
            readers: Readers::default(),
            config,
            store,
            audit,
            sockets,
            people,
            sightings,
            closer: Arc::new(closer),
            hub,
            writer,
            closing: AtomicBool::new(false),
        };
        Ok((parts, task))
    }

    /// Starts the tasks that follow the store and the other nodes, until the server is dropped.
    fn spawn_tasks(self: &Arc<Self>) {
        let hub = &self.hub;
        feed::start(hub);
        tokio::spawn(presence::keep_sending(Arc::downgrade(hub)));
        if self.store.is_shared() {
            hub.presence.share();
            tokio::spawn(presence::keep_sharing(Arc::downgrade(hub)));
        }
        tokio::spawn(sightings::keep_writing(Arc::downgrade(self)));
    }
}

fn socket_io(config: &Config) -> (SocketIoLayer, SocketIo) {
    let packet = limit::PACKET_BYTES;
    SocketIo::builder()
        .max_buffer_size(SOCKET_PACKETS)
        .max_payload(packet as u64)
        .ws_read_buffer_size(READ_BYTES)
        .ws_max_message_size(packet)
        .ws_max_frame_size(packet)
        .connect_timeout(CONNECT_TIMEOUT)
        .ping_interval(config.limits.times.ping)
        .ping_timeout(config.limits.times.pong)
        // Binary data is not supported; an event with attachments is read to its end so that its ack can refuse it.
        .with_parser(
            ParserConfig::common()
                .max_incoming_binaries(16)
                .max_incoming_binary_buf_size(packet)
                .packet_completion_timeout(CONNECT_TIMEOUT),
        )
        .build_layer()
}

pub struct Started {
    pub realtime: Realtime,
    /// The writer's task: ends once the writer is closed and everything is written.
    pub writer: JoinHandle<()>,
}

impl Realtime {
    /// Starts the writer and wraps Socket.IO around the routes that `router` makes.
    pub async fn start(
        config: Arc<Config>,
        store: Arc<dyn Store>,
        audit: Arc<Audit>,
        router: impl FnOnce(Realtime) -> Router,
    ) -> Result<(Started, Router), StartError> {
        let (layer, io) = socket_io(&config);
        let choice = AdapterChoice::of(config.adapter.as_ref(), &config.database)?;
        let transport = HintTransport::of(&choice, &config.database)?;
        let adapter = Adapter::new(store.node(), transport.is_some());
        let (ending, to_end) = mpsc::unbounded_channel();
        let (parts, writer) = RealtimeParts::new(config, store, audit, io.clone(), adapter, ending).await?;
        let realtime = Self(Arc::new(parts));
        tokio::spawn(closing::end_stalled(Arc::downgrade(&realtime.0.closer), to_end));
        handshake::listen(&realtime, &io);
        adapter::start(&realtime, transport, choice);
        realtime.0.spawn_tasks();
        let router = router(realtime.clone())
            .layer(layer)
            .layer(axum::middleware::from_fn_with_state(
                realtime.clone(),
                handshakes::bound,
            ))
            .layer(axum::middleware::from_fn_with_state(
                realtime.clone(),
                closing::note_transport,
            ));
        Ok((Started { realtime, writer }, router))
    }

    /// Whether messages are accepted and written.
    pub fn is_writing(&self) -> bool {
        self.0.writer.is_alive()
    }

    /// Records a device's activity.
    pub fn note_seen(&self, session: SessionId) {
        self.0.sightings.note(session, clock::now());
    }

    /// When a person's device was last seen, if the store may not know it yet.
    pub fn last_seen(&self, person: UserId, session: SessionId) -> Option<Millis> {
        if self.0.people.is_connected(person, session) {
            return Some(clock::now());
        }
        self.0.sightings.of(session)
    }

    /// Notifies connected people of a new sign-up, soon.
    pub fn signed_up(&self) {
        self.0.hub.hints.feed();
        self.0.hub.adapter.send(&Hint::Feed(None));
    }

    /// Waits until a signed-out device's connections have ended.
    pub async fn signed_out(&self, session: SessionId) {
        if let Err(error) = self.0.hub.follow_all().await {
            // Other sockets follow once the store can be read again.
            tracing::warn!(%error, "a sign-out could not be followed yet");
            self.0.sockets.end_session(session, ClosingReason::SignedOut);
        }
    }

    /// Whether this process has not read the whole store for a while.
    pub fn is_stale(&self) -> bool {
        self.0.hub.progress.is_stale()
    }

    /// Runs the part of a handler that must run in order. A refusal goes out in the ack, if there is one.
    ///
    /// Neither a panic nor a refusal affects other connections.
    fn handle<T: Serialize>(
        &self,
        connection: &Arc<ClientConnection>,
        ack: AckSender,
        work: impl FnOnce() -> Result<Option<T>, WireError>,
    ) {
        ClientConnection::count(&connection.events);
        let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
            tracing::error!(person = %connection.user, "a handler panicked");
            Err(WireError::new(
                ErrorCode::Unavailable,
                "an internal error occurred: try again",
            ))
        });
        if done.is_err() {
            ClientConnection::count(&connection.refused);
        }
        self.answer(connection, ack, &Reply::from(done));
    }

    /// Sends an ack. A socket without space for it is stalled.
    fn answer<T: Serialize>(&self, connection: &ClientConnection, ack: AckSender, reply: &Reply<T>) {
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = ack.send(reply) {
            self.0.closer.close(connection, ClosingReason::SlowConsumer);
        }
    }

    /// Charges a command or a costly read to its device, its person and its address.
    fn charge_costly(&self, connection: &ClientConnection, cost: u32) -> Result<(), WireError> {
        self.charge(connection, Cost::Events(cost))?;
        let payer = Payer {
            device: connection.device.session,
            person: connection.user,
            network: connection.address.map(network),
        };
        self.0.allowances.take_costly(payer, cost).map_err(|wait| {
            rate_limited(
                wait,
                "too many requests from your devices or your address: wait a moment and try again",
            )
        })
    }

    /// Charges a new room to a person.
    fn charge_room(&self, connection: &ClientConnection) -> Result<(), WireError> {
        let taken = self.0.allowances.take_room(connection.user);
        taken.map_err(|wait| {
            rate_limited(
                wait,
                "you have created too many rooms: wait a moment and try again",
            )
        })
    }

    /// Charges an event to its device.
    fn charge(&self, connection: &ClientConnection, cost: Cost) -> Result<(), WireError> {
        match connection.device.take(cost) {
            Ok(()) => Ok(()),
            Err(Excess::RateLimited(error)) => Err(error),
            Err(Excess::Flooding) => {
                self.0.closer.close(connection, ClosingReason::Flooding);
                Err(WireError::new(
                    ErrorCode::RateLimited,
                    "too many requests: this connection is being closed",
                ))
            }
        }
    }
}

fn rate_limited(wait: Duration, message: &str) -> WireError {
    let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    WireError {
        retry_after_ms: Some(wait.saturating_add(1)),
        ..WireError::new(ErrorCode::RateLimited, message)
    }
}

/// The cost of a command, which is part of a commit, and of a read that scans much.
const COSTLY: u32 = 4;

/// The cost of an event by its size.
fn cost_of(args: &EventArgs) -> u32 {
    1 + u32::try_from(args.len() / COST_BYTES).unwrap_or(u32::MAX - 1)
}
