//! The store in a Postgres database.
//!
//! - [`open`]: from a URL to a migrated database that this node has for itself
//! - `connections`: how connections are made, and when they are thrown away
//! - `transaction`: one that ends by its commit or not at all
//! - `lineage`: in which history of which server the database is
//! - `lease`: which nodes are alive, and whether one has the database for itself
//! - [`notification`]: notifications between nodes
//! - `append`, `growth`: the log grows, as `store::append` has it
//! - `change`: the effects of edits, deletions and reactions on a message
//! - `history`, `quote`: the log is read
//! - `locks`: the locks of commands
//! - `feed`: the change feed, and the snapshot read together with it
//! - `accounts`, `names`: who there is, and by which names
//! - `rooms`: rooms, and how far people have read them
//! - `tries`: how often something is tried
//! - `usage`: how much people have written today
//! - `admin`: administration
//! - [`check`]: whether a database is whole
//!
//! Invariant: locks are taken in one order, rooms by their ids, people by theirs, then the feed's; and conditions are read by a later
//! statement than the one that took the lock, for each statement sees the commits before it began.

mod accounts;
mod admin;
pub mod check;
mod connections;
pub(super) mod feed;
mod log;
mod names;
mod node;
pub mod notification;
pub mod open;
mod presence;
mod rooms;
mod transaction;
mod tries;
mod usage;

use node::{lease, lineage};

use log::{append, change, growth, history, locks, quote};

use std::io;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgPool;
use steadfast_shared::{Epoch, Millis, RoomId, event};
use tokio::time::timeout;

use super::number::{from_sql, to_sql};
use super::{Committed, Log, NewCommand, NewEntry, NodeId, Span, StorageLimits, Store, StoreError, body};
use connections::Generation;
use lease::Lease;
use lineage::Lineage;
use transaction::{Transaction, written};

/// How long reading may take: more than waiting for a connection and one long statement together.
const READING: Duration = Duration::from_secs(8);

/// How long closing may wait for connections that are in use.
const CLOSING: Duration = Duration::from_secs(2);

/// Whose clock tells when an entry was stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitClock {
    /// The database's: one for all nodes, whatever theirs show.
    Database,
    /// The caller's, as tests want it.
    Caller,
}

/// A store in a Postgres database.
#[derive(Debug)]
pub struct PostgresStore {
    writer: PgPool,
    /// Connections for sign-ins, devices and administration: never behind a long append.
    accounts: PgPool,
    readers: PgPool,
    /// Connections that read sessions' snapshots.
    handshakes: PgPool,
    generation: Generation,
    lease: Lease,
    epoch: RwLock<Epoch>,
    patience: Duration,
    limits: StorageLimits,
    clock: CommitClock,
    lineage: Lineage,
}

impl PostgresStore {
    /// Takes no more than this.
    #[must_use]
    pub fn limited(self, limits: StorageLimits) -> Self {
        Self { limits, ..self }
    }

    /// The outcome of a commit after a statement that failed, for a test of it.
    #[doc(hidden)]
    pub async fn commit_after_a_failed_statement(&self) -> Result<(), StoreError> {
        let mut transaction = Transaction::begin(&self.writer).await?;
        sqlx::query("insert into settings (name, value) values ('trap', '')")
            .execute(&mut *transaction)
            .await?;
        let _ = sqlx::query("select 1 / 0").execute(&mut *transaction).await;
        transaction.commit().await
    }

    /// Answers the former one.
    fn set_epoch(&self, epoch: Epoch) -> Epoch {
        let mut known = self.epoch.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut known, epoch)
    }

    /// Whether an attempt that ended so may be made again: nothing of it was committed, and the next one may do better.
    ///
    /// Throws the connections away where they lead to a server that only reads, as after a failover.
    fn may_retry(&self, error: &StoreError) -> bool {
        match error {
            StoreError::Locked => true,
            StoreError::Failed(error) => {
                if code(error).as_deref() == Some(READ_ONLY) {
                    tracing::warn!(
                        "the database only reads: connecting anew, for another one may be the primary"
                    );
                    self.generation.end();
                    return true;
                }
                is_interruption(error)
            }
            _ => false,
        }
    }

    /// Reads within a bounded time: the driver itself waits for ever for a server that is gone without a word.
    async fn read<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let done = bounded(work).await;
        if let Err(StoreError::Failed(sqlx::Error::Io(error))) = &done
            && error.kind() == io::ErrorKind::TimedOut
        {
            tracing::warn!("the database does not answer: connecting anew");
            self.generation.end();
        }
        done
    }

    /// Whether the server is a standby, which only has the commits that have come to it so far.
    async fn is_standby(&self) -> Result<bool, StoreError> {
        self.read(async {
            sqlx::query_scalar("select pg_is_in_recovery()")
                .fetch_one(&self.readers)
                .await
                .map_err(StoreError::from)
        })
        .await
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn epoch(&self) -> Epoch {
        *self.epoch.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn elsewhere(&self) -> Option<String> {
        self.lineage.elsewhere()
    }

    async fn accept_lineage(&self, lineage: &str) -> Result<bool, StoreError> {
        lineage::accept(self, lineage).await
    }

    fn node(&self) -> NodeId {
        self.lease.node()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.lease.verify()?;
        if self.is_standby().await? {
            self.generation.end();
            return Err(StoreError::Failed(sqlx::Error::Protocol(
                "the database server is a standby, and only reads".into(),
            )));
        }
        // Whether anything can be committed, with no row that grows.
        written!(self, writer, |transaction| async {
            sqlx::query(
                "insert into settings (name, value) values ('probe', '') on conflict (name) do update set value = ''",
            )
            .execute(&mut *transaction)
            .await?;
            Ok(())
        })
    }

    async fn tend(&self) -> Result<(), StoreError> {
        self.lease.verify()?;
        if self.is_standby().await? {
            self.generation.end();
        }
        Ok(())
    }

    async fn lost(&self) -> &'static str {
        self.lease.lost().await
    }

    async fn close(&self) {
        let closing = async {
            tokio::join!(
                self.writer.close(),
                self.accounts.close(),
                self.readers.close(),
                self.handshakes.close()
            );
        };
        if timeout(CLOSING, closing).await.is_err() {
            tracing::warn!("some connections to the database did not end in time");
        }
        self.lease.end().await;
    }
}

#[async_trait]
impl Log for PostgresStore {
    async fn heads(&self) -> Result<event::Heads, StoreError> {
        self.read(history::heads(self)).await
    }

    async fn commit(
        &self,
        entries: &[NewEntry],
        commands: &[NewCommand],
        at: Millis,
    ) -> Result<Committed, StoreError> {
        append::commit(self, entries, commands, at).await
    }

    async fn page(&self, room: RoomId, span: Span, limit: usize) -> Result<event::Page, StoreError> {
        self.read(history::page(self, room, span, limit)).await
    }

    /// Nothing: erased rows are taken out of the table's files by Postgres' own vacuum, and out of its log as that is recycled.
    async fn scrub(&self) -> Result<bool, StoreError> {
        Ok(true)
    }
}

/// Ends reading that takes too long.
async fn bounded<T>(work: impl Future<Output = Result<T, StoreError>> + Send) -> Result<T, StoreError> {
    match timeout(READING, work).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Failed(sqlx::Error::Io(
            io::ErrorKind::TimedOut.into(),
        ))),
    }
}

/// Writing where the server only reads.
const READ_ONLY: &str = "25006";

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Whether the connection has ended, or could not be had, by no fault of the statement.
fn is_interruption(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            true
        }
        error => code(error).is_some_and(|code| {
            // Shut down, crashed, starting up; connections of every kind; too many of them.
            matches!(code.as_str(), "57P01" | "57P02" | "57P03" | "53300") || code.starts_with("08")
        }),
    }
}
