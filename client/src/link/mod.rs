//! The shell that runs a [`Session`] over a socket, a storage and the other tabs.
//!
//! - [`Chat`]: the handle; its inputs are carried out before they return
//! - [`Ask`]: requests to the server outside of any log
//! - `tasks`: the tasks beside it: storage, tabs, the wire's events, the timer
//! - [`Wire`]: the connection to the server; `socket` is the real one
//! - [`Storage`], [`Peers`]: a device's storage and its other tabs
//! - [`Decorator`]: what a laboratory puts around a wire and a storage
//! - `clock`: the session's time
//!
//! Invariant: only this folder names the socket crate's client. Tasks and timers of a page and of tokio are those of its `platform`.

mod ask;
mod changes;
mod clock;
mod peers;
mod socket;
mod storage;
mod tasks;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use futures::channel::{mpsc, oneshot};
use socketio_anywhere::{Client, platform};
use steadfast_shared::HandshakeError;

use crate::connection::Connection;
use crate::record::{Restored, Unsent};
use crate::session::{Change, Input, Options, Output, Session};
use crate::tab_message::TabMessage;
use changes::Watchers;
use socket::SocketWire;
use tasks::{Inboxes, StorageJob};

pub use ask::{Ask, AskError, Join, Leave};
pub use clock::SessionClock;
pub use peers::{Peers, SoloPeers};
pub use socketio_anywhere::platform::{
    BoxFuture as Task, BoxStream as Stream, MaybeSend, MaybeSync, sleep, spawn,
};
pub use socketio_anywhere::{BuildError, WebSocketFailure};
pub use storage::{MemoryStorage, Storage};
pub use wire::{Decorator, PendingAnswer, Wire, WireEvent};

/// Where and how to connect.
#[derive(Clone, Debug, Default)]
pub struct ChatOptions {
    /// The server's origin, as `http://localhost:3000`. Empty in a browser: the page's own.
    pub url: String,
    /// Where on the server Socket.IO listens. Empty for the usual `/socket.io/`.
    pub path: String,
    /// The bearer token of a program that keeps no cookies.
    pub token: Option<String>,
    /// Stay offline until [`Chat::connect`].
    pub stay_offline: bool,
    pub session: Options,
}

/// A running chat. Cheap to clone; the chat ends when the last clone is dropped.
#[derive(Clone)]
pub struct Chat {
    inner: Arc<ChatInner>,
}

pub(crate) struct ChatInner {
    session: Mutex<Session>,
    /// Inputs that came before storage answered; `None` once it has.
    before_restored: Mutex<Option<Vec<Input>>>,
    clock: SessionClock,
    client: Client,
    wire: Mutex<Arc<dyn Wire>>,
    decorator: OnceLock<Arc<dyn Decorator>>,
    /// Tells the task that reads the wire's events that there is a decorator. The channel carries no pointer to it: the page's
    /// first module would contain the laboratory's code for it.
    decorated: mpsc::UnboundedSender<()>,
    storage: mpsc::UnboundedSender<StorageJob>,
    peers: mpsc::UnboundedSender<TabMessage>,
    timer: mpsc::UnboundedSender<Option<Duration>>,
    timer_set: Mutex<Option<Duration>>,
    watchers: Watchers,
    this: Weak<ChatInner>,
    /// Dropped with the chat; tasks that wait for others end with it.
    _alive: oneshot::Sender<()>,
}

impl Chat {
    /// Starts a chat: reads `storage`, shows its records, connects.
    ///
    /// Runs as tasks of the surrounding runtime: tokio's natively, the page's event loop in a browser.
    ///
    /// # Errors
    /// Where the address can never be reached, and natively outside of a tokio runtime.
    #[cfg_attr(
        target_arch = "wasm32",
        expect(clippy::arc_with_non_send_sync, reason = "a page has one thread")
    )]
    pub fn start(options: ChatOptions, storage: impl Storage, peers: impl Peers) -> Result<Self, BuildError> {
        let (storage_jobs, storage_inbox) = mpsc::unbounded();
        let (peers_jobs, peers_inbox) = mpsc::unbounded();
        let (timer, deadlines) = mpsc::unbounded();
        let (decorated, decorations) = mpsc::unbounded();
        let (alive, ended) = oneshot::channel();
        let inboxes = Inboxes {
            storage: storage_inbox,
            peers: peers_inbox,
            deadlines,
            decorations,
            ended,
        };
        let this = Arc::new(OnceLock::new());
        let first = if options.stay_offline {
            Vec::new()
        } else {
            vec![Input::Connect]
        };
        let client = tasks::client(&options.url, &options.path, options.token, this.clone())?;
        let inner = Arc::new_cyclic(|weak: &Weak<ChatInner>| ChatInner {
            session: Mutex::new(Session::new(options.session, platform::seed())),
            before_restored: Mutex::new(Some(first)),
            clock: SessionClock::start(),
            wire: Mutex::new(Arc::new(SocketWire(client.clone()))),
            client,
            decorator: OnceLock::new(),
            decorated,
            storage: storage_jobs,
            peers: peers_jobs,
            timer,
            timer_set: Mutex::new(None),
            watchers: Watchers::default(),
            this: this.get_or_init(|| weak.clone()).clone(),
            _alive: alive,
        });
        tasks::start(&inner, storage, peers, inboxes);
        Ok(Self { inner })
    }

    /// Hands the session an input. Views are up to date when this returns; an input before storage has answered waits
    /// for it, three seconds at most.
    pub fn input(&self, input: Input) {
        self.inner.input(input);
    }

    /// Reads the session. Do not call the chat's other methods from within.
    pub fn with<T>(&self, read: impl FnOnce(&Session) -> T) -> T {
        read(&lock(&self.inner.session))
    }

    /// The views to read again, from now on. Unread changes are merged, so the stream is bounded. It ends with the
    /// chat.
    pub fn changes(&self) -> Stream<'static, Change> {
        Box::pin(self.inner.watchers.watch())
    }

    /// Connects again after [`Chat::disconnect`] or a refusal. Does nothing while connected.
    pub fn connect(&self) {
        self.input(Input::Connect);
    }

    /// Disconnects and stays so until [`Chat::connect`].
    pub fn disconnect(&self) {
        self.input(Input::Disconnect);
    }

    /// Signs the person out of this device: disconnects, and forgets their records here, on disk and in the other tabs.
    /// Resolves once the storage has erased them, or could not.
    pub fn sign_out(&self, unsent: Unsent) -> Task<'static, ()> {
        self.inner.input(Input::SignedOut(unsent));
        self.written()
    }

    /// Resolves once the storage has finished every write so far, or failed to.
    pub fn written(&self) -> Task<'static, ()> {
        let (answer, done) = oneshot::channel();
        let _alive = self.inner.storage.unbounded_send(StorageJob::Barrier(answer));
        Box::pin(async {
            let _ended = done.await;
        })
    }

    /// Ends the wait for the next attempt: the network is back, or the page is visible again.
    pub fn wake(&self) {
        self.input(Input::Wake);
    }

    /// The link's state. [`Change::Connection`] announces changes.
    pub fn link(&self) -> LinkState {
        self.inner.link_state()
    }
}

impl std::fmt::Debug for Chat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chat")
            .field("link", &self.link())
            .finish_non_exhaustive()
    }
}

impl ChatInner {
    fn input(&self, input: Input) {
        if let Some(waiting) = lock(&self.before_restored).as_mut() {
            waiting.push(input);
            return;
        }
        self.handle(input);
    }

    /// Storage has answered, or takes too long: shows its records and applies the inputs that waited, `Connect` among them.
    fn restored(&self, restored: Restored) {
        {
            // Locked throughout, so that nothing overtakes the waiting inputs.
            let mut waiting = lock(&self.before_restored);
            self.handle(Input::Restored(restored));
            for input in waiting.take().into_iter().flatten() {
                self.handle(input);
            }
        }
    }

    fn handle(&self, input: Input) {
        let mut session = lock(&self.session);
        let now = self.clock.now();
        let decorator = self.decorator.get();
        if let Some(decorator) = decorator {
            decorator.before(&session, &input, now);
        }
        session.handle(input, now);
        loop {
            match session.poll_output() {
                Output::Wait(until) => {
                    self.set_timer(until);
                    break;
                }
                output => {
                    if let Some(decorator) = decorator {
                        decorator.output(&output, now);
                    }
                    self.carry_out(output);
                }
            }
        }
        if let Some(decorator) = decorator {
            decorator.after(&session, now);
        }
    }

    fn carry_out(&self, output: Output) {
        match output {
            Output::Request {
                request,
                ask,
                timeout,
            } => {
                let answer = lock(&self.wire).request(&ask, timeout);
                let this = self.this.clone();
                spawn(async move {
                    if let (Some(result), Some(inner)) = (answer.await, this.upgrade()) {
                        inner.input(Input::Answered { request, result });
                    }
                });
            }
            Output::Emit(ephemeral) => lock(&self.wire).emit(ephemeral),
            Output::Store { ticket, writes } => {
                let _alive = self.storage.unbounded_send(StorageJob::Apply { ticket, writes });
            }
            Output::Broadcast(news) => {
                let _alive = self.peers.unbounded_send(news);
            }
            Output::Changed(change) => self.watchers.announce(change),
            Output::Dial => lock(&self.wire).dial(),
            Output::HangUp => lock(&self.wire).hang_up(),
            // The program does it: the connection's state says so.
            Output::RenewSession => self.watchers.announce(Change::Connection),
            // The caller sets the timer.
            Output::Wait(_) => {}
        }
    }

    fn set_timer(&self, until: Option<Duration>) {
        let mut set = lock(&self.timer_set);
        if *set != until {
            *set = until;
            let _alive = self.timer.unbounded_send(until);
        }
    }

    fn tick(&self) {
        *lock(&self.timer_set) = None;
        self.handle(Input::Tick);
    }

    fn link_state(&self) -> LinkState {
        let session = lock(&self.session);
        match session.connection() {
            Connection::Off { by_person } => LinkState::Disconnected {
                by_person: *by_person,
            },
            Connection::Waiting {
                retry_at, attempt, ..
            } => LinkState::Waiting {
                attempt: *attempt,
                retry_in: retry_at.saturating_sub(self.clock.now()),
            },
            Connection::Dialing { attempt, .. } => LinkState::Connecting { attempt: *attempt },
            Connection::Opening { .. } | Connection::Online { .. } => LinkState::Connected {
                transport: self.client.transport_name(),
                fallback: self.client.fallback().map(|fallback| fallback.failure),
                round_trip: self.client.round_trip(),
            },
            Connection::Refused { error, .. } => LinkState::Refused(*error),
        }
    }
}

/// The machines leave nothing half-done, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

/// The state of the link.
#[derive(Clone, PartialEq, Debug)]
pub enum LinkState {
    Connected {
        /// The transport's name: `websocket` or `polling`.
        transport: &'static str,
        /// Why WebSocket failed, if that is why long-polling carries the link.
        fallback: Option<WebSocketFailure>,
        /// The last acknowledged request's round trip.
        round_trip: Option<Duration>,
    },
    Connecting {
        /// The number of the attempt, from 1; 0 for a first connection.
        attempt: u32,
    },
    Waiting {
        /// The number of the next attempt, from 1.
        attempt: u32,
        /// How long until then, counted from when this is read.
        retry_in: Duration,
    },
    Disconnected {
        /// Whether a person disconnected; otherwise no connection was requested yet.
        by_person: bool,
    },
    /// The server refused the handshake, and the same attempt would be refused again. [`Chat::connect`] and signing in
    /// try again.
    Refused(HandshakeError),
}
