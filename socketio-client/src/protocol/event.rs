//! The inputs and outputs of the machine.

use std::time::Duration;

use super::fallback::WebSocketFailure;
use crate::map::Key;
use crate::packet::Frame;
use crate::time::Time;
use crate::{AckError, DisconnectReason, Payload};

/// One socket of a machine: one namespace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SocketKey(pub(super) usize);

/// One WebSocket, or one request. Never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LinkId(pub(super) u64);

/// One ack that is waited for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket {
    pub(super) socket: SocketKey,
    pub(super) id: u64,
}

impl Key for SocketKey {
    fn parts(self) -> [u64; 3] {
        [self.0 as u64, 0, 0]
    }
}

impl Key for LinkId {
    fn parts(self) -> [u64; 3] {
        [self.0, 0, 0]
    }
}

impl Key for Ticket {
    fn parts(self) -> [u64; 3] {
        [self.id, self.socket.0 as u64, 0]
    }
}

/// An ack that is waited for until then.
impl Key for (Time, Ticket) {
    fn parts(self) -> [u64; 3] {
        [self.0.bits(), self.1.id, self.1.socket.0 as u64]
    }
}

/// One answer that the server asked for, good for one session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct AckRequest {
    pub(super) session: u64,
    pub(super) id: u64,
}

/// An input: news from below, or a wish of the program.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// The program wants the socket connected.
    Connect(SocketKey),
    /// The program wants the socket disconnected.
    Disconnect(SocketKey),
    /// The program does not want to wait for the next attempt.
    ReconnectNow,
    /// The page or the device is back: there is no point in waiting any longer for the next attempt. Where a deadline was slept
    /// through, it is acted on. Unlike [`Input::ReconnectNow`] this does not revive a client that has given up.
    Wake,
    /// The device slept. An attempt that is waited for is made at once; a connection has to prove within
    /// [`PROOF_OF_LIFE`](super::PROOF_OF_LIFE) that it is alive.
    Slept,
    /// The program wants the connection, or the attempt at one, to break as if the network had broken it.
    CloseTransport,
    /// Nothing is read from the links, as the program does not read its events: until [`Input::Resume`] the server's silence means
    /// nothing, and nothing is dialled.
    Pause,
    /// Events are being read again.
    Resume,
    /// The answer to [`Output::Authenticate`].
    Authenticated {
        /// The socket that was asked about.
        socket: SocketKey,
        /// The link of the question.
        link: LinkId,
        /// The `auth` of CONNECT: an object in JSON, or nothing.
        auth: Option<String>,
    },
    /// News from a link.
    Link {
        /// The link it is from.
        link: LinkId,
        /// The news of that link.
        event: LinkEvent,
    },
    /// Time passed: deadlines may be due.
    Tick,
}

/// The means that carry a connection.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Transport {
    /// One WebSocket for both directions.
    WebSocket,
    /// HTTP long-polling: a pending GET, and a POST at a time.
    Polling,
}

impl Transport {
    /// Its name on the wire: `websocket` or `polling`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Polling => "polling",
        }
    }
}

/// News from a link.
#[derive(Clone, PartialEq, Debug)]
pub enum LinkEvent {
    /// It stands: a WebSocket is open.
    Opened,
    /// It takes frames: once after [`LinkEvent::Opened`], then once after each [`Output::Send`].
    Writable,
    /// The server sent a frame.
    Received(Frame),
    /// The server answered a request with success, and this body. The last event of a request.
    Answered(String),
    /// The server has processed everything sent before [`Output::Barrier`].
    Passed,
    /// It could not be opened, or the request failed. The last event of a link.
    Failed(LinkFailure),
    /// It is over. The last event of a link.
    Closed {
        /// `TransportClose`, `TransportError` or `ParseError`.
        reason: DisconnectReason,
        /// The details, for people.
        details: Option<String>,
    },
}

/// Why a link could not be opened, or a request failed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LinkFailure {
    /// The details, for people.
    pub details: String,
    /// The status of an answer of HTTP.
    pub status: Option<u16>,
    /// The body of that answer, cut at [`LinkFailure::MAX_BODY`] bytes.
    pub body: Option<String>,
    /// The error beneath, on native targets.
    pub cause: Option<Cause>,
}

impl LinkFailure {
    /// The longest body that is kept, in bytes.
    pub const MAX_BODY: usize = 16 << 10;

    /// One of which nothing more is known.
    pub fn new(details: impl Into<String>) -> Self {
        Self {
            details: details.into(),
            ..Self::default()
        }
    }

    /// An answer of HTTP that is no success.
    #[cfg(feature = "client")]
    pub(crate) fn answer(status: u16, mut body: String) -> Self {
        let details = format!("{status} {body}");
        let end = (0..=Self::MAX_BODY.min(body.len())).rfind(|at| body.is_char_boundary(*at));
        body.truncate(end.unwrap_or_default());
        Self {
            details,
            status: Some(status),
            body: Some(body),
            cause: None,
        }
    }
}

/// An error of the layers below. Two are equal where they say the same.
#[derive(Clone)]
pub struct Cause(pub std::sync::Arc<dyn std::error::Error + Send + Sync>);

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_string() == other.0.to_string()
    }
}

impl std::fmt::Debug for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An output: something to be done. Drained until [`Output::Wait`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Output {
    /// Dial a WebSocket to the server.
    Open {
        /// The name of the link.
        link: LinkId,
        /// The session to join; `None` for one to begin.
        sid: Option<String>,
    },
    /// Make a request of long-polling. Ends with [`LinkEvent::Answered`] or, where the status is no success, [`LinkEvent::Closed`].
    Request {
        /// The name of the link.
        link: LinkId,
        /// The session; `None` for one to begin.
        sid: Option<String>,
        /// The body to POST; `None` is a GET.
        body: Option<String>,
    },
    /// Send frames, in order.
    Send {
        /// The link they go on.
        link: LinkId,
        /// The frames in order.
        frames: Vec<Frame>,
    },
    /// Find out when the server has processed everything sent on a WebSocket, and answer with [`LinkEvent::Passed`]. Best by a ping of
    /// WebSocket's own.
    Barrier {
        /// The link in question.
        link: LinkId,
    },
    /// Close a link, behind everything sent on it, or abort a request. It says nothing more.
    Close {
        /// The link to close.
        link: LinkId,
    },
    /// Ask the program for the `auth` of CONNECT, and answer with [`Input::Authenticated`].
    Authenticate {
        /// The socket that joins its namespace.
        socket: SocketKey,
        /// To be repeated in the answer.
        link: LinkId,
    },
    /// Something the program wants to know.
    Event {
        /// The socket it happened to.
        socket: SocketKey,
        /// The event as the machine has it.
        event: SocketEvent,
    },
    /// An event goes out, on a socket that [`Machine::watch_sent`](super::Machine::watch_sent) watches.
    Sent {
        /// The socket that emitted it.
        socket: SocketKey,
        /// The name of the event.
        event: String,
        /// The arguments of the event.
        payload: Payload,
    },
    /// An ack came, or will not come.
    Acked {
        /// The wait that is over.
        ticket: Ticket,
        /// The server's answer, or why there is none.
        result: Result<Payload, AckError>,
    },
    /// Nothing more, until an input or until this time.
    Wait(Option<Duration>),
}

/// Something that happened to a socket.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum SocketEvent {
    /// The client dials the server.
    Connecting {
        /// 0 for the first time, then which attempt to come back this is.
        attempt: u32,
    },
    /// The namespace is granted.
    Connected {
        /// The socket's id on the server.
        id: String,
    },
    /// The connection of the socket ended.
    Disconnected {
        /// Why the connection ended.
        reason: DisconnectReason,
        /// Details for people, not for programs.
        details: Option<String>,
        /// Whether nothing is gained by waiting before the next attempt: the device slept, or another transport takes over.
        at_once: bool,
    },
    /// An attempt failed, or the server refused the namespace.
    ConnectError {
        /// The server's message, or the transport's.
        message: String,
        /// The server's data beside its message.
        data: Option<Payload>,
        /// Whether the server refused: then the socket is not reconnected by itself.
        refused: bool,
        /// Whether nothing is gained by waiting before the next attempt.
        at_once: bool,
        /// Details of a link that failed.
        failure: Option<Box<LinkFailure>>,
    },
    /// The client waits before it dials again.
    Reconnecting {
        /// Which attempt comes next, from 1.
        attempt: u32,
        /// The delay before it.
        delay: Duration,
    },
    /// The last attempt failed; `connect` starts over.
    ReconnectFailed,
    /// A packet of the server could not be read, and was skipped: an event or an ack, perhaps. The connection goes on.
    Unreadable {
        /// The reason, for people.
        details: String,
    },
    /// The server pinged, and was answered; told where [`Machine::watch_engine`](super::Machine::watch_engine) asks for it.
    Ping,
    /// Every event emitted so far is handed over; told where [`Machine::watch_engine`](super::Machine::watch_engine) asks for it.
    Drained,
    /// WebSocket has taken over from long-polling.
    Upgraded,
    /// WebSocket could not take over; long-polling goes on.
    UpgradeFailed {
        /// How the WebSocket failed.
        failure: WebSocketFailure,
    },
    /// An event of the retry queue was dropped after its last try.
    Undelivered {
        /// The name of the event.
        event: String,
        /// The arguments of the event.
        payload: Payload,
    },
    /// The server emitted an event.
    Message {
        /// The name of the event.
        event: String,
        /// The arguments of the event.
        payload: Payload,
        /// Set where the server waits for an answer.
        ack: Option<AckRequest>,
    },
}

/// Where a socket stands. There will be no other states, so that a program may rely on having handled each.
#[derive(Clone, PartialEq, Debug)]
pub enum State {
    /// Not connected, and nothing is being done about it.
    Disconnected {
        /// Why the last connection ended; `None` where there was none, or where the server refused the namespace.
        reason: Option<DisconnectReason>,
    },
    /// Dialling, or waiting for the server to grant the namespace.
    Connecting {
        /// 0 for the first time, then which attempt to come back this is.
        attempt: u32,
    },
    /// Waiting between two attempts.
    WaitingToReconnect {
        /// Which attempt comes next, from 1.
        attempt: u32,
        /// In how long, from the time asked about.
        retry_in: Duration,
    },
    /// Connected: the server granted the namespace.
    Connected {
        /// The socket's id on the server.
        id: String,
    },
}
