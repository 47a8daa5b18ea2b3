//! The errors, by the boundary where they occur.

use std::fmt;

/// Why a connection ended. Displays as in the JavaScript client.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// `io server disconnect`: the server disconnected this socket. It does not reconnect by itself.
    ServerDisconnect,
    /// `io client disconnect`: [`disconnect`](crate::Client::disconnect) was called, or the client's loop has ended, as the details
    /// then say. It does not reconnect by itself.
    ClientDisconnect,
    /// `ping timeout`: the server did not ping within `pingInterval + pingTimeout`.
    PingTimeout,
    /// `transport close`: the connection was closed, by either end or by the network.
    TransportClose,
    /// `transport error`: the connection failed.
    TransportError,
    /// `parse error`: the server sent an invalid packet, or one above a limit.
    ParseError,
    /// `forced close`: [`close_transport`](crate::Client::close_transport) was called.
    ForcedClose,
}

impl DisconnectReason {
    /// The JavaScript client's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServerDisconnect => "io server disconnect",
            Self::ClientDisconnect => "io client disconnect",
            Self::PingTimeout => "ping timeout",
            Self::TransportClose => "transport close",
            Self::TransportError => "transport error",
            Self::ParseError => "parse error",
            Self::ForcedClose => "forced close",
        }
    }
}

impl fmt::Display for DisconnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an attempt to connect failed: the server refused the namespace, or could not be reached. Displays as its message.
///
/// ```no_run
/// # async fn watch(client: &socketio_anywhere::Client) {
/// # use socketio_anywhere::Event;
/// # let mut events = client.events();
/// while let Some(event) = events.next().await {
///     match event {
///         Event::ConnectError(error) if error.refused => {
///             println!("refused: {error}"); // until `connect` is called
///             break;
///         }
///         Event::ConnectError(error) => println!("{error} (status {:?}), trying again", error.status),
///         _ => {}
///     }
/// }
/// # }
/// ```
#[cfg(feature = "client")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectError {
    /// The server's message, or the transport's.
    pub message: String,
    /// The data of the server's refusal, if it has any: [`parse`](crate::Payload::parse) reads it.
    pub data: Option<crate::Payload>,
    /// Whether the server refused. As in the JavaScript client a refused socket does not reconnect by itself: call
    /// [`connect`](crate::Client::connect) when another attempt may succeed.
    pub refused: bool,
    /// Whether waiting before the next attempt is pointless, for a program without
    /// [`reconnection`](crate::Builder::reconnection): the device slept through this one.
    pub at_once: bool,
    /// The HTTP status, if the request or the upgrade was answered with an error, or by something else than Engine.IO: perhaps because the
    /// [`path`](crate::Builder::path) is another one. A browser does not reveal the status of a
    /// WebSocket.
    pub status: Option<u16>,
    /// The body of that answer, up to 16 KiB; of one to a native WebSocket as much of it as came along with the head.
    pub body: Option<String>,
    /// The underlying error, on native targets; also [`source`](std::error::Error::source).
    pub cause: Option<std::sync::Arc<dyn std::error::Error + Send + Sync>>,
}

#[cfg(feature = "client")]
impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(feature = "client")]
impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// Why a client cannot be built: its settings can never work.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The URL cannot be used, for the contained reason.
    #[error("unusable URL: {0}")]
    Url(String),
    /// [`transports`](crate::Builder::transports) is empty, or names only long-polling in a build without the feature
    /// `polling`.
    #[error("there is no transport to use")]
    NoTransport,
    /// `https` and `wss` need the feature `rustls` on native targets.
    #[error("https and wss need the feature `rustls`")]
    NoTls,
    /// The name of a WebSocket subprotocol is not a token, or appears twice.
    #[error("unusable subprotocol \"{0}\"")]
    Protocol(String),
    /// The URL of a proxy must be `http`, with nothing after the port.
    #[error("unusable proxy: {0}")]
    Proxy(String),
    /// The name or the value of a header is not valid in HTTP.
    #[error("unusable header \"{0}\"")]
    Header(String),
    /// The `auth` of Socket.IO must be an object, or nothing.
    #[error("auth is an object or nothing")]
    Auth,
    /// On native targets a client runs on tokio, and must be built inside a runtime that has timers. Without a
    /// `Builder::connector` it needs I/O, too; that it has none is found out at the first attempt, which ends the client.
    #[error("there is no tokio runtime with timers here")]
    NoRuntime,
}

/// Why an event was not accepted for sending.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmitError {
    /// The name belongs to the client itself: `connect`, `connect_error`, `disconnect`, `disconnecting`, `newListener`, `removeListener`.
    #[error("the event name is reserved")]
    ReservedName,
    /// The payload does not serialize.
    #[error("the payload does not serialize: {0}")]
    Payload(String),
    /// The send buffer reached [`Limits::send_buffer`](crate::Limits::send_buffer) or
    /// [`Limits::send_bytes`](crate::Limits::send_bytes).
    #[error("the send buffer is full")]
    BufferFull,
    /// The event was already answered before.
    #[error("the event was answered before")]
    AlreadyAnswered,
    /// [`Client::clear_buffer`](crate::Client::clear_buffer) removed the event.
    #[error("the event was taken out of the send buffer")]
    Cleared,
    /// The connection of the answered event is gone, or there is no connection for an event that is never buffered; or the
    /// runtime on which the client was built has ended.
    #[error("the connection is gone")]
    Disconnected,
}

/// Why an ack did not arrive.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AckError {
    /// It did not arrive in time. The server may or may not have received the event.
    #[error("the ack did not come in time")]
    Timeout,
    /// The connection ended after the event was sent. The server may or may not have received it.
    #[error("the connection ended before the ack came")]
    Disconnected,
    /// The ack is not of the requested type.
    #[error("the ack is not of the expected type: {0}")]
    Malformed(String),
    /// The event was not accepted for sending.
    #[error(transparent)]
    Emit(#[from] EmitError),
}

/// [`Client::flush`](crate::Client::flush) or [`Client::close`](crate::Client::close) could not send every event in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{events} events were not sent")]
#[non_exhaustive]
pub struct Unsent {
    /// The number of unsent events.
    pub events: usize,
}
