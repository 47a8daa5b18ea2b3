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

/// How long everything before the commit may take. Longer than a statement or a lock may take by itself.
pub(super) const WORK: Duration = Duration::from_secs(5);

/// How long a commit may take: with a synchronous standby it waits for that one.
const COMMIT: Duration = Duration::from_secs(5);

/// How long taking back may take, before the connection is thrown away instead.
const ROLLBACK: Duration = Duration::from_secs(1);

/// A transaction. Dropped before its commit, its connection goes with it: nothing waits for an answer that may never come.
pub(super) struct Transaction {
    connection: Option<PoolConnection<Postgres>>,
    /// Whether it only reads, so that its connection is worth keeping however it ends.
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

    /// Begins one that reads everything as it was at one moment.
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

    /// Commits. Where the connection ends meanwhile, nobody knows whether it did: [`StoreError::Unconfirmed`].
    ///
    /// Postgres answers a commit after a failed statement with a rollback that the driver takes for success. So the commit
    /// follows a statement that fails there.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let commit = sqlx::raw_sql("select 1; commit").execute(&mut *self);
        match timeout(COMMIT, commit).await {
            Ok(Ok(_)) => {
                // Back into the pool.
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

    /// Takes everything back, and keeps the connection where it answers.
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
            // Closed at once: an open transaction ends with it.
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

/// Does work that may be refused in a transaction: commits it, takes it back where it is refused or fails, and begins anew where
/// another writer or a lost connection was in the way, within the store's patience.
macro_rules! attempted {
    ($store:expr, $pool:ident, |$transaction:ident| $work:expr) => {{
        let mut wait = $crate::store::patience::Wait::new($store.patience);
        loop {
            let attempt = async {
                $store.lease.verify()?;
                let mut $transaction =
                    $crate::store::postgres::transaction::Transaction::begin(&$store.$pool).await?;
                let work = tokio::time::timeout($crate::store::postgres::transaction::WORK, $work).await;
                match work {
                    Ok(Ok(Ok(done))) => {
                        $transaction.commit().await?;
                        Ok(Ok(done))
                    }
                    Ok(done) => {
                        $transaction.rollback().await;
                        done
                    }
                    // Dropped, and the connection with it.
                    Err(_) => Err($crate::store::StoreError::Locked),
                }
            };
            match attempt.await {
                Err(error) if $store.may_retry(&error) => wait.before_retry(error).await?,
                done => break done,
            }
        }
    }};
}
pub(super) use attempted;

/// As [`attempted`], for work that is never refused.
macro_rules! written {
    ($store:expr, $pool:ident, |$transaction:ident| $work:expr) => {{
        let done = $crate::store::postgres::transaction::attempted!($store, $pool, |$transaction| async {
            $work.await.map(Ok::<_, std::convert::Infallible>)
        })?;
        match done {
            Ok(done) => Ok::<_, $crate::store::StoreError>(done),
            Err(never) => match never {},
        }
    }};
}
pub(super) use written;
