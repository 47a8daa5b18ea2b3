//! The store in a Postgres database.
//!
//! - [`open`]: connects, migrates, and registers this node or reserves the database; its `pooler` detects one that takes sessions
//!   apart
//! - `connections`: how connections are opened, and when they are discarded
//! - `follower`: the connection by which new entries are read
//! - `transaction`: a transaction that ends by its commit or not at all
//! - `lineage`: the database's server and history
//! - `lease`: which nodes are alive, and whether one process has reserved the database
//! - [`notification`]: notifications between nodes
//! - `feed`: the change feed, and the snapshot read together with it; its `glance` reads only the new entries of logs, by one
//!   statement
//! - `names`: the keys of names
//! - `marks`: read markers
//! - `tries`: rate limits
//! - `usage`: the day's usage per person
//! - [`check`]: checks a database
//!
//! The statements of an append, and the locks of commands, are in `store::append::postgres`.
//!
//! Invariant: locks are taken in one order, rooms by their ids, people by theirs, then the feed's; and conditions are read by a
//! later statement than the one that took the lock, because each statement sees only commits from before it started.

pub mod check;
mod connections;
pub(super) mod feed;
mod follower;
mod lease;
mod lineage;
mod marks;
mod names;
pub mod notification;
pub mod open;
mod presence;
mod transaction;
mod tries;
mod usage;

use std::collections::BTreeSet;
use std::io;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::Postgres;
use sqlx::postgres::{PgConnection, PgPool};
use steadfast_shared::{Epoch, Millis, RoomId, Seq, UserId, event};
use tokio::time::timeout;
use uuid::Uuid;

use super::append::change::postgres as change;
use super::append::postgres as append;
use super::log::history;
use super::number::{from_sql, to_sql};
use super::sql_store::{SqlStore, written};
use super::{
    Committed, Log, NewCommand, NewEntry, NodeId, ReadMark, SessionId, Span, StorageLimits, Store, StoreError,
};
use connections::Generation;
use follower::Follower;
use lease::Lease;
use lineage::Lineage;
use transaction::Transaction;

/// Time limit for reads: more than the wait for a connection and one long statement together.
const READING: Duration = Duration::from_secs(8);

/// How long closing waits for connections in use.
const CLOSING: Duration = Duration::from_secs(2);

/// The clock that determines when an entry was stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitClock {
    /// The database's: the same for all nodes, whatever their clocks show.
    Database,
    /// The caller's, for tests.
    Caller,
}

/// A store in a Postgres database.
#[derive(Debug)]
pub struct PostgresStore {
    writer: PgPool,
    /// Connections for sign-ins, devices and administration, so that these never wait for a long append.
    accounts: PgPool,
    readers: PgPool,
    /// The connection that the listener looks by.
    follower: Follower,
    /// Connections for reading sessions' snapshots.
    handshakes: PgPool,
    generation: Generation,
    lease: Lease,
    epoch: RwLock<Epoch>,
    pub(super) patience: Duration,
    pub(super) limits: StorageLimits,
    pub(super) clock: CommitClock,
    lineage: Lineage,
}

impl PostgresStore {
    /// Sets the storage limits.
    #[must_use]
    pub fn limited(self, limits: StorageLimits) -> Self {
        Self { limits, ..self }
    }

    /// The outcome of a commit after a failed statement, for a test.
    #[doc(hidden)]
    pub async fn commit_after_a_failed_statement(&self) -> Result<(), StoreError> {
        let mut transaction = Transaction::begin(&self.writer).await?;
        sqlx::query("insert into settings (name, value) values ('trap', '')")
            .execute(&mut *transaction)
            .await?;
        let _ = sqlx::query("select 1 / 0").execute(&mut *transaction).await;
        transaction.commit().await
    }

    /// Begins a transaction that appends to rooms' logs.
    pub(super) async fn begin_write(&self) -> Result<Transaction, StoreError> {
        self.lease.verify()?;
        Transaction::begin(&self.writer).await
    }

    /// Returns the former one.
    fn set_epoch(&self, epoch: Epoch) -> Epoch {
        let mut known = self.epoch.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut known, epoch)
    }

    /// Reads within a time limit, because the driver waits for ever for a server that is gone without closing.
    async fn read<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let done = bounded(work).await;
        if let Err(StoreError::Failed(sqlx::Error::Io(error))) = &done
            && error.kind() == io::ErrorKind::TimedOut
        {
            tracing::warn!("the database does not answer: reconnecting");
            self.generation.end();
        }
        done
    }

    /// Whether the server is a standby, which may lack the newest commits.
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

impl SqlStore for PostgresStore {
    type Database = Postgres;
    type Transaction = Transaction;
    type Snapshot = Transaction;

    fn readers(&self) -> &PgPool {
        &self.readers
    }

    async fn reading<T: Send>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.read(work).await
    }

    async fn begin_account(&self) -> Result<Transaction, StoreError> {
        self.lease.verify()?;
        Transaction::begin(&self.accounts).await
    }

    async fn commit_transaction(&self, transaction: Transaction) -> Result<(), StoreError> {
        transaction.commit().await
    }

    async fn roll_back(&self, transaction: Transaction) {
        transaction.rollback().await;
    }

    fn time_limit(&self) -> Duration {
        transaction::WORK
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    /// Discards the connections if they lead to a read-only server, as after a failover.
    fn may_retry(&self, error: &StoreError) -> bool {
        match error {
            StoreError::Locked => true,
            StoreError::Failed(error) => {
                if code(error).as_deref() == Some(READ_ONLY) {
                    tracing::warn!(
                        "the database is read-only: reconnecting, because another server may be the primary"
                    );
                    self.generation.end();
                    return true;
                }
                is_interruption(error)
            }
            _ => false,
        }
    }

    async fn lock_invites(connection: &mut PgConnection) -> Result<(), StoreError> {
        sqlx::query("select pg_advisory_xact_lock($1, $2)")
            .bind(lease::LOCKS)
            .bind(lease::INVITES)
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn note_devices(&self, seen: &[(SessionId, Millis)]) -> Result<(), StoreError> {
        let (sessions, ats): (Vec<i64>, Vec<i64>) =
            seen.iter().map(|(session, at)| (*session, to_sql(*at))).unzip();
        written!(self, |transaction| async {
            sqlx::query("select 1 from sessions where id = any($1) order by id for no key update")
                .bind(&sessions)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(
                "update sessions set last_seen_at = greatest(last_seen_at, given.at)
                 from (select session, max(at) as at from unnest($1::bigint[], $2::bigint[]) as seen (session, at)
                       group by session) as given
                 where sessions.id = given.session",
            )
            .bind(&sessions)
            .bind(&ats)
            .execute(&mut *transaction)
            .await?;
            Ok(())
        })
    }

    /// Locks the messages' rooms first, as edits and reactions do.
    async fn erase(connection: &mut PgConnection, messages: &[(RoomId, Seq)]) -> Result<(), StoreError> {
        let rooms: BTreeSet<Uuid> = messages.iter().map(|(room, _)| room.0).collect();
        sqlx::query("select 1 from rooms where id = any($1) order by id for no key update")
            .bind(rooms.into_iter().collect::<Vec<_>>())
            .execute(&mut *connection)
            .await?;
        change::erase(connection, messages).await
    }

    async fn begin_snapshot(&self) -> Result<Transaction, StoreError> {
        Transaction::snapshot(&self.readers).await
    }

    async fn end_snapshot(&self, snapshot: Transaction) {
        snapshot.rollback().await;
    }

    async fn move_marks(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        marks::mark_read(self, marks).await
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

    async fn other_adapters(&self, own: &str) -> Result<Vec<String>, StoreError> {
        self.lease.speaks_by(own);
        self.read(lease::other_adapters(&self.readers, self.node(), own))
            .await
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
                "the database server is a standby, which is read-only".into(),
            )));
        }
        // Tests whether a commit is possible, on a row that does not grow.
        written!(self, begin_write, |transaction| async {
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
                self.follower.close(),
                self.handshakes.close()
            );
        };
        if timeout(CLOSING, closing).await.is_err() {
            tracing::warn!("some connections to the database did not close in time");
        }
        self.lease.end().await;
    }
}

#[async_trait]
impl Log for PostgresStore {
    async fn heads(&self) -> Result<event::Heads, StoreError> {
        history::heads(self).await
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
        history::page(self, room, span, limit).await
    }

    /// Nothing to do: Postgres's vacuum removes erased rows from the tables' files, and recycling removes them from its log.
    async fn scrub(&self) -> Result<bool, StoreError> {
        Ok(true)
    }
}

/// Ids as one parameter.
pub(super) fn raw(ids: &[UserId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}

/// Ends reads that take too long.
async fn bounded<T>(work: impl Future<Output = Result<T, StoreError>> + Send) -> Result<T, StoreError> {
    match timeout(READING, work).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Failed(sqlx::Error::Io(
            io::ErrorKind::TimedOut.into(),
        ))),
    }
}

/// The error code for a write on a read-only server.
const READ_ONLY: &str = "25006";

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Whether the connection failed, rather than the statement.
fn is_interruption(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            true
        }
        error => code(error).is_some_and(|code| {
            // Shut down, crashed, starting up; all connection errors; too many connections.
            matches!(code.as_str(), "57P01" | "57P02" | "57P03" | "53300") || code.starts_with("08")
        }),
    }
}
