//! Everything that can go wrong, by the boundary where it shows.

use std::fmt;

/// Why a connection ended. Displays as the JavaScript client's words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// `io server disconnect`: the server disconnected this socket. It is not reconnected by itself.
    ServerDisconnect,
    /// `io client disconnect`: [`disconnect`](crate::Client::disconnect) was called. It is not reconnected by itself.
    ClientDisconnect,
    /// `ping timeout`: the server did not ping within `pingInterval + pingTimeout`.
    PingTimeout,
    /// `transport close`: the connection was closed, by either end or by the network.
    TransportClose,
    /// `transport error`: the connection failed.
    TransportError,
    /// `parse error`: the server sent something that is no valid packet, or one above a limit.
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

/// Why an attempt to connect failed: the server refused the namespace, or was not reached. Displays as its message.
#[cfg(feature = "client")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectError {
    /// The server's message, or the transport's.
    pub message: String,
    /// The server's data, where it refused with some: [`parse`](crate::Payload::parse) reads it.
    pub data: Option<crate::Payload>,
    /// Whether the server refused. As in the JavaScript client a refused socket does not come back by itself: call
    /// [`connect`](crate::Client::connect) when there is a reason to hope.
    pub refused: bool,
    /// Whether nothing is gained by waiting before the next attempt, for a program that does without
    /// [`reconnection`](crate::Builder::reconnection): the device slept through this one.
    pub at_once: bool,
    /// The status of HTTP, where something answered the request or the upgrade with one that is no success. A page is not told that of a
    /// WebSocket.
    pub status: Option<u16>,
    /// The body of that answer, up to 16 KiB of it.
    pub body: Option<String>,
    /// The error beneath, on native targets; also [`source`](std::error::Error::source).
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
    /// The URL cannot be used; why.
    #[error("unusable URL: {0}")]
    Url(String),
    /// [`transports`](crate::Builder::transports) names none, or only long-polling where the crate was built without the feature `polling`.
    #[error("there is no transport to use")]
    NoTransport,
    /// `https` and `wss` need the feature `rustls` on native targets.
    #[error("https and wss need the feature `rustls`")]
    NoTls,
    /// A subprotocol of WebSocket whose name is no token, or is there twice.
    #[error("unusable subprotocol \"{0}\"")]
    Protocol(String),
    /// A proxy has an `http` URL, with nothing behind its port.
    #[error("unusable proxy: {0}")]
    Proxy(String),
    /// A header that HTTP does not have: its name, or the value beside it.
    #[error("unusable header \"{0}\"")]
    Header(String),
    /// The `auth` of Socket.IO is an object, or nothing.
    #[error("auth is an object or nothing")]
    Auth,
    /// On native targets a client runs on tokio, and is built inside a runtime.
    #[error("there is no tokio runtime here")]
    NoRuntime,
}

/// Why an event was not taken for sending.
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
    /// The event was answered before.
    #[error("the event was answered before")]
    AlreadyAnswered,
    /// [`Client::clear_buffer`](crate::Client::clear_buffer) took the event back.
    #[error("the event was taken out of the send buffer")]
    Cleared,
    /// An answer came after the connection on which it was asked for, or an event that is not to be kept found none; or the runtime on
    /// which the client was built has ended.
    #[error("the connection is gone")]
    Disconnected,
}

/// Why an ack did not come.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AckError {
    /// It did not come in time. The server may or may not have got the event.
    #[error("the ack did not come in time")]
    Timeout,
    /// The connection ended after the event was sent. The server may or may not have got it.
    #[error("the connection ended before the ack came")]
    Disconnected,
    /// The ack is not of the type asked for.
    #[error("the ack is not of the expected type: {0}")]
    Malformed(String),
    /// The event was not taken for sending.
    #[error(transparent)]
    Emit(#[from] EmitError),
}

/// [`Client::flush`](crate::Client::flush) or [`Client::close`](crate::Client::close) could not get every event on its way in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{events} events were not sent")]
#[non_exhaustive]
pub struct Unsent {
    /// How many events were left.
    pub events: usize,
}
