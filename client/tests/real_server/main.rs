//! Chats on the real server, over real sockets, through the faults of real processes and networks.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test, both say what went wrong"
)]

mod catchup;
#[path = "../checker/mod.rs"]
#[expect(
    dead_code,
    reason = "the simulation breaks more rules than can be seen from here"
)]
mod checker;
mod clock;
mod conversation;
mod copied_back;
mod crashes;
mod desk;
mod device;
mod disk;
mod line;
mod locked;
mod process;
