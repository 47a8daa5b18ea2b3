//! The connection that writes: one transaction at a time, and whoever wants the next one waits in line.
//!
//! SQLite's connection is a thread of its own, and each call of it wakes two threads. So a transaction is begun and committed by plain
//! statements, which can go in one call with others. sqlx's pool and its transactions take a call for each step: to test the connection
//! before and after, to begin, and to commit.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
use tokio::time::timeout;

use crate::store::StoreError;

/// The connection that writes, for whoever is next.
#[derive(Clone, Debug)]
pub(super) struct SqliteWriter {
    options: SqliteConnectOptions,
    patience: Duration,
    /// None once it is closed.
    line: Arc<Mutex<Option<WritingConnection>>>,
}

#[derive(Debug)]
struct WritingConnection {
    connection: SqliteConnection,
    /// Whether a transaction may be open.
    is_open: bool,
}

/// The connection that writes, held until this is dropped. What it began and did not commit is rolled back.
#[derive(Debug)]
pub(in crate::store) struct WriteTransaction {
    held: OwnedMappedMutexGuard<Option<WritingConnection>, WritingConnection>,
    writer: SqliteWriter,
}

impl SqliteWriter {
    /// Connects. `patience` bounds how long one waits in line.
    pub(super) async fn open(options: SqliteConnectOptions, patience: Duration) -> Result<Self, sqlx::Error> {
        // The store waits for other programs' locks itself, so that it continues as soon as they are free.
        let options = options.busy_timeout(Duration::ZERO);
        let connection = options.connect().await?;
        let connection = WritingConnection {
            connection,
            is_open: false,
        };
        Ok(Self {
            options,
            patience,
            line: Arc::new(Mutex::new(Some(connection))),
        })
    }

    /// Waits for the connection. No transaction is open.
    pub(super) async fn acquire(&self) -> Result<WriteTransaction, StoreError> {
        let line = Arc::clone(&self.line);
        let held = timeout(self.patience, line.lock_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?;
        let held = OwnedMutexGuard::try_map(held, Option::as_mut).map_err(|_| sqlx::Error::PoolClosed)?;
        let mut transaction = WriteTransaction {
            held,
            writer: self.clone(),
        };
        if transaction.held.is_open {
            transaction.clean_up().await?;
        }
        Ok(transaction)
    }

    pub(super) async fn close(&self) {
        if let Some(held) = self.line.lock().await.take() {
            let _ = held.connection.close().await;
        }
    }
}

impl WriteTransaction {
    /// Takes the write lock. [`StoreError::Locked`] if another program has it.
    pub(in crate::store) async fn begin(&mut self) -> Result<(), StoreError> {
        sqlx::query("begin immediate").execute(self.opening()).await?;
        Ok(())
    }

    /// The connection, for a call whose first statement begins the transaction.
    pub(in crate::store) fn opening(&mut self) -> &mut SqliteConnection {
        self.held.is_open = true;
        &mut self.held.connection
    }

    pub(in crate::store) async fn commit(mut self) -> Result<(), StoreError> {
        sqlx::query("commit").execute(&mut *self).await?;
        self.ended();
        Ok(())
    }

    /// Takes note that a call has committed the transaction, or rolled it back.
    pub(in crate::store) fn ended(&mut self) {
        self.held.is_open = false;
    }

    pub(in crate::store) fn is_open(&self) -> bool {
        self.held.is_open
    }

    pub(in crate::store) async fn roll_back(mut self) {
        if sqlx::query("rollback").execute(&mut *self).await.is_ok() {
            self.ended();
        }
    }

    /// Rolls back what was left open. A connection on which that fails is replaced.
    async fn clean_up(&mut self) -> Result<(), sqlx::Error> {
        // Fails if nothing is open: some errors, like a full disk, make SQLite roll back by itself.
        let _ = sqlx::query("rollback").execute(&mut **self).await;
        let clean = sqlx::query("begin; rollback").execute(&mut **self).await;
        if clean.is_err() {
            self.held.connection = self.writer.options.connect().await?;
        }
        self.held.is_open = false;
        Ok(())
    }
}

/// Left open, it would keep the write lock until the next transaction.
impl Drop for WriteTransaction {
    fn drop(&mut self) {
        if !self.held.is_open {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            let writer = self.writer.clone();
            runtime.spawn(async move { writer.acquire().await.map(drop) });
        }
    }
}

impl Deref for WriteTransaction {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.held.connection
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.held.connection
    }
}

#[cfg(test)]
mod tests;
