//! The language both sides speak.
//!
//! - [`id`]: who and what things are: users, rooms, entries, the epoch, `seq`
//! - [`text`]: what people type, validated once: nicknames and message texts
//! - [`entry`]: one item of a room's log
//! - [`event`]: every Socket.IO event, its name and its payload
//! - [`error`]: every refusal, as a code a program can act on and a sentence a person can read
//! - [`http`]: the bodies of the few HTTP requests
//! - [`limit`]: every bound that both sides have to know
//!
//! Invariant: nothing here does I/O. The crate knows serde and uuid; never tokio, sqlx or web-sys.

pub mod entry;
pub mod error;
pub mod event;
pub mod http;
pub mod id;
pub mod limit;
pub mod text;

pub use entry::{Body, Entry};
pub use error::{ErrorCode, HandshakeError, WireError};
pub use id::{EntryId, Epoch, Millis, Person, RoomId, Seq, UserId};
pub use text::{MessageText, Nickname, TextError};
