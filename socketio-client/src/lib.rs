//! A Socket.IO client for the browser (wasm) and for native programs: Socket.IO protocol 5 over Engine.IO 4, the language of
//! `socket.io` 3 and 4. It behaves like the JavaScript client 4.8, with futures and streams instead of callbacks.
//!
//! ```no_run
//! use std::time::Duration;
//! use serde_json::json;
//! use socketio_anywhere::{Client, Event};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("http://localhost:3000")
//!     .auth(json!({"token": "secret"}))
//!     .build()?;
//! let mut events = client.events();
//!
//! client.emit("chat message", "hello")?;              // one argument; waits for the connection if need be
//! client.emit("move", &(3, 4))?;                       // a tuple is several arguments
//! let count: u32 = client.emit_with_ack("count", &(), Duration::from_secs(5)).await?;
//! println!("{count} people are here");
//!
//! while let Some(event) = events.next().await {
//!     match event {
//!         Event::Connected { id } => println!("connected as {id}"),
//!         Event::Disconnected { reason, .. } => println!("{reason}; coming back"),
//!         Event::Message(message) => {
//!             println!("{}: {:?}", message.event, message.args());
//!             if let Some(ack) = &message.ack {
//!                 ack.send("got it")?;
//!             }
//!         }
//!         _ => {}
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! In a page the same code runs unchanged: start it with [`platform::spawn`]. There the URL may be `""`, the page's own origin.
//! A native program calls [`Builder::build`] inside a tokio runtime. Settings that can never work, as an unusable URL, are a [`BuildError`]. `examples/chat.rs` is a whole program, `examples/page` a whole page.
//!
//! # Coming from `socket.io-client`
//!
//! | JavaScript | here |
//! |---|---|
//! | `io(url, options)` | [`Client::builder(url)`](Client::builder) `…` [`.build()`](Builder::build) |
//! | `auth: {…}`, `auth: (cb) => cb(…)` | [`auth`](Builder::auth), [`auth_with`](Builder::auth_with), [`auth_async`](Builder::auth_async) |
//! | `path`, `addTrailingSlash`, `query`, `extraHeaders` | [`path`](Builder::path), [`trailing_slash`](Builder::trailing_slash), [`query`](Builder::query), [`extra_header`](Builder::extra_header) (native) |
//! | changing `io.opts.query`, `io.opts.extraHeaders` or `io.uri` before an attempt | [`on_attempt`](Builder::on_attempt) |
//! | `withCredentials`, `protocols`, `agent`, `ca`, `cert`, `key` | [`with_credentials`](Builder::with_credentials), [`protocols`](Builder::protocols); native: `Builder::connector`, `Builder::proxy`, `Builder::tls_config` |
//! | `autoConnect: false` | [`auto_connect(false)`](Builder::auto_connect) |
//! | `reconnection`, `reconnectionAttempts`, `reconnectionDelay`, `reconnectionDelayMax`, `randomizationFactor`, `timeout` | the same in snake case |
//! | `transports`, `tryAllTransports`, `upgrade`, `rememberUpgrade` | [`transports`](Builder::transports), [`try_all_transports`](Builder::try_all_transports), [`upgrade`](Builder::upgrade), [`remember_upgrade`](Builder::remember_upgrade) |
//! | `retries`, `ackTimeout` | [`retries`](Builder::retries) with [`Retries`], [`ack_timeout`](Builder::ack_timeout) |
//! | `socket.connect()`, `.disconnect()` | [`connect`](Client::connect), [`disconnect`](Client::disconnect); [`close`](Client::close) waits for the emitted events |
//! | `socket.io.engine.close()` | [`close_transport`](Client::close_transport) |
//! | `socket.connected`, `.id`, `.recovered`, `.active` | [`is_connected`](Client::is_connected), [`id`](Client::id), [`recovered`](Client::recovered), [`state`](Client::state) |
//! | `socket.io.engine.transport.name` | [`transport_name`](Client::transport_name); [`fallback`](Client::fallback) says why it is polling |
//! | `socket.io.engine.on("upgrade" \| "upgradeError", f)` | [`Event::Upgraded`], [`Event::UpgradeFailed`] |
//! | `manager.on("ping", f)`, `engine.on("drain", f)` | [`Event::Ping`], [`Event::Drained`] of [`engine_events`](Client::engine_events) |
//! | `socket.sendBuffer = []` | [`clear_buffer`](Client::clear_buffer) |
//! | `error.description` of `connect_error` | [`ConnectError`]: `status`, `body` and its source |
//! | `socket.emit("e", a, b)` | [`emit("e", &(a, b))`](Client::emit) |
//! | `socket.timeout(ms).emitWithAck("e", a)` | [`emit_with_ack("e", &a, timeout)`](Client::emit_with_ack), always with a timeout: `None` is [`ack_timeout`](Builder::ack_timeout) |
//! | `socket.volatile.emit(…)` | [`emit_volatile`](Client::emit_volatile) |
//! | `socket.volatile.timeout(ms).emitWithAck(…)` | [`emit_volatile_with_ack`](Client::emit_volatile_with_ack) |
//! | a `Buffer` or `ArrayBuffer` | [`Binary`], anywhere in the arguments |
//! | `socket.on("e", f)`, `.off("e", f)` | [`on`](Client::on), a stream; or [`on_each`](Client::on_each) and [`Handler::off`] |
//! | `socket.once("e", f)` | [`once`](Client::once) |
//! | `socket.onAny(f)` | [`events`](Client::events) |
//! | `socket.onAnyOutgoing(f)` | [`sent`](Client::sent) |
//! | `socket.on("connect" \| "disconnect" \| "connect_error", f)` | [`Event::Connected`], [`Event::Disconnected`], [`Event::ConnectError`] of [`events`](Client::events) |
//! | `manager.on("reconnect_attempt" \| "reconnect_error" \| "reconnect_failed" \| "reconnect", f)` | [`Event::Connecting`] with an `attempt` over 0, [`Event::ConnectError`], [`Event::ReconnectFailed`], [`Event::Connected`] |
//! | `(…, callback) => callback(answer)` | [`Message::ack`], [`Responder::send`] |
//! | `manager.socket("/admin")` | [`of`](Client::of), [`of_with_auth`](Client::of_with_auth) |
//! | `parser: require("socket.io-msgpack-parser")` | [`parser(Parser::MessagePack)`](Builder::parser), feature `msgpack` |
//! | `socket.compress(…)`, `forceBase64`, `perMessageDeflate`, WebTransport, parsers of one's own, typed maps of events | none |
//!
//! # Good to know
//!
//! - **Reconnecting.** After a lost connection the client reconnects with the JavaScript client's delays, except after `io
//!   server disconnect`, after [`Client::disconnect`], and after the server refused the namespace ([`Event::ConnectError`]
//!   with `refused`): then only [`Client::connect`] starts over. A device that slept finds out within two seconds of waking
//!   whether its connection is still alive, and reconnects at once if it is not. A page that waits for its next attempt
//!   makes it when it is shown again or the browser is online again ([`Builder::wake_on_visible`]); elsewhere call
//!   [`Client::wake`]. A browser that goes offline ends the connection at once, unless the server is at `localhost`.
//! - **Sending.** Events emitted while offline are buffered, in order, up to [`Limits::send_buffer`]; beyond that
//!   [`EmitError::BufferFull`]. An event is delivered at most once: one in flight when the connection broke may be lost.
//!   Only an ack proves delivery; [`AckError::Disconnected`] and [`AckError::Timeout`] mean that the outcome is unknown.
//!   With [`Retries`] delivery is at least once.
//! - **Leaving.** [`Client::close`] waits until every emitted event is sent and the server knows of the disconnection,
//!   within [`Builder::close_timeout`], and reports how many events were not sent; [`Client::flush`] waits and stays
//!   connected. Await one of them before a program ends. A page that is closed has no time for that: a browser closes its
//!   WebSocket, and a server that is polled is told by one last request, which outlives the page, so that it need not wait
//!   for a heartbeat. What was emitted at the last moment may be lost.
//! - **Recovery.** If the server has connection state recovery on, the client resumes a broken connection by itself. Name
//!   the events that the server emits as volatile with [`Builder::volatile_events`].
//! - **Slow readers.** If a program does not read its events, the client reads more slowly from the connection, which slows
//!   the server down; nothing is lost, and awaited acks still arrive. Two things end that: a stream that is not read at all for
//!   10 s while the program waits on another one, or for an ack far behind it, misses events and is told how many
//!   ([`Event::Missed`], [`Handler::missed`]); and a server whose pings wait unread for longer than it allows (20 s by
//!   default) ends the connection, after what it has sent. In a browser, whose WebSocket cannot be slowed down,
//!   messages that it has already received wait in memory, up to [`Limits::packet`] bytes. See [`Limits::events`].
//! - **Bounds.** Every buffer has a limit, see [`Limits`]. Whatever a server sends, the client does not panic, spin, or
//!   exceed them.
//! - **Cancelling.** Every future and stream may be dropped at any time.
//!
//! # Where it differs from the JavaScript client
//!
//! - It begins with WebSocket, and uses long-polling only where [`Builder::transports`] puts it first or [`Builder::try_all_transports`] is on.
//! - With [`Builder::try_all_transports`], long-polling also takes over from a WebSocket that opens but does not work, as
//!   behind some proxies, and WebSocket is tried again later (there, only a failure before the handshake counts, and only
//!   for that attempt).
//! - A volatile event emitted while disconnected is always dropped (there, it may end up in the send buffer), and so is one
//!   emitted while the connection has not accepted the frames before it.
//! - In the retry queue a lost connection does not count as an attempt, unless [`Retries::count_disconnects`] says so.
//! - With recovery, a trailing text counts as an offset only if it looks like one (there, any text does).
//! - After [`Client::disconnect`], `Disconnected` is also reported for a socket that was still connecting.
//! - A malformed Engine.IO packet is a `parse error` (there, sometimes a `transport error`).
//! - Natively redirects are not followed; the error's message names the place, without its query. A browser follows those of long-polling.
//! - An unread event stream slows the connection down, see [`Limits::events`]; there, nothing bounds it.
//!
//! # Features
//!
//! - `client` (default): the I/O, on tokio for native targets and on the page's event loop for wasm32.
//! - `polling` (default): long-polling, with hyper on native targets and `fetch` in a browser. A page carries its code only
//!   if it calls [`Builder::transports`] or [`Builder::try_all_transports`], see below.
//! - `msgpack`: the packets of `socket.io-msgpack-parser`, see [`Parser`].
//! - `rustls`: `https` and `wss` on native targets, with the operating system's roots or the program's own configuration.
//! - `tracing`: the life of a connection, as `tracing` events of the target `socketio_anywhere`: `debug` for connections, `warn` for
//!   failures, `trace` for events by their names. Arguments and credentials are never logged.
//! - `machine`: the codec `packet`, the sans-IO machine `protocol` and `backoff`, which need no runtime on any target.
//!   Without `client` the crate contains nothing else. They may change in any release.
//!
//! # Weight
//!
//! A page carries the code of these parts only if it calls the function that asks for them, anywhere: long-polling and the
//! fallback to it ([`Builder::transports`], [`Builder::try_all_transports`]), the retry queue ([`Builder::retries`]),
//! [`Client::flush`] and [`Client::close`], [`Builder::auth_with`], [`Builder::auth_async`], [`Client::of_with_auth`],
//! [`Builder::on_attempt`], [`Client::events`], [`Client::engine_events`], [`Client::sent`]. It takes an optimized build of one
//! module (`lto`, one codegen unit), without threads.
//!
//! # Layout
//!
//! `packet` reads and writes the wire format; `protocol` is the machine that makes all decisions, without sockets, tasks,
//! clocks or randomness; `client` has the handles and the one loop that carries out the machine's outputs; `transport` has
//! the links, and [`platform`] tasks, timers and clocks, each with one file for pages and one for native programs.

#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(feature = "client"),
    allow(rustdoc::broken_intra_doc_links, reason = "what is said of the client")
)]
#![cfg_attr(
    not(feature = "machine"),
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        rustdoc::private_intra_doc_links,
        reason = "the machine and the codec are whole where they are public"
    )
)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "machine")]
pub mod backoff;
#[cfg(not(feature = "machine"))]
mod backoff;
#[cfg(feature = "client")]
mod client;
mod cut;
mod demand;
mod error;
mod fifo;
#[cfg(feature = "machine")]
pub mod packet;
#[cfg(not(feature = "machine"))]
mod packet;
mod payload;
mod pending;
#[cfg(feature = "client")]
pub mod platform;
#[cfg(feature = "machine")]
pub mod protocol;
#[cfg(not(feature = "machine"))]
mod protocol;
mod settings;
mod time;
#[cfg(feature = "client")]
mod transport;

#[cfg(feature = "client")]
pub use client::{
    Ack, Attempt, Builder, Client, Event, EventStream, Handler, Message, Once, Responder, SentStream,
    TypedStream, WeakClient,
};
#[cfg(feature = "client")]
pub use error::ConnectError;
pub use error::{AckError, BuildError, DisconnectReason, EmitError, Unsent};
pub use packet::Parser;
pub use payload::{Binary, Payload};
#[cfg(feature = "client")]
pub use platform::MaybeSend;
pub use protocol::{Fallback, State, Transport, WebSocketFailure};
#[cfg(all(feature = "rustls", not(target_family = "wasm")))]
pub use rustls;
#[cfg(feature = "machine")]
pub use settings::Settings;
#[cfg(not(feature = "machine"))]
use settings::Settings;
pub use settings::{Exhausted, Limits, Retries};
#[cfg(feature = "machine")]
pub use time::Time;
