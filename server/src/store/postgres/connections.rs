//! How connections to the database are made, and when all of them are thrown away.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::time::{Instant, timeout};

use super::lineage::Lineage;
use crate::clock;

/// How the connections of a pool are told from others, in Postgres' list of them.
const NAME: &str = "steadfast";

/// How long a connection may take to answer when it is given back.
const RELEASE: Duration = Duration::from_secs(2);

/// The settings of every connection. The times keep one that hangs from holding others up: a transaction that is begun
/// and not gone on with, a lock, a statement, a client that is gone without a word.
const SETTINGS: [(&str, &str); 10] = [
    // A plan made while a table was empty is slow for ever.
    ("plan_cache_mode", "force_custom_plan"),
    ("statement_timeout", "3s"),
    ("lock_timeout", "2s"),
    ("idle_in_transaction_session_timeout", "3s"),
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "5000"),
    ("client_connection_check_interval", "2000"),
    ("jit", "off"),
];

/// The same, for a connection with a purpose of its own.
pub(super) fn named(purpose: &str) -> String {
    format!("{NAME} {purpose}")
}

/// Options with the settings of every connection.
pub(super) fn settled(options: PgConnectOptions) -> PgConnectOptions {
    options
        .application_name(NAME)
        .options(SETTINGS)
        .disable_statement_logging()
}

/// Options for long work: migrations, and checks of everything.
pub(super) fn patient(options: PgConnectOptions) -> PgConnectOptions {
    settled(options).options([
        ("statement_timeout", "0"),
        ("lock_timeout", "60s"),
        ("idle_in_transaction_session_timeout", "0"),
    ])
}

/// Which connections are still used: those made since the last time that all were thrown away.
#[derive(Clone, Debug)]
pub(super) struct Generation {
    ended: Arc<Mutex<Option<Instant>>>,
    lineage: Lineage,
}

impl Generation {
    /// Connections that are expected to lead to this lineage.
    pub(super) fn begin(lineage: Lineage) -> Self {
        Self {
            ended: Arc::default(),
            lineage,
        }
    }

    /// Throws every connection away that there is.
    pub(super) fn end(&self) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock::instant());
    }

    /// Whether a connection of this age is still used.
    fn has(&self, age: Duration) -> bool {
        let ended = *self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.is_none_or(|ended| clock::instant().duration_since(ended) >= age)
    }

    /// A pool that makes connections as they are needed, at most so many, and waits no longer than this for one.
    pub(super) fn pool(
        &self,
        options: &PgConnectOptions,
        connections: u32,
        patience: Duration,
        test: bool,
    ) -> PgPool {
        self.pooling(connections, patience, test)
            // A connection that does not answer holds no place for longer than this.
            .after_release(|connection, _| {
                Box::pin(async move {
                    match timeout(RELEASE, connection.ping()).await {
                        Ok(answered) => answered.map(|()| true),
                        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
                    }
                })
            })
            .connect_lazy_with(options.clone())
    }

    /// The same for connections that are given back only once they have answered, as those of a transaction are: nothing more is
    /// asked of them, for the next commit waits for it.
    pub(super) fn pool_of_transactions(
        &self,
        options: &PgConnectOptions,
        connections: u32,
        patience: Duration,
    ) -> PgPool {
        self.pooling(connections, patience, false)
            .connect_lazy_with(options.clone())
    }

    fn pooling(&self, connections: u32, patience: Duration, test: bool) -> PgPoolOptions {
        let (generation, lineage) = (self.clone(), self.lineage.clone());
        PgPoolOptions::new()
            .after_connect(move |connection, _| {
                let lineage = lineage.clone();
                Box::pin(async move {
                    lineage.meet(connection).await;
                    Ok(())
                })
            })
            .max_connections(connections)
            .acquire_timeout(patience)
            .idle_timeout(Duration::from_secs(10 * 60))
            .test_before_acquire(test)
            .before_acquire(move |_, connection| {
                let used = generation.has(connection.age);
                Box::pin(async move { Ok(used) })
            })
    }
}
