//! The entries of rooms, from a client's `send` to every socket of the room.
//!
//! - `send`: receives them, and queues them before its first await
//! - `queue`: queued work, fair between people; [`work`]: a unit of it, from the queue to its answer
//! - [`writer`]: one task that commits and acknowledges; `marks`: unwritten read markers, which it writes, too
//! - `hub`: sends committed entries, in order, to every socket of the room
//! - [`published`]: how far sockets have got
//! - `tails`: the newest entries of rooms, in memory; `revision`: updates them

pub(super) mod hub;
mod marks;
pub mod published;
mod queue;
mod revision;
mod send;
mod tails;
pub mod work;
pub mod writer;
