//! The Steadfast server.
//!
//! - [`admin`]: `steadfast admin`, which talks to the running server on the same machine
//! - [`config`]: every setting, as a flag or an environment variable
//! - [`app`]: builds the server from its configuration, serves, and shuts down
//! - [`http`]: sessions, health checks and the page
//! - [`realtime`]: the chat over Socket.IO
//! - [`request`]: facts about a request
//! - [`store`]: everything that is stored
//! - [`passphrase`]: hashes passphrases, a few at a time
//! - [`backup`], [`restore`], [`check`]: back up, restore and verify the database; [`copy`]: copies it into another one
//! - [`serve`]: accepts TCP connections, with deadlines and limits
//! - [`audit`]: logs sign-ins and refusals
//! - [`journal`]: writes the sign-in log and overwrites erased messages
//! - [`bucket`]: the token bucket behind every rate limit
//! - [`turns`]: the queue for expensive work
//! - [`clock`]: the only module that reads the clock
//! - [`error`]: the reasons why a server does not start

#[cfg(unix)]
pub mod admin;
pub mod app;
pub mod audit;
pub mod backup;
pub mod bucket;
pub mod check;
pub mod clock;
pub mod config;
pub mod copy;
pub mod error;
pub mod http;
pub mod journal;
pub mod passphrase;
pub mod realtime;
pub mod request;
pub mod restore;
pub mod serve;
pub mod store;
pub mod turns;
