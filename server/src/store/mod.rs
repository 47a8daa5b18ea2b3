//! All that lasts: people, device sessions, rooms and their logs.
//!
//! - [`Store`]: the interface the rest of the server knows, in parts:
//! - `admin`: administration
//! - [`people`]: who there is, on which devices, and by which names
//! - [`rooms`]: who is in which room
//! - [`log`]: the rooms' logs
//! - [`feed`]: changes outside the logs, and the snapshot read together with them
//! - [`database`]: where a database is, and which store opens it
//! - [`sqlite`]: the store in one SQLite file; [`postgres`]: the one in a Postgres database
//! - [`transfer`]: everything of one database into another one
//! - [`quota`]: how much is taken
//! - [`tries`]: how often something may be tried, on all nodes together
//! - [`refusal`]: why something is not done that could be
//! - [`node`]: which process something is of
//! - [`token`]: the secret a device shows, and the hash that is kept of it
//! - `names`: by which rules names are compared, as those rules change
//! - `append`: how a log grows and commands are carried out, the same in both stores
//! - `command`: the commands; `query`: statements that both databases understand
//! - `error`: why something could not be done, whichever database said so
//! - `body`, `older`, `word`: values of rows, in whichever database
//! - `usage`: how much somebody has written
//! - [`presence`]: who is connected to which node
//! - `page`: a page of a log, completed and cut
//! - `patience`: how long a write is retried while another writer is in the way
//! - [`report`]: the findings of a check
//! - [`files`]: the database's files on the disk
//! - [`lock`]: one process per database file
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
mod patience;
pub mod people;
pub mod postgres;
pub mod presence;
mod query;
pub mod quota;
pub mod refusal;
pub mod report;
pub mod rooms;
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
pub use patience::PATIENCE;
pub use people::account::{Accounts, Device, SessionId, SignUpError};
pub use people::{PeoplePage, account, nickname};
pub use presence::PresenceRows;
pub use quota::{Quota, Quotas, StorageLimits};
pub use refusal::StoreRefusal;
pub use rooms::{ReadMark, Rooms, UNREAD_COUNTED};
pub use token::{Token, TokenHash};
pub use tries::{Tries, Try, TryKey};

/// Where people, rooms and logs are kept.
///
/// Every call that writes returns after its own commit is durable. Every call may wait a bounded time for a lock.
#[async_trait]
pub trait Store:
    Accounts + Rooms + Log + Feed + Quotas + Administration + Tries + PresenceRows + Send + Sync + 'static
{
    /// The life of this database.
    fn epoch(&self) -> Epoch;

    /// The process that has opened it, as other nodes know it.
    fn node(&self) -> NodeId;

    /// In which history of which server the database is by now, where that is another one than was known: after a failover, which may
    /// have lost commits. Known before anything of it is answered.
    fn elsewhere(&self) -> Option<String> {
        None
    }

    /// Goes on in this history. Answers whether the epoch is another one by now.
    async fn accept_lineage(&self, _lineage: &str) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Whether it can be read and written, and has room to grow.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Keeps the database's files in order. Called about once a second.
    async fn tend(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Resolves where the database's files are lost, with the loss in words. The store then acknowledges nothing more.
    async fn lost(&self) -> &'static str {
        std::future::pending().await
    }

    /// Finishes work under way and lets the database go.
    async fn close(&self);
}
