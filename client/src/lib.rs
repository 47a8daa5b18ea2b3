//! A chat without a screen.
//!
//! - [`record`]: what a device keeps on disk, and the writes that keep it
//! - `sorted`: a map and a set kept in order in one vector
//! - `outbox`: what is typed and not yet acknowledged, in order
//! - `inbox`: per room, the contiguous window of the log, and what a gap holds back
//! - `room`: an inbox with its name, its read mark and its cache
//! - `presence`: who is here, who is writing
//! - [`timeline`]: what a room shows: the window, then the outbox's echoes; one row per author and id
//! - [`news`]: what the tabs of one device tell each other
//! - [`session`]: the machine that holds all of these: inputs in, outputs out, views beside
//! - `fault`, `journey`, with the feature `faults`: what may be broken on purpose, and what became of each message meanwhile
//! - [`link`]: the shell that runs a session over a socket, a storage and the other tabs
//!
//! Invariant: everything but [`link`] is pure. It owns no socket, no task and no clock: time is a
//! [`std::time::Duration`] since an arbitrary start, handed in with each input, and chance is a seed.
//! Only [`link`] names the socket crate.

mod backoff;
mod dice;
#[cfg(feature = "faults")]
pub mod fault;
mod inbox;
#[cfg(feature = "faults")]
pub mod journey;
pub mod link;
pub mod news;
mod outbox;
mod presence;
pub mod record;
mod room;
pub mod session;
mod sorted;
pub mod timeline;

pub use news::PeerNews;
pub use record::{Disk, Identity, OutboxItem, Rejection, Restored, RoomCache, StorageError, Write};
pub use session::{
    Answer, Change, Connection, Ephemeral, Input, LinkEnd, Options, Output, Refusal, Request, RequestError,
    RequestId, RoomView, ServerEvent, Session, Ticket,
};
pub use timeline::{Row, RowKey, RowState, Timeline};
