//! What both databases' stores have in common: connections that read, and transactions that write and are retried. The statements of
//! `admin` and `people` run over it, the same for both.

use std::ops::DerefMut;
use std::time::Duration;

use sqlx::{Database, Pool};
use steadfast_shared::{Millis, RoomId, Seq};
use tokio::time::{Instant, sleep};

use super::query::SqlConnection;
use super::{ReadMark, SessionId, StoreError};

/// A connection of a store's database.
pub(super) type ConnectionOf<S> = <<S as SqlStore>::Database as Database>::Connection;

/// A store in an SQL database.
pub(super) trait SqlStore: Send + Sync {
    type Database: Database<Connection: SqlConnection>;
    /// A transaction that ends by its commit, or not at all.
    type Transaction: DerefMut<Target = ConnectionOf<Self>> + Send;
    /// A transaction that reads.
    type Snapshot: DerefMut<Target = ConnectionOf<Self>> + Send;

    /// The connections that read.
    fn readers(&self) -> &Pool<Self::Database>;

    /// Reads within the database's time limit, if it has one.
    fn reading<T: Send>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// Begins a transaction that appends to no room's log.
    fn begin_account(&self) -> impl Future<Output = Result<Self::Transaction, StoreError>> + Send;

    fn commit_transaction(
        &self,
        transaction: Self::Transaction,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    fn roll_back(&self, transaction: Self::Transaction) -> impl Future<Output = ()> + Send;

    /// Time limit for everything before a commit.
    fn time_limit(&self) -> Duration;

    /// How long a write is retried while another writer is in the way.
    fn patience(&self) -> Duration;

    /// Whether a failed attempt may be repeated: nothing of it was committed, and the next one may succeed.
    fn may_retry(&self, error: &StoreError) -> bool;

    /// Whether the disk has space for new people.
    fn has_space(&self) -> bool {
        true
    }

    /// Keeps the number of invitations valid until the transaction ends.
    fn lock_invites(
        connection: &mut ConnectionOf<Self>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    fn note_devices(
        &self,
        seen: &[(SessionId, Millis)],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Removes the texts of messages and of their edits, with their reactions and mentions.
    fn erase(
        connection: &mut ConnectionOf<Self>,
        messages: &[(RoomId, Seq)],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Begins a transaction that reads everything as of one moment.
    fn begin_snapshot(&self) -> impl Future<Output = Result<Self::Snapshot, StoreError>> + Send;

    fn end_snapshot(&self, snapshot: Self::Snapshot) -> impl Future<Output = ()> + Send;

    fn move_marks(&self, marks: &[ReadMark]) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Reads by one statement, over a connection of its own.
macro_rules! read {
    ($store:expr, |$connection:ident| $work:expr) => {
        $crate::store::sql_store::SqlStore::reading($store, async {
            let mut $connection = $store.readers().acquire().await?;
            $work.await
        })
        .await
    };
}
pub(super) use read;

/// As [`read`], with all statements as of one moment.
macro_rules! read_snapshot {
    ($store:expr, |$transaction:ident| $work:expr) => {
        $crate::store::sql_store::SqlStore::reading($store, async {
            let mut $transaction = $store.begin_snapshot().await?;
            let done = $work.await?;
            $store.end_snapshot($transaction).await;
            Ok(done)
        })
        .await
    };
}
pub(super) use read_snapshot;

/// The result of work in a transaction, and how the transaction is to end.
pub(super) enum TransactionEnd<T> {
    Commit(T),
    RollBack(T),
}

/// Runs work in a transaction: ends the transaction as the work says, rolls it back on failure, and retries it if another writer or
/// a lost connection was in the way, within the store's patience. The transaction is one that appends to no room's log, unless
/// another way to begin is named.
macro_rules! attempted {
    (@begin $begin:expr, $store:expr, |$transaction:ident| $work:expr) => {{
        use $crate::store::sql_store::{self, SqlStore, Wait};
        let mut wait = Wait::new(SqlStore::patience($store));
        loop {
            let attempt = async {
                let mut $transaction = $begin.await?;
                match tokio::time::timeout(SqlStore::time_limit($store), $work).await {
                    Ok(Ok(sql_store::TransactionEnd::Commit(done))) => {
                        SqlStore::commit_transaction($store, $transaction).await?;
                        Ok(done)
                    }
                    Ok(Ok(sql_store::TransactionEnd::RollBack(done))) => {
                        SqlStore::roll_back($store, $transaction).await;
                        Ok(done)
                    }
                    Ok(Err(error)) => {
                        SqlStore::roll_back($store, $transaction).await;
                        Err(error)
                    }
                    // Dropped, which rolls back.
                    Err(_) => Err($crate::store::StoreError::Locked),
                }
            };
            match attempt.await {
                Err(error) if SqlStore::may_retry($store, &error) => wait.before_retry(error).await?,
                done => break done,
            }
        }
    }};
    ($store:expr, |$transaction:ident| $work:expr) => {
        $crate::store::sql_store::attempted!(
            @begin $crate::store::sql_store::SqlStore::begin_account($store), $store, |$transaction| $work
        )
    };
    ($store:expr, $begin:ident, |$transaction:ident| $work:expr) => {
        $crate::store::sql_store::attempted!(@begin $store.$begin(), $store, |$transaction| $work)
    };
}
pub(super) use attempted;

/// As [`attempted`], for work that is always committed.
macro_rules! written {
    ($store:expr, $($begin:ident,)? |$transaction:ident| $work:expr) => {
        $crate::store::sql_store::attempted!($store, $($begin,)? |$transaction| async {
            $work.await.map($crate::store::sql_store::TransactionEnd::Commit)
        })
    };
}
pub(super) use written;

/// The default time a write waits for another writer's lock.
///
/// A client waits ten seconds for its response. Three waits in a row (read markers, earlier work, its own) are shorter, so the
/// client learns that its message cannot be stored and does not have to guess.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// The waits between attempts: short at first, so that work continues as soon as the lock is free; bounded.
pub(super) struct Wait {
    until: Instant,
    next: Duration,
}

impl Wait {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            until: Instant::now() + patience,
            next: Duration::from_millis(1),
        }
    }

    /// Waits before the next attempt; returns the last error once the time is over.
    pub(super) async fn before_retry(&mut self, after: StoreError) -> Result<(), StoreError> {
        if Instant::now() >= self.until {
            return Err(after);
        }
        sleep(self.next).await;
        self.next = (self.next * 2).min(Duration::from_millis(25));
        Ok(())
    }
}
