//! A Socket.IO client for the browser (wasm) and for native programs.

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
pub use client::{Ack, Builder, Client, Event, EventStream, Message, Responder, TypedStream};
pub use error::{AckError, DisconnectReason, EmitError};
pub use payload::Payload;
pub use protocol::State;
pub use settings::{Limits, Settings};
#[cfg(feature = "client")]
pub use transport::MaybeSend;
