//! `steadfast admin`: administration on the server's own machine, beside the running server.
//!
//! - [`socket`]: the server's side: the administration API on a Unix socket beside the database file
//! - [`client`]: the command line's side of the same socket
//! - [`command`]: the command line, and its requests to the API
//! - [`passwd`]: a new passphrase for somebody who has forgotten theirs
//! - `show`: answers for people
//!
//! The command line speaks the same HTTP as the page (`docs/PROTOCOL.md`, Administration), without a password: whoever can
//! write to the socket can read the database.

pub mod client;
pub mod command;
pub mod passwd;
mod show;
pub mod socket;
