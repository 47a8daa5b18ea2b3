//! `steadfast admin`: administers the running server from its own machine.
//!
//! - [`socket`]: the server's side: the administration API on a Unix socket beside the database file
//! - [`client`]: the command line's side of the same socket
//! - [`command`]: the command line, and its requests to the API
//! - [`passwd`]: sets a new passphrase for a person who has forgotten theirs
//! - `show`: formats responses as text
//!
//! The command line uses the page's own API (`docs/PROTOCOL.md`, Administration), without a password: a user who can write to the
//! socket can read the database anyway.

pub mod client;
pub mod command;
pub mod passwd;
mod show;
pub mod socket;
