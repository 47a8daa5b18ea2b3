//! The store in one SQLite file: WAL, `synchronous=FULL`, one connection that writes and several that read.
//!
//! - [`open`]: locks, inspects and migrates a database
//! - `inspect`: inspects a database before it is opened for writing
//! - `feed`: the change feed; `snapshot`: reads from one snapshot
//! - `names`: updates the keys of names
//! - [`copy`]: copies a snapshot; [`check`]: checks a database
//! - `usage`: the day's usage per person; `tries`: rate limits
//! - `writer`: the connection that writes
//! - `watch`: detects files that were moved, replaced or overwritten
//! - `marks`: read markers
//!
//! The statements of an append are in `store::append::sqlite`.

pub mod check;
pub mod copy;
pub(super) mod feed;
mod inspect;
mod marks;
mod names;
pub mod open;
mod snapshot;
mod tries;
mod usage;
mod watch;
pub(super) mod writer;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, SqliteConnection, Transaction};
use steadfast_shared::{Epoch, Millis, RoomId, Seq, event};

pub use super::PATIENCE;
use super::append::change::sqlite as change;
use super::append::sqlite as append;
use super::lock::FileLock;
use super::log::history;
use super::number::{from_sql, to_sql};
use super::quota::DiskSpace;
use super::sql_store::SqlStore;
use super::sql_store::Wait;
use super::{
    Committed, Log, NewCommand, NewEntry, NodeId, ReadMark, SessionId, Span, StorageLimits, Store,
    StoreError, files,
};
use watch::FileWatch;
use writer::{SqliteWriter, WriteTransaction};

/// Largest write-ahead log that is left alone from one second to the next. Emptying it blocks all writes for some milliseconds, so
/// it is rare: a flood of sign-ups fills this much in some seconds.
const WAL_BYTES: u64 = 16 * 1024 * 1024;
/// After this many calls of [`Store::tend`] without a commit the log is folded into the main file, too.
const WAL_IDLE: u32 = 10;

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    database: PathBuf,
    writer: SqliteWriter,
    readers: SqlitePool,
    /// Connections for reading sessions' snapshots.
    handshakes: SqlitePool,
    epoch: Epoch,
    node: NodeId,
    patience: Duration,
    pub(super) limits: StorageLimits,
    watch: FileWatch,
    room: Mutex<DiskSpace>,
    /// Whether the last commit failed, as on a full disk.
    pub(super) failing: AtomicBool,
    /// The number of calls of [`Store::tend`] since the last write.
    idle: AtomicU32,
    /// Released when the store is closed.
    lock: Mutex<Option<FileLock>>,
}

impl SqliteStore {
    /// Sets the storage limits.
    #[must_use]
    pub fn limited(self, limits: StorageLimits) -> Self {
        Self { limits, ..self }
    }

    /// The state of the disk's free space. Changes are logged.
    pub(super) fn room(&self) -> DiskSpace {
        let room = match files::disk(&self.database) {
            Some((free, size)) => DiskSpace::of(free, size, self.limits.min_free),
            None => DiskSpace::Enough,
        };
        let before = std::mem::replace(
            &mut *self.room.lock().unwrap_or_else(PoisonError::into_inner),
            room,
        );
        if before != room {
            let free = files::disk(&self.database).map_or(0, |(free, _)| free);
            match room {
                DiskSpace::Enough => tracing::info!(free, "the disk has enough space again"),
                DiskSpace::Low => tracing::warn!(
                    free,
                    min_free = self.limits.min_free,
                    "the disk is nearly full: free some space, or new messages will be refused"
                ),
                DiskSpace::Full => tracing::error!(
                    free,
                    min_free = self.limits.min_free,
                    "the disk is full: new messages are refused until there is space"
                ),
            }
        }
        room
    }

    /// Begins a transaction with the write lock from the start, waiting for it with patience.
    async fn begin(&self) -> Result<WriteTransaction, StoreError> {
        let mut wait = Wait::new(self.patience);
        loop {
            let mut transaction = self.acquire().await?;
            match transaction.begin().await {
                Err(locked @ StoreError::Locked) => {
                    drop(transaction);
                    wait.before_retry(locked).await?;
                }
                done => return done.map(|()| transaction),
            }
        }
    }

    /// Waits for the connection that writes, if the present files are the database.
    pub(super) async fn acquire(&self) -> Result<WriteTransaction, StoreError> {
        self.watch.verify().await?;
        self.writer.acquire().await
    }

    pub(super) async fn commit(&self, transaction: WriteTransaction) -> Result<(), StoreError> {
        let done = transaction.commit().await;
        self.settle(done).await
    }

    /// Takes note of a commit's outcome, and verifies that it is in the present files. The connection that writes is free by then: a
    /// checkpoint waits for it while nobody may verify.
    pub(super) async fn settle(&self, done: Result<(), StoreError>) -> Result<(), StoreError> {
        self.failing.store(done.is_err(), Ordering::Relaxed);
        self.idle.store(0, Ordering::Relaxed);
        done?;
        self.watch.verify().await
    }

    /// Commits without changing anything, to test whether a commit is possible.
    async fn probe(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("insert into settings (name, value) values ('probe', '') on conflict (name) do update set value = ''")
            .execute(&mut *transaction)
            .await?;
        self.commit(transaction).await
    }
}

impl SqlStore for SqliteStore {
    type Database = Sqlite;
    type Transaction = WriteTransaction;
    type Snapshot = Transaction<'static, Sqlite>;

    fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    async fn reading<T: Send>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        work.await
    }

    async fn begin_account(&self) -> Result<Self::Transaction, StoreError> {
        self.begin().await
    }

    async fn commit_transaction(&self, transaction: Self::Transaction) -> Result<(), StoreError> {
        self.commit(transaction).await
    }

    async fn roll_back(&self, transaction: Self::Transaction) {
        transaction.roll_back().await;
    }

    /// None: no network is in between.
    fn time_limit(&self) -> Duration {
        Duration::MAX
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    /// Beginning a transaction waits for the lock, and nothing later can be in the way.
    fn may_retry(&self, _: &StoreError) -> bool {
        false
    }

    fn has_space(&self) -> bool {
        self.room() != DiskSpace::Full
    }

    /// One transaction writes at a time.
    async fn lock_invites(_: &mut SqliteConnection) -> Result<(), StoreError> {
        Ok(())
    }

    async fn note_devices(&self, seen: &[(SessionId, Millis)]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for (session, at) in seen {
            sqlx::query("update sessions set last_seen_at = max(last_seen_at, ?) where id = ?")
                .bind(to_sql(*at))
                .bind(session)
                .execute(&mut *transaction)
                .await?;
        }
        self.commit(transaction).await
    }

    async fn erase(connection: &mut SqliteConnection, messages: &[(RoomId, Seq)]) -> Result<(), StoreError> {
        for (room, seq) in messages {
            change::erase(connection, *room, *seq).await?;
        }
        Ok(())
    }

    async fn begin_snapshot(&self) -> Result<Self::Snapshot, StoreError> {
        Ok(self.readers.begin().await?)
    }

    async fn end_snapshot(&self, snapshot: Self::Snapshot) {
        drop(snapshot);
    }

    async fn move_marks(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        marks::mark_read(self, marks).await
    }
}

/// A file is used by one process only.
impl crate::store::PresenceRows for SqliteStore {}

#[async_trait]
impl Store for SqliteStore {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn node(&self) -> NodeId {
        self.node
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.watch.verify().await?;
        if self.failing.load(Ordering::Relaxed) {
            self.probe().await?;
        }
        if self.room() == DiskSpace::Full {
            return Err(StoreError::Full);
        }
        sqlx::query("select one from epoch")
            .fetch_one(&self.readers)
            .await?;
        Ok(())
    }

    async fn tend(&self) -> Result<(), StoreError> {
        self.watch.verify().await?;
        self.room();
        let waiting = files::wal_size(&self.database);
        let idle = self.idle.fetch_add(1, Ordering::Relaxed);
        if waiting > WAL_BYTES || (waiting > 0 && idle >= WAL_IDLE) {
            self.watch.checkpoint(&self.writer).await?;
        }
        Ok(())
    }

    async fn lost(&self) -> &'static str {
        let loss = self.watch.lost().await;
        if let Err(error) = self.watch.salvage(loss, &self.writer).await {
            tracing::error!(%error, "the content of the lost database files could not be saved");
        }
        loss.words()
    }

    async fn close(&self) {
        self.readers.close().await;
        self.handshakes.close().await;
        self.writer.close().await;
        self.watch.end().await;
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

#[async_trait]
impl Log for SqliteStore {
    async fn heads(&self) -> Result<event::Heads, StoreError> {
        history::heads(self).await
    }

    async fn commit(
        &self,
        entries: &[NewEntry],
        commands: &[NewCommand],
        at: Millis,
    ) -> Result<Committed, StoreError> {
        let mut wait = Wait::new(self.patience);
        loop {
            match append::commit(self, entries, commands, at).await {
                // If the lock fails later than at the start, the transaction is rolled back and nothing of it remains.
                Err(locked @ StoreError::Locked) => wait.before_retry(locked).await?,
                done => return done,
            }
        }
    }

    async fn page(&self, room: RoomId, span: Span, limit: usize) -> Result<event::Page, StoreError> {
        history::page(self, room, span, limit).await
    }

    async fn scrub(&self) -> Result<bool, StoreError> {
        self.watch.checkpoint(&self.writer).await
    }
}
