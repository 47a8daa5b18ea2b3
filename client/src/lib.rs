//! A chat without a screen.
//!
//! - [`record`]: a device's stored records, and the writes that keep them
//! - `request`: a request to the server has an id, and may stay without an answer
//! - `paging`: requests for pages of the log, one at a time
//! - `vec_map`: a map and a set kept in order in one vector
//! - `fold`: a message as its changes left it
//! - `window`: a contiguous piece of a room's log, folded
//! - `names`: people's nicknames
//! - `outbox`: items typed and not yet acknowledged, in order
//! - `inbox`: per room, the contiguous window of the log, and the entries buffered ahead of a gap
//! - `detached`: a detached view of another place of the log, beside the inbox
//! - `room`: an inbox with its name, its read marker and its cache, and a detached view
//! - `presence`: who is here, who is writing
//! - `notices`: who came and went just now
//! - `viewer`: the person a room is shown to
//! - `row`, [`timeline`]: a room's rows: the window, then the outbox's echoes; one row per author and id
//! - [`tab_message`]: the messages between the tabs of one device
//! - [`session`]: the machine that holds all of these: inputs in, outputs out, views beside
//! - `fault`, `trace`, with the feature `faults`: faults to inject, and the trace of each message meanwhile
//! - [`link`]: the shell that runs a session over a socket, a storage and the other tabs
//!
//! Invariant: everything but [`link`] is pure. It owns no socket, no task and no clock: time is a
//! [`std::time::Duration`] since an arbitrary start, handed in with each input, and chance is a seed. Only [`link`]
//! names the socket crate.

mod backoff;
mod detached;
#[cfg(feature = "faults")]
pub mod fault;
mod fold;
mod inbox;
pub mod link;
#[cfg(feature = "mutants")]
pub mod mutants;
#[cfg(not(feature = "mutants"))]
mod mutants;
mod names;
mod notices;
pub mod older;
mod outbox;
mod paging;
mod presence;
pub mod record;
mod request;
mod rng;
mod room;
mod row;
pub mod session;
pub mod tab_message;
mod throttle;
pub mod timeline;
#[cfg(feature = "faults")]
pub mod trace;
mod vec_map;
mod viewer;
mod window;

pub use detached::Anchor;
pub use notices::{Notice, NoticeKind};
pub use record::{
    About, Disk, Identity, OutboxItem, Rejection, Restored, RoomCache, StorageError, Unsent, Write,
};
pub use row::{PendingChange, QuotedView, ReactionView, Row, RowBody, RowKey, RowState};
pub use session::{
    Answer, Change, Connection, Ephemeral, Input, LinkEnd, MessageChange, Options, Output, Refusal, Request,
    RequestError, RequestId, RoomView, ServerEvent, Session, StoreTicket,
};
pub use tab_message::TabMessage;
pub use timeline::Timeline;
