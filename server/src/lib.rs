//! The Steadfast server.
//!
//! - [`admin`]: `steadfast admin`, beside a running server
//! - [`config`]: every setting, as a flag or an environment variable
//! - [`app`]: from a configuration to a server that listens, and its end
//! - [`http`]: sessions, health, the page
//! - [`realtime`]: the conversation over Socket.IO
//! - [`request`]: facts about a request
//! - [`store`]: everything that lasts
//! - [`passphrase`]: passphrases, hashed a few at a time
//! - [`backup`], [`restore`], [`check`]: the database copied, put back, looked at; [`copy`]: everything of it into another one
//! - [`serve`]: TCP connections are taken, timed and counted
//! - [`audit`]: who came and who was refused, in the log
//! - [`journal`]: the sign-in log, and the cleaning up behind operators
//! - [`bucket`]: how much somebody may do
//! - [`turns`]: who is next at costly work
//! - [`clock`]: the one place that reads the clock
//! - [`error`]: why a server does not start

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
