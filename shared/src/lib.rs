//! The language both sides speak.
//!
//! - [`id`]: ids: of users, rooms, entries, the epoch; and `seq`
//! - [`text`]: texts that people type, validated once: nicknames, message texts, room names, topics, emoji
//! - [`account`]: texts that people type about their own account: passphrases, names of devices
//! - [`watch`]: whose presence a client shows
//! - [`mention`]: how a text mentions people
//! - [`code`]: which parts of a text are code
//! - [`cursor`]: how far a device has got in a room's log
//! - [`entry`]: one item of a room's log, and its state by later items
//! - [`room`]: rooms, and the events about them
//! - [`event`]: every Socket.IO event, its name and its payload
//! - [`error`]: every refusal, as a code a program can act on and a sentence a person can read
//! - [`http`]: the bodies of the few HTTP requests
//! - [`admin`]: the administration API
//! - [`role`]: roles, and the powers of each
//! - [`limit`]: every bound that both sides have to know
//!
//! Invariant: nothing here does I/O. The crate knows serde and uuid; never tokio, sqlx or web-sys.

pub mod account;
pub mod admin;
pub mod code;
pub mod cursor;
pub mod entry;
pub mod error;
pub mod event;
pub mod http;
pub mod id;
pub mod limit;
pub mod mention;
pub mod role;
pub mod room;
pub mod text;
pub mod watch;

pub use account::{DeviceName, Passphrase, PassphraseError};
pub use cursor::{Cursor, Cursors};
pub use entry::{Body, Edited, Entry, Now, Quoted, Reaction};
pub use error::{ErrorCode, HandshakeError, WireError};
pub use id::{EntryId, Epoch, Millis, Person, RoomId, Seq, UserId};
pub use role::{Power, Role};
pub use room::{Room, RoomChange, RoomKind};
pub use text::{Emoji, MessageText, Nickname, RoomName, TextError, Topic, is_blank, is_unseen};
