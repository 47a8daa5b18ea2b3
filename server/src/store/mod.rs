//! The store: people, device sessions, rooms and their logs.
//!
//! - [`Store`]: the interface for the rest of the server, in parts:
//! - `admin`: administration
//! - [`people`]: people, their devices and their names
//! - [`rooms`]: membership of rooms
//! - [`log`]: the rooms' logs
//! - [`feed`]: changes outside the logs, and the snapshot read together with them
//! - [`database`]: the location of a database, and the store that opens it
//! - [`sqlite`]: the store in one SQLite file; [`postgres`]: the one in a Postgres database
//! - [`transfer`]: copies one database into another
//! - [`quota`]: limits on storage
//! - [`tries`]: rate limits across all nodes
//! - [`refusal`]: why a request is refused
//! - [`node`]: the identity of a process
//! - [`token`]: a device's secret, and its stored hash
//! - `names`: the versions of the rules that compare names
//! - `append`: appends to logs and runs commands: the same in both stores, with each one's statements beside it
//! - `sql_store`: how both stores read, write and retry
//! - `command`: the commands; `query`: statements that both databases understand
//! - `error`: why the store failed, for either database
//! - `body`, `older`, `word`: values of rows, for either database
//! - `usage`: how much people have written
//! - [`presence`]: who is connected to which node
//! - `page`: completes and cuts a page of a log
//! - [`report`]: the findings of a check
//! - [`files`]: the database's files on the disk
//! - [`lock`]: allows one process per database file
//!
//! Invariant: SQL is written in this folder and nowhere else.

pub mod admin;
mod append;
mod command;
pub mod database;
mod error;
pub mod feed;
pub mod files;
pub mod log;
pub mod node;
mod number;
pub mod people;
pub mod postgres;
pub mod presence;
mod query;
pub mod quota;
pub mod refusal;
pub mod report;
pub mod rooms;
mod sql_store;
pub mod sqlite;
pub mod token;
pub mod transfer;
pub mod tries;
mod word;

use log::{body, older, page};

use quota::usage;

pub use files::lock;

use async_trait::async_trait;
use steadfast_shared::Epoch;

pub use admin::{Actor, Administer, Administration, OperatorCommand};
pub use command::{Command, CommandOutcome};
pub use error::StoreError;
pub use feed::{ChangeKind, ChangeNumber, Feed, FeedChange, HANDSHAKE_READERS, Profile, Snapshot};
pub use log::{Committed, EntryOutcome, Grown, Log, NewCommand, NewEntry, Span};
pub use node::NodeId;
pub use people::account::{Accounts, Device, SessionId, SignUpError};
pub use people::{PeoplePage, account, nickname};
pub use presence::PresenceRows;
pub use quota::{Quota, Quotas, StorageLimits};
pub use refusal::StoreRefusal;
pub use rooms::{ReadMark, Rooms, UNREAD_COUNTED};
pub use sql_store::PATIENCE;
pub use token::{Token, TokenHash};
pub use tries::{Tries, Try, TryKey};

/// The store of people, rooms and logs.
///
/// Every call that writes returns after its own commit is durable. Every call may wait a bounded time for a lock.
#[async_trait]
pub trait Store:
    Accounts + Rooms + Log + Feed + Quotas + Administration + Tries + PresenceRows + Send + Sync + 'static
{
    /// The epoch of this database.
    fn epoch(&self) -> Epoch;

    /// The id of this process for other nodes.
    fn node(&self) -> NodeId;

    /// Says to the other nodes which adapter this one has, without a password. Answers those that living ones have and that are
    /// others, in order.
    async fn other_adapters(&self, _own: &str) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    /// The database's present history and server if they differ from the known ones, as after a failover, which may have lost
    /// commits. Detected before any result of such a connection is used.
    fn elsewhere(&self) -> Option<String> {
        None
    }

    /// Accepts this history. Returns whether the epoch has changed.
    async fn accept_lineage(&self, _lineage: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Whether it can be read and written, and has free space.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Maintains the database's files. Called about once a second.
    async fn tend(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Resolves with a description once the database's files are lost. The store then acknowledges nothing more.
    async fn lost(&self) -> &'static str {
        std::future::pending().await
    }

    /// Finishes pending work and closes the database.
    async fn close(&self);
}
