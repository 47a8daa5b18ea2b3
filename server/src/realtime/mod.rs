//! The conversation over Socket.IO.
//!
//! - `handshake`: who may connect; `resume`: how a session opens
//! - `handshakes`: those who have not connected yet
//! - `send`: entries come in
//! - [`writer`]: one task commits, acknowledges, and has it published
//! - `hub`: committed entries go out, in order, to every socket of the room
//! - [`published`]: how far sockets have got
//! - `feed`: sockets follow commits of every node
//! - `adapter`: hints to and from other nodes
//! - `membership`: who is in which room, and the events about it
//! - `administer`: operators' commands, and who is connected
//! - `presence`: who is there
//! - [`tail`]: the newest entries of a room, in memory; `tails`: those of many rooms
//! - `revision`: cached entries follow the log
//! - `history`: stored entries are read; cursors are compared with heads
//! - `rooms`: events about rooms; `listing`: people are listed
//! - `ephemeral`: who is writing, how far somebody has read
//! - `people`: who is connected, by which `connection`s
//! - `sightings`: when devices were last there
//! - `args`: arguments of events, read strictly
//! - `allowance`: how much people and addresses may do
//! - `closing`: how connections end; `drain`: one after another, before the server does
//!
//! Invariant: only this folder names socketioxide.

mod adapter;
mod administer;
mod allowance;
mod closing;
mod connection;
mod drain;
mod events;
mod feed;
mod handshake;
mod handshakes;
mod hub;
mod membership;
mod people;
mod presence;
pub mod published;
mod resume;
mod sightings;
pub mod writer;

use published::{revision, tail, tails};

use events::{args, history, rooms};

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
use steadfast_shared::{ErrorCode, Millis, RoomId, UserId, WireError, limit};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::audit::Audit;
use crate::bucket;
use crate::clock;
use crate::config::Config;
use crate::error::StartError;
use crate::request::client_address::network;
use crate::store::{SessionId, Store};
use adapter::hint::Hint;
use adapter::{Adapter, HintTransport};
use allowance::{Allowances, Payer};
use args::EventArgs;
use connection::{ClientConnection, Cost, Excess};
use handshakes::Handshakes;
use hub::Hub;
use people::People;
use sightings::Sightings;
use writer::LogWriter;

/// Packets that wait for one socket. One more, and the socket is stalled.
///
/// One commit may answer a device's whole burst, and acks are queued faster than any socket is written. A
/// broadcast is held once for all sockets, so a stalled one costs little more than its own answers.
const SOCKET_PACKETS: usize = 2_048;
/// How long a transport may take to name its namespace.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of one event that count as one more event.
const COST_BYTES: usize = 16 * 1024;

/// The conversation. A cheap clone of one handle.
#[derive(Clone)]
pub struct Realtime(Arc<RealtimeParts>);

struct RealtimeParts {
    config: Arc<Config>,
    store: Arc<dyn Store>,
    audit: Arc<Audit>,
    io: SocketIo,
    people: Arc<People>,
    handshakes: Arc<Handshakes>,
    allowances: Allowances,
    sightings: Sightings,
    hub: Arc<Hub>,
    writer: LogWriter,
    closing: AtomicBool,
}

fn socket_io(config: &Config) -> (SocketIoLayer, SocketIo) {
    let packet = limit::PACKET_BYTES;
    SocketIo::builder()
        .max_buffer_size(SOCKET_PACKETS)
        .max_payload(packet as u64)
        .ws_max_message_size(packet)
        .ws_max_frame_size(packet)
        .connect_timeout(CONNECT_TIMEOUT)
        .ping_interval(config.limits.ping)
        .ping_timeout(config.limits.pong)
        // Nothing binary is understood; an event with attachments is read to its end to be refused by its ack.
        .with_parser(
            ParserConfig::common()
                .max_incoming_binaries(16)
                .max_incoming_binary_buf_size(packet)
                .packet_completion_timeout(CONNECT_TIMEOUT),
        )
        .build_layer()
}

/// The layers around the routes, and the tasks beside them.
pub struct Started {
    pub realtime: Realtime,
    /// The writer's task: ends once it is closed and everything is written.
    pub writer: JoinHandle<()>,
}

impl Realtime {
    /// Starts the writer and puts Socket.IO around the routes that `router` makes.
    pub async fn start(
        config: Arc<Config>,
        store: Arc<dyn Store>,
        audit: Arc<Audit>,
        router: impl FnOnce(Realtime) -> Router,
    ) -> Result<(Started, Router), StartError> {
        let (layer, io) = socket_io(&config);
        let people = Arc::new(People::new(config.limits.clone()));
        let (ending, to_end) = mpsc::unbounded_channel();
        let recovered = config.limits.recovered_entries;
        let transport = HintTransport::of(&config)?;
        let adapter = Adapter::new(store.node(), transport.is_some());
        let hub = Hub::new(
            io.clone(),
            store.clone(),
            people.clone(),
            adapter,
            ending,
            recovered,
        )
        .await?;
        let hub = Arc::new(hub);
        let (writer, task) = LogWriter::start(store.clone(), hub.clone());
        let realtime = Self(Arc::new(RealtimeParts {
            handshakes: Arc::new(Handshakes::new(&config.limits)),
            allowances: Allowances::new(&config.limits),
            config,
            store,
            audit,
            io: io.clone(),
            people,
            sightings: Sightings::default(),
            hub,
            writer,
            closing: AtomicBool::new(false),
        }));
        handshake::listen(&realtime, &io);
        adapter::start(&realtime, transport);
        realtime.spawn_tasks();
        tokio::spawn(closing::end_stalled(Arc::downgrade(&realtime.0), to_end));
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
        let started = Started {
            realtime,
            writer: task,
        };
        Ok((started, router))
    }

    /// Starts the tasks that follow the store and keep others informed, until the server is gone.
    fn spawn_tasks(&self) {
        let hub = &self.0.hub;
        feed::start(hub);
        tokio::spawn(presence::keep_sending(Arc::downgrade(hub)));
        if self.0.store.is_shared() {
            hub.presence.share();
            let grace = self.0.config.limits.presence_grace;
            tokio::spawn(presence::keep_sharing(Arc::downgrade(hub), grace));
        }
        tokio::spawn(sightings::keep_writing(Arc::downgrade(&self.0)));
    }

    /// Whether messages are taken and written.
    pub fn is_writing(&self) -> bool {
        self.0.writer.is_alive()
    }

    /// Notes that a device is there.
    pub fn note_seen(&self, session: SessionId) {
        self.0.sightings.note(session, clock::now());
    }

    /// When a person's device was last there, where the store may not know it yet.
    pub fn last_seen(&self, person: UserId, session: SessionId) -> Option<Millis> {
        if self.0.people.is_connected(person, session) {
            return Some(clock::now());
        }
        self.0.sightings.of(session)
    }

    /// Somebody has just signed up: those who are there are told soon.
    pub fn signed_up(&self) {
        self.0.hub.hints.feed();
        self.0.hub.adapter.send(&Hint::Feed(None));
    }

    /// A device was signed out: waits until its connections were ended.
    pub async fn signed_out(&self, session: SessionId) {
        if let Err(error) = self.0.hub.follow_all().await {
            // Other sockets follow when the store can be read again.
            tracing::warn!(%error, "a sign-out could not be followed yet");
            self.0.hub.end_session(session, ClosingReason::SignedOut);
        }
    }

    /// Whether this process has not seen all that is stored for a while.
    pub fn is_stale(&self) -> bool {
        self.0.hub.is_stale()
    }

    /// Runs the part of a handler that has to run in order. A refusal goes out by the ack, where there is one.
    ///
    /// Neither a panic nor a refusal reaches anybody else.
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
                "this went wrong on the server: try again",
            ))
        });
        if done.is_err() {
            ClientConnection::count(&connection.refused);
        }
        self.answer(connection, ack, &Reply::from(done));
    }

    /// Sends an ack. A socket that has no place left for it is stalled.
    fn answer<T: Serialize>(&self, connection: &ClientConnection, ack: AckSender, reply: &Reply<T>) {
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = ack.send(reply) {
            self.close(connection, ClosingReason::SlowConsumer);
        }
    }

    /// Charges a command or a costly read to the allowances of its device, its person and its address.
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
                "too much in too short a time, from all your devices or your address: wait a little",
            )
        })
    }

    /// Takes a new room from a person's allowance.
    fn charge_room(&self, connection: &ClientConnection) -> Result<(), WireError> {
        let taken = self.0.allowances.take_room(connection.user);
        taken.map_err(|wait| rate_limited(wait, "you have made many rooms in a short time: wait a little"))
    }

    /// Charges an event to its device's allowance.
    fn charge(&self, connection: &ClientConnection, cost: Cost) -> Result<(), WireError> {
        match connection.device.take(cost) {
            Ok(()) => Ok(()),
            Err(Excess::RateLimited(error)) => Err(error),
            Err(Excess::Flooding) => {
                self.close(connection, ClosingReason::Flooding);
                Err(WireError::new(
                    ErrorCode::RateLimited,
                    "too much in too short a time: goodbye",
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

/// The cost of a command: it is a part of a commit; and of a read that looks through much.
const COSTLY: u32 = 4;

/// The cost of an event by its size.
fn cost_of(args: &EventArgs) -> u32 {
    1 + u32::try_from(args.len() / COST_BYTES).unwrap_or(u32::MAX - 1)
}

/// The Socket.IO room of a room's members.
fn room_name(room: RoomId) -> String {
    format!("room:{room}")
}

/// The Socket.IO room of a person's sockets.
fn person_room(person: UserId) -> String {
    format!("person:{person}")
}
