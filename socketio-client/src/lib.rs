//! A Socket.IO client for the browser (wasm) and for native programs: Socket.IO protocol 5 over Engine.IO 4, which is what
//! `socket.io` 3 and 4 speak. It behaves as the JavaScript client 4.8 does, with futures and streams for callbacks.
//!
//! ```no_run
//! use std::time::Duration;
//! use serde_json::json;
//! use socketio_client::{Client, Event};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("http://localhost:3000")
//!     .auth(json!({"token": "secret"}))
//!     .build();
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
//!             println!("{}: {:?}", message.event, message.args);
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
//! In a page the same code runs as it is: start it with `wasm_bindgen_futures::spawn_local`. There the URL may be `""`, the page's own origin.
//! A native program calls [`Builder::build`] inside a tokio runtime. `examples/chat.rs` is a whole program.
//!
//! # What to know
//!
//! - **Coming back.** A lost connection is dialled again with the JavaScript client's delays, except after `io server disconnect`, after
//!   [`Client::disconnect`], and after the server refused the namespace ([`Event::ConnectError`] with `refused`): then only
//!   [`Client::connect`] starts over. A device that slept through its heartbeat reconnects at once on waking.
//! - **Sending.** Events emitted while offline are kept, in order, up to [`Limits::send_buffer`]; beyond that [`EmitError::BufferFull`].
//!   An event is delivered at most once: one that was under way when the connection broke may be lost. An ack is the proof;
//!   [`AckError::Disconnected`] and [`AckError::Timeout`] mean "nobody knows".
//! - **Bounds.** Every buffer has a limit, see [`Limits`]. Whatever a server sends, the client neither panics nor spins nor grows past them.
//! - **Cancelling.** Every future and stream may be dropped at any time.
//!
//! # Where it differs from the JavaScript client
//!
//! - WebSocket only.
//! - A volatile event emitted while disconnected is always dropped (there, it may end up in the send buffer).
//! - `Disconnected` comes for a socket that was still connecting, too, when [`Client::disconnect`] is called.
//! - A binary or malformed Engine.IO packet is a `parse error` (there, sometimes a `transport error`).
//! - An event stream that is not read ends the connection with [`DisconnectReason::EventOverflow`]; there is no such bound there.
//!
//! # Features
//!
//! - `client` (default): the I/O, on tokio for native targets and on the page's event loop for wasm32. Without it what remains is the
//!   codec ([`packet`]) and the sans-IO machine ([`protocol`]), which need no runtime on any target.
//! - `rustls`: `https` and `wss` on native targets, with the operating system's roots.
//!
//! # The layout
//!
//! `packet` reads and writes the wire; `protocol` is the machine that decides everything and owns no socket, task, clock or chance;
//! `client` holds the handles and the one loop that does what the machine says; `transport` has one file per platform.

pub mod backoff;
#[cfg(feature = "client")]
mod client;
mod error;
pub mod packet;
mod payload;
pub mod protocol;
mod settings;
#[cfg(feature = "client")]
mod transport;

#[cfg(feature = "client")]
pub use client::{
    Ack, Builder, Client, Event, EventStream, Handler, Message, Once, Responder, SentStream, TypedStream,
};
pub use error::{AckError, DisconnectReason, EmitError};
pub use payload::{Binary, Payload};
pub use protocol::State;
pub use settings::{Exhausted, Limits, Retries, Settings};
#[cfg(feature = "client")]
pub use transport::MaybeSend;
