//! Tests of the server from outside: the store by one suite, the writer with a failing store, the rest over a real listener.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod admin;
mod asking;
mod changes;
mod cli;
mod cluster;
mod conversation;
mod crowd;
mod drain;
mod exclusion;
mod failover;
mod feed;
mod forewarned;
mod guesses;
mod handshake;
mod hostile;
mod hosts;
mod housekeeping;
mod identity;
mod invitations;
mod layout;
mod lost_answer;
mod nodes;
mod order;
mod presence;
mod process;
mod rates;
mod rooms;
mod settings;
mod slow;
mod storage;
mod store;
mod strangers;
mod support;
mod watching;
mod went_back;
mod writer;
