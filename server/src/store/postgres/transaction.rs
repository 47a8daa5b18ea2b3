//! A transaction that ends by its commit, or not at all.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::is_interruption;
use crate::store::StoreError;

/// Time limit for everything before the commit: longer than one statement or one lock may take.
pub(super) const WORK: Duration = Duration::from_secs(5);

/// Time limit for a commit, which may wait for a synchronous standby.
const COMMIT: Duration = Duration::from_secs(5);

/// How long a rollback may take before the connection is discarded instead.
const ROLLBACK: Duration = Duration::from_secs(1);

/// A transaction. If it is dropped before its commit, its connection is closed too, so that nothing waits for an answer that may
/// never come.
pub(in crate::store) struct Transaction {
    connection: Option<PoolConnection<Postgres>>,
    /// Whether it only reads, so that its connection is kept however it ends.
    reads: bool,
}

impl Transaction {
    pub(super) async fn begin(pool: &PgPool) -> Result<Self, StoreError> {
        let connection = timeout(WORK, pool.acquire())
            .await
            .map_err(|_| StoreError::Failed(sqlx::Error::PoolTimedOut))??;
        let mut transaction = Self {
            connection: Some(connection),
            reads: false,
        };
        let begin = sqlx::raw_sql("begin isolation level read committed").execute(&mut *transaction);
        timeout(WORK, begin).await.map_err(|_| StoreError::Locked)??;
        Ok(transaction)
    }

    /// Begins a transaction that reads from one snapshot.
    pub(super) async fn snapshot(pool: &PgPool) -> Result<Self, StoreError> {
        let connection = pool.acquire().await?;
        let mut transaction = Self {
            connection: Some(connection),
            reads: true,
        };
        sqlx::raw_sql("begin isolation level repeatable read read only")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    /// Commits. If the connection ends meanwhile, the outcome is unknown: [`StoreError::Unconfirmed`].
    ///
    /// After a failed statement Postgres answers a commit with a rollback, which the driver takes for success. The preceding
    /// statement fails in that case.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let commit = sqlx::raw_sql("select 1; commit").execute(&mut *self);
        match timeout(COMMIT, commit).await {
            Ok(Ok(_)) => {
                // Return it to the pool.
                drop(self.connection.take());
                Ok(())
            }
            Ok(Err(error)) if error.as_database_error().is_some() && !is_interruption(&error) => {
                self.rollback().await;
                Err(StoreError::from(error))
            }
            Ok(Err(error)) => Err(StoreError::Unconfirmed(error)),
            Err(_) => Err(StoreError::Unconfirmed(sqlx::Error::Io(
                std::io::ErrorKind::TimedOut.into(),
            ))),
        }
    }

    /// Rolls back, and keeps the connection if it answers.
    pub(super) async fn rollback(mut self) {
        let rollback = sqlx::raw_sql("rollback").execute(&mut *self);
        if let Ok(Ok(_)) = timeout(ROLLBACK, rollback).await {
            drop(self.connection.take());
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        if self.reads
            && let Ok(runtime) = Handle::try_current()
        {
            let ending = Self {
                connection: Some(connection),
                reads: false,
            };
            runtime.spawn(ending.rollback());
        } else {
            // Closed at once, which ends the open transaction.
            drop(connection.detach());
        }
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    #[expect(
        clippy::expect_used,
        reason = "the connection is taken by what consumes the transaction alone"
    )]
    fn deref(&self) -> &PgConnection {
        self.connection
            .as_ref()
            .expect("a transaction that has not ended")
    }
}

impl DerefMut for Transaction {
    #[expect(
        clippy::expect_used,
        reason = "the connection is taken by what consumes the transaction alone"
    )]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection
            .as_mut()
            .expect("a transaction that has not ended")
    }
}
