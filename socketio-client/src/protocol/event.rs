//! The inputs and outputs of the machine.

use std::time::Duration;

use super::fallback::WebSocketFailure;
use crate::packet::{Frame, push_number};
use crate::{AckError, DisconnectReason, Payload};

/// One socket of a machine: one namespace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SocketKey(pub(super) usize);

/// One WebSocket, or one request. Ids are never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LinkId(pub(super) u64);

/// One ack that is awaited. The ids of a machine ascend, over all its sockets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket {
    pub(super) socket: SocketKey,
    pub(super) id: u64,
}

impl Ticket {
    /// Higher than those before, over all sockets.
    #[cfg(feature = "client")]
    pub(crate) fn id(self) -> u64 {
        self.id
    }
}

/// An answer that the server requested, valid for one session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct AckRequest {
    pub(super) session: u64,
    pub(super) id: u64,
}

/// An input: an event of a link, or a request of the program.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// The program wants the socket connected.
    Connect(SocketKey),
    /// The program wants the socket disconnected.
    Disconnect(SocketKey),
    /// The program asks for the next attempt at once.
    ReconnectNow,
    /// The page or the device is back, so waiting for the next attempt is pointless. A deadline that passed during sleep
    /// takes effect. Unlike [`Input::ReconnectNow`] this does not revive a client that has given up.
    Wake,
    /// The device slept. The next attempt, if one is pending, is made at once; a connection has to prove within
    /// [`PROOF_OF_LIFE`](super::PROOF_OF_LIFE) that it is alive.
    Slept,
    /// The program wants the connection, or the attempt at one, to break like in a network failure.
    CloseTransport,
    /// The browser says that the device has no network: a connection, or an attempt at one, ends at once with `transport
    /// close`, as engine.io-client ends it, and not when the server has been silent for long enough.
    Offline,
    /// The page goes, and its requests with it: a server that is polled is told so by one last request, and the connection is lost. A
    /// WebSocket is left to the browser, which closes it.
    Unload,
    /// The links are not read, because the program does not read its events: until [`Input::Resume`] the server's silence
    /// means nothing, and no attempt is made.
    Pause,
    /// Events are being read again.
    Resume,
    /// The answer to [`Output::Authenticate`].
    Authenticated {
        /// The socket of the request.
        socket: SocketKey,
        /// The link of the request.
        link: LinkId,
        /// The `auth` of CONNECT: an object in JSON, or nothing.
        auth: Option<String>,
    },
    /// An event of a link.
    Link {
        /// The link it is from.
        link: LinkId,
        /// What happened to that link.
        event: LinkEvent,
    },
    /// Time passed: deadlines may be due.
    Tick,
}

/// The transport that carries a connection.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Transport {
    /// One WebSocket for both directions.
    WebSocket,
    /// HTTP long-polling: a pending GET, and one POST at a time.
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

/// An event of a link.
#[derive(Clone, PartialEq, Debug)]
pub enum LinkEvent {
    /// A WebSocket is open.
    Opened,
    /// It accepts frames: once after [`LinkEvent::Opened`], then once after each [`Output::Send`].
    Writable,
    /// The server sent a frame.
    Received(Frame),
    /// The server answered a request with success, and this body. The request's last event.
    Answered(String),
    /// The server has processed everything sent before [`Output::Barrier`].
    Passed,
    /// It could not be opened, or the request failed. The link's last event.
    Failed(LinkFailure),
    /// It has ended. The link's last event.
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
    /// The status of an HTTP answer.
    pub status: Option<u16>,
    /// The body of that answer, cut at [`LinkFailure::MAX_BODY`] bytes.
    pub body: Option<String>,
    /// The underlying error, on native targets.
    pub cause: Option<Cause>,
}

impl LinkFailure {
    /// The longest kept body, in bytes.
    pub const MAX_BODY: usize = 16 << 10;

    /// The longest body, in bytes, that is part of the details.
    const MAX_LINE: usize = 200;

    /// A failure without further details.
    pub fn new(details: impl Into<String>) -> Self {
        Self {
            details: details.into(),
            ..Self::default()
        }
    }

    /// An HTTP answer other than success, or one that is not of an Engine.IO server. The details are one line: the body, if it is a short
    /// one as Engine.IO's own errors are, and otherwise the `reason`.
    pub(crate) fn answer(status: u16, reason: &str, mut body: String) -> Self {
        let mut details = String::from(match status {
            200..300 => "the answer is not that of Engine.IO 4: is the path right? HTTP status ",
            _ => "HTTP error: ",
        });
        push_number(&mut details, status.into());
        let is_line = body.len() <= Self::MAX_LINE && body.bytes().all(|byte| byte != b'<' && byte != b'\n');
        let words = if is_line && !body.is_empty() {
            &body
        } else {
            reason
        };
        if !words.is_empty() {
            details.push(' ');
            details.push_str(words);
        }
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

/// An error of a lower layer. Two are equal if their messages are.
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

/// An output: an action for the caller. Drained until [`Output::Wait`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Output {
    /// Dial a WebSocket to the server.
    Open {
        /// The id of the link.
        link: LinkId,
        /// The session to join; `None` begins one.
        sid: Option<String>,
    },
    /// Make a long-polling request. It ends with [`LinkEvent::Answered`] or, if the status is not success,
    /// [`LinkEvent::Closed`].
    Request {
        /// The id of the link.
        link: LinkId,
        /// The session; `None` begins one.
        sid: Option<String>,
        /// The body to POST; `None` for a GET.
        body: Option<String>,
    },
    /// Send frames, in order.
    Send {
        /// The link to send them on.
        link: LinkId,
        /// The frames in order.
        frames: Vec<Frame>,
    },
    /// Find out when the server has processed everything sent on a WebSocket, and answer with [`LinkEvent::Passed`].
    /// Preferably with a WebSocket ping.
    Barrier {
        /// The WebSocket to check.
        link: LinkId,
    },
    /// Close a link after everything sent on it, or abort a request. It has no further events.
    Close {
        /// The link to close.
        link: LinkId,
    },
    /// Ask the program for the `auth` of CONNECT, and answer with [`Input::Authenticated`].
    Authenticate {
        /// The socket that joins its namespace.
        socket: SocketKey,
        /// To be returned in the answer.
        link: LinkId,
    },
    /// An event for the program.
    Event {
        /// The socket it happened to.
        socket: SocketKey,
        /// The event in the machine's form.
        event: SocketEvent,
    },
    /// An event is being sent, on a socket that [`Machine::watch_sent`](super::Machine::watch_sent) watches.
    Sent {
        /// The socket that emitted it.
        socket: SocketKey,
        /// The name of the event.
        event: String,
        /// The arguments of the event.
        payload: Payload,
    },
    /// An ack arrived, or will not arrive.
    Acked {
        /// The ticket of the finished wait.
        ticket: Ticket,
        /// The server's answer, or the reason for its absence.
        result: Result<Payload, AckError>,
    },
    /// Nothing to do until an input or this time.
    Wait(Option<Duration>),
}

/// Something that happened to a socket.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum SocketEvent {
    /// The client is connecting to the server.
    Connecting {
        /// 0 for the first time, otherwise the number of the reconnection attempt.
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
        /// The server's data with its message.
        data: Option<Payload>,
        /// Whether the server refused: then the socket does not reconnect by itself.
        refused: bool,
        /// Whether nothing is gained by waiting before the next attempt.
        at_once: bool,
        /// Details of a link that failed.
        failure: Option<Box<LinkFailure>>,
    },
    /// The client waits before its next attempt.
    Reconnecting {
        /// The number of the next attempt, from 1.
        attempt: u32,
        /// The delay before it.
        delay: Duration,
    },
    /// The last attempt failed; `connect` starts over.
    ReconnectFailed,
    /// A packet of the server could not be read and was skipped: perhaps an event or an ack. The connection goes on.
    Unreadable {
        /// The reason, for people.
        details: String,
    },
    /// The server's ping was answered; reported if [`Machine::watch_engine`](super::Machine::watch_engine) requests it.
    Ping,
    /// Every event emitted so far is handed over; reported if [`Machine::watch_engine`](super::Machine::watch_engine)
    /// requests it.
    Drained,
    /// WebSocket has taken over from long-polling.
    Upgraded,
    /// WebSocket could not take over; the client continues with long-polling.
    UpgradeFailed {
        /// How the WebSocket failed.
        failure: WebSocketFailure,
    },
    /// An event of the retry queue was dropped after its last attempt.
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
        /// Present if the server waits for an answer.
        ack: Option<AckRequest>,
    },
}

/// The connection state of a socket. No further states will be added, so a program can match exhaustively.
#[derive(Clone, PartialEq, Debug)]
pub enum State {
    /// Not connected, and not trying to connect.
    Disconnected {
        /// Why the last connection ended; `None` if there was none, or if the server refused the namespace.
        reason: Option<DisconnectReason>,
    },
    /// Connecting, or waiting for the server to grant the namespace.
    Connecting {
        /// 0 for the first time, otherwise the number of the reconnection attempt.
        attempt: u32,
    },
    /// Waiting between two attempts.
    WaitingToReconnect {
        /// The number of the next attempt, from 1.
        attempt: u32,
        /// The remaining time, as of the query.
        retry_in: Duration,
    },
    /// Connected: the server granted the namespace.
    Connected {
        /// The socket's id on the server.
        id: String,
    },
}
