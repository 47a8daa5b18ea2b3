//! How connections to the database are opened, and when all of them are discarded.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::time::{Instant, timeout};

use super::lineage::Lineage;
use crate::clock;

/// The application name of a pool's connections, in Postgres's list of connections.
const NAME: &str = "steadfast";

/// How long a connection may take to answer a ping when it is returned.
const RELEASE: Duration = Duration::from_secs(2);

/// The settings of every connection. The timeouts keep a hanging connection from blocking others: an idle transaction, a lock, a
/// statement, a client that is gone without closing.
pub(super) const SETTINGS: [(&str, &str); 11] = [
    // A plan made while a table was empty would stay slow for ever.
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
    // The driver logs notices, such as that a table exists already.
    ("client_min_messages", "warning"),
];

/// The name of a connection with a special purpose.
pub(super) fn named(purpose: &str) -> String {
    format!("{NAME} {purpose}")
}

/// Connection options with the common settings.
pub(super) fn settled(options: PgConnectOptions) -> PgConnectOptions {
    options
        .application_name(NAME)
        .options(SETTINGS)
        .disable_statement_logging()
}

/// Options for long work: migrations, and full checks.
pub(super) fn patient(options: PgConnectOptions) -> PgConnectOptions {
    settled(options).options([
        ("statement_timeout", "0"),
        ("lock_timeout", "60s"),
        ("idle_in_transaction_session_timeout", "0"),
    ])
}

/// The settings of connections that ask the same few statements again and again, each of which takes longer to plan than to run.
/// Without the last three a plan made while the tables were small would read whole tables for ever.
const PLANNED_ONCE: [(&str, &str); 4] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// Options for a connection that plans each statement once, by indexes alone.
pub(super) fn planned_once(options: PgConnectOptions) -> PgConnectOptions {
    options.options(PLANNED_ONCE)
}

/// Which connections are still valid: those opened since all were last discarded.
#[derive(Clone, Debug)]
pub(super) struct Generation {
    ended: Arc<Mutex<Option<Instant>>>,
    lineage: Lineage,
}

impl Generation {
    /// Starts with connections that are expected to lead to this lineage.
    pub(super) fn begin(lineage: Lineage) -> Self {
        Self {
            ended: Arc::default(),
            lineage,
        }
    }

    /// Discards all present connections.
    pub(super) fn end(&self) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock::instant());
    }

    /// Checks a new connection's lineage before it is used.
    pub(super) async fn meet(&self, connection: &mut PgConnection) {
        self.lineage.meet(connection).await;
    }

    /// Whether a connection of this age is still valid.
    pub(super) fn has(&self, age: Duration) -> bool {
        let ended = *self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.is_none_or(|ended| clock::instant().duration_since(ended) >= age)
    }

    /// A pool that opens connections on demand, up to a maximum, with a bound on the wait for one.
    pub(super) fn pool(
        &self,
        options: &PgConnectOptions,
        connections: u32,
        patience: Duration,
        test: bool,
    ) -> PgPool {
        self.pooling(connections, patience, test)
            // The ping keeps an unresponsive connection from occupying a place for longer than this.
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

    /// The same for transactions, whose connections are returned only after they have answered: they are not pinged, because the
    /// next commit waits for them.
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
