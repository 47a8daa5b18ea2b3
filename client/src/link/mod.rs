//! The shell that runs a [`Session`] over a socket, a storage and the other tabs.

mod peers;
mod platform;
mod storage;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::StreamExt;
use steadfast_shared::HandshakeError;

pub use peers::{Peers, SoloPeers};
pub use platform::{MaybeSend, Stream, Task};
pub use storage::{MemoryStorage, Storage};

use crate::session::{Change, Input, Options, Session};

/// Where and how to connect.
#[derive(Clone, Debug, Default)]
pub struct ChatOptions {
    /// The server's origin, as `http://localhost:3000`. Empty in a browser: the page's own.
    pub url: String,
    /// The bearer token of a program that keeps no cookies.
    pub token: Option<String>,
    /// Stay offline until [`Chat::connect`].
    pub stay_offline: bool,
    /// The session's settings.
    pub session: Options,
}

/// A running chat. Cheap to clone; the chat ends when the last clone is dropped.
#[derive(Clone)]
pub struct Chat {
    session: Arc<Mutex<Session>>,
}

impl Chat {
    /// Starts a chat: reads `storage`, shows what it held, connects.
    ///
    /// Runs as tasks of the surrounding runtime: tokio's natively, the page's event loop in a browser.
    pub fn start(options: ChatOptions, _storage: impl Storage, _peers: impl Peers) -> Self {
        Self {
            session: Arc::new(Mutex::new(Session::new(options.session, 0))),
        }
    }

    /// Tells the session something. Views are up to date when this returns.
    pub fn input(&self, _input: Input) {}

    /// Reads the session. Do not call the chat's other methods from within.
    pub fn with<T>(&self, read: impl FnOnce(&Session) -> T) -> T {
        read(&self.session.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Which views to read again, from now on. Changes that wait unread are merged, so the stream is bounded.
    pub fn changes(&self) -> Stream<'static, Change> {
        Box::pin(futures::stream::pending().fuse())
    }

    /// Connects, where [`Chat::disconnect`] or a refusal had ended it. Nothing while connected.
    pub fn connect(&self) {}

    /// Disconnects and stays so until [`Chat::connect`].
    pub fn disconnect(&self) {}

    /// Tries at once where a retry is being waited for: the network is back, or the page is looked at again.
    pub fn wake(&self) {}

    /// How the link stands. [`Change::Connection`] announces changes.
    pub fn link(&self) -> LinkState {
        LinkState::Disconnected { reason: None }
    }
}

/// How the link stands.
#[derive(Clone, PartialEq, Debug)]
pub enum LinkState {
    /// Connected.
    Connected {
        /// The Socket.IO socket's id.
        id: String,
        /// The transport's name: `websocket`.
        transport: &'static str,
        /// The last acknowledged request's round trip.
        round_trip: Option<Duration>,
    },
    /// Dialling.
    Connecting {
        /// Which try, from 1; 0 for a first connection.
        attempt: u32,
    },
    /// Between two tries.
    Waiting {
        /// Which try comes next, from 1.
        attempt: u32,
        /// How long until then, counted from when this is read.
        retry_in: Duration,
    },
    /// Down until [`Chat::connect`].
    Disconnected {
        /// Why, as Socket.IO names it (`io client disconnect`, `transport close`, …); `None` where nothing was tried.
        reason: Option<String>,
    },
    /// The server refused the handshake, and trying again unchanged cannot help. [`Chat::connect`] tries again.
    Refused(HandshakeError),
}
