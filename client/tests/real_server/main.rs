//! Chats on the real server, over real sockets, through what happens to real processes and lines.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test, both say what went wrong"
)]

mod catchup;
mod clock;
mod conversation;
mod crashes;
mod desk;
mod device;
mod disk;
#[cfg(feature = "faults")]
mod faults;
mod line;
mod locked;
mod process;
