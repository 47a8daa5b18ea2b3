//! The language of both sides: types and limits that the server and its clients share.
//!
//! - [`id`]: ids: of users, rooms, entries, the epoch; and `seq`
//! - [`text`]: validated texts: nicknames, message texts, room names, topics, emoji
//! - [`account`]: validated passphrases and device names
//! - [`watch`]: presence, as a client watches it
//! - [`mention`]: mentions of people in a text
//! - [`cursor`]: a device's position in a room's log
//! - [`entry`]: one item of a room's log, with its later changes
//! - [`fields`]: JSON as a tree of fields, and records read from it
//! - [`room`]: rooms, and the events about them
//! - [`event`]: every Socket.IO event, its name and its payload
//! - [`error`]: every refusal: a code for programs and a sentence for people
//! - [`http`]: the bodies of the HTTP requests
//! - [`admin`]: the administration API
//! - [`role`]: roles, and the powers of each
//! - [`limit`]: the limits that both sides know
//!
//! Invariant: nothing here does I/O. The crate depends on serde and uuid; never on tokio, sqlx or web-sys.

pub mod account;
pub mod admin;
pub mod cursor;
pub mod entry;
pub mod error;
pub mod event;
pub mod fields;
pub mod http;
pub mod id;
pub mod limit;
pub mod mention;
pub mod role;
pub mod room;
pub mod text;
pub mod watch;

pub use account::{DeviceName, Passphrase, PassphraseError, SignInKey};
pub use cursor::{Cursor, Cursors};
pub use entry::{Body, Edited, Entry, Now, Quoted, Reaction};
pub use error::{ErrorCode, HandshakeError, WireError};
pub use id::{EntryId, Epoch, Millis, Person, RoomId, Seq, UserId};
pub use role::{Power, Role};
pub use room::{Room, RoomChange, RoomKind};
pub use text::{Emoji, MessageText, Nickname, RoomName, TextError, Topic, is_blank, is_unseen};
