//! The store in one SQLite file: WAL, `synchronous=FULL`, one connection that writes and several that read.
//!
//! - [`open`]: from a path to a migrated, locked database
//! - `inspect`: a look at a database before that
//! - `body`, `kind`: what entries say, and of which kind rooms are, as their rows hold it
//! - `append`: the log grows
//! - `change`: what edits, deletions and reactions do to a message
//! - `history`: the log is read
//! - `now`: what the log has made of a page's entries
//! - `quote`, `person`: what entries bring along to be shown
//! - `accounts`: who there is, and on which devices
//! - `invites`: who may sign up
//! - `names`: the nicknames' keys, brought up to date
//! - `access`: who may do what in a room
//! - `act`: what people ask for beyond entries, in parts: `make`, `membership`, `settle`
//! - [`copy`]: a copy of one moment; [`check`]: whether a database is whole
//! - `rooms`: who is in which room, and how far they have read

mod access;
mod accounts;
mod act;
mod append;
mod body;
mod change;
pub mod check;
pub mod copy;
mod history;
mod inspect;
mod invites;
mod kind;
mod make;
mod membership;
mod names;
mod now;
mod older;
pub mod open;
mod person;
mod quote;
mod rooms;
mod settle;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::error::ErrorKind;
use sqlx::sqlite::SqlitePool;
use sqlx::{Row, Sqlite, Transaction};
use steadfast_shared::{Epoch, Millis, RoomId, Seq, event};
use tokio::time::{Instant, sleep};

use super::lock::FileLock;
use super::{Appended, Log, NewEntry, Span, Store, StoreError};

/// How long a write waits for somebody else's lock by default.
///
/// A client waits ten seconds for its answer. Three waits in a row (read marks, what was queued before, its own) are shorter,
/// so it is told that its message cannot be stored, and is not left to guess.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    epoch: Epoch,
    patience: Duration,
    /// Let go when the store is closed.
    lock: Mutex<Option<FileLock>>,
}

impl SqliteStore {
    /// Begins a transaction that holds the write lock from the start, waiting for it with patience.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        let mut wait = Wait::new(self.patience);
        loop {
            match self.writer.begin_with("begin immediate").await.map_err(told) {
                Err(StoreError::Locked) => wait.a_little().await?,
                done => return done,
            }
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("select one from epoch")
            .fetch_one(&self.readers)
            .await
            .map_err(told)?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

#[async_trait]
impl Log for SqliteStore {
    async fn heads(&self) -> Result<event::Heads, StoreError> {
        history::heads(self).await
    }

    async fn append(&self, entries: &[NewEntry], at: Millis) -> Result<Appended, StoreError> {
        let mut wait = Wait::new(self.patience);
        loop {
            match append::append(self, entries, at).await {
                // A lock met later than at the beginning: the transaction is rolled back, nothing of it remains.
                Err(StoreError::Locked) => wait.a_little().await?,
                done => return done,
            }
        }
    }

    async fn page(&self, room: RoomId, span: Span, limit: usize) -> Result<event::Page, StoreError> {
        history::page(self, room, span, limit).await
    }

    async fn scrub(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("pragma wal_checkpoint(truncate)")
            .fetch_one(&self.writer)
            .await
            .map_err(told)?;
        Ok(row.try_get::<i64, _>("busy").map_err(told)? == 0)
    }
}

/// Waiting for a lock: short at first, so that work goes on as soon as the lock goes; bounded.
struct Wait {
    until: Instant,
    next: Duration,
}

impl Wait {
    fn new(patience: Duration) -> Self {
        Self {
            until: Instant::now() + patience,
            next: Duration::from_millis(1),
        }
    }

    async fn a_little(&mut self) -> Result<(), StoreError> {
        if Instant::now() >= self.until {
            return Err(StoreError::Locked);
        }
        sleep(self.next).await;
        self.next = (self.next * 2).min(Duration::from_millis(25));
        Ok(())
    }
}

/// Tells a lock from a broken constraint from everything else, by SQLite's primary result code.
fn told(error: sqlx::Error) -> StoreError {
    const SQLITE_BUSY: i32 = 5;
    const SQLITE_LOCKED: i32 = 6;
    let Some(refusal) = error.as_database_error() else {
        return StoreError::Failed(error);
    };
    let code = refusal.code().and_then(|code| code.parse::<i32>().ok());
    match code.map(|code| code & 0xff) {
        Some(SQLITE_BUSY | SQLITE_LOCKED) => StoreError::Locked,
        _ if !matches!(refusal.kind(), ErrorKind::Other) => StoreError::Rejected(error),
        _ => StoreError::Failed(error),
    }
}

/// SQLite's integers have a sign, ours do not; none gets near either's end.
fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// See [`to_sql`].
fn from_sql(number: i64) -> Seq {
    u64::try_from(number).unwrap_or(0)
}
