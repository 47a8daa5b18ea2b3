//! A chat without a screen.
//!
//! - [`record`]: a device's stored records, and the writes that keep them
//! - `request`: a request to the server has an id, and may stay without an answer
//! - `vec_map`: a map and a set kept in order in one vector
//! - `chance`: the waits and ids that come from the seed
//! - `account`: who this device speaks for
//! - `people`: names, who is here and who is writing, who came and went just now
//! - `outbox`: items typed and not yet acknowledged, in order
//! - `room`: one room: its log (the contiguous window, the entries buffered ahead of a gap, a detached view), and its
//!   timeline, the rows for the person it is shown to (the window, then the outbox's echoes; one row per author and id)
//! - [`tab_message`]: the messages between the tabs of one device
//! - [`connection`]: the connection to the server, and the machine that decides when to dial
//! - [`session`]: the machine that holds all of these: inputs in, outputs out, views beside
//! - [`link`]: the shell that runs a session over a socket, a storage and the other tabs
//!
//! Invariant: everything but [`link`] is pure. It owns no socket, no task and no clock: time is a
//! [`std::time::Duration`] since an arbitrary start, handed in with each input, and chance is a seed. Outside of [`link`]
//! the socket crate is named for its backoff and its random numbers alone.

mod account;
mod chance;
pub mod connection;
pub mod link;
pub mod older;
mod outbox;
mod people;
pub mod record;
mod request;
mod room;
pub mod session;
pub mod tab_message;
mod throttle;
mod vec_map;

pub use connection::Connection;
pub use people::notices::{Notice, NoticeKind};
pub use record::{
    About, Disk, Identity, OutboxItem, Rejection, Restored, RoomCache, StorageError, Unsent, Write,
};
pub use room::former::LostMessage;
pub use room::looking::WindowView;
pub use room::paging::Anchor;
pub use room::revisions::ChangedRows;
pub use room::row::{ListedRow, PendingChange, ReactionView, Row, RowKey, RowState};
pub use room::timeline::Timeline;
pub use session::{
    Answer, Change, Ephemeral, Input, LinkEnd, MessageChange, Options, Output, Refusal, Request,
    RequestError, RequestId, RoomView, ServerEvent, Session, StoreTicket,
};
pub use tab_message::TabMessage;
