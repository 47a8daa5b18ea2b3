//! Notifications from one node to the others through the database server. Any may be lost.

use std::io;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;

use super::connections::{named, settled};
use super::open::{Address, PostgresOpenError};

/// Most bytes of one notification, of the 8,000 that Postgres refuses.
pub const NOTIFICATION_BYTES: usize = 7_900;
/// How long the server may take to answer.
const ANSWER: Duration = Duration::from_secs(2);

/// Why nothing can be called, or heard, any more on this connection.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotificationError(#[from] sqlx::Error);

/// The channel. Each database has its own of this name.
const CHANNEL: &str = "steadfast";

/// A database whose nodes call each other.
#[derive(Clone, Debug)]
pub struct Notifications {
    options: PgConnectOptions,
}

impl Notifications {
    /// Those of the database at a URL.
    pub fn of(url: &str) -> Result<Self, PostgresOpenError> {
        let address = Address::parse(url)?;
        Ok(Self {
            options: settled(address.options),
        })
    }

    pub async fn caller(&self) -> Result<NotificationSender, NotificationError> {
        let connection = bounded(
            self.options
                .clone()
                .application_name(&named("notifier"))
                .connect(),
        )
        .await?;
        Ok(NotificationSender { connection })
    }

    pub async fn listener(&self) -> Result<Listener, NotificationError> {
        bounded(async {
            let pool = PgPoolOptions::new()
                .max_connections(1)
                .max_lifetime(None)
                .idle_timeout(None)
                .acquire_timeout(ANSWER)
                .connect_with(self.options.clone().application_name(&named("listener")))
                .await?;
            let mut listener = PgListener::connect_with(&pool).await?;
            // The driver must not connect anew by itself: notifications meanwhile would be missed unseen.
            listener.eager_reconnect(false);
            listener.listen(CHANNEL).await?;
            Ok(Listener(listener))
        })
        .await
    }
}

/// A connection that calls.
#[derive(Debug)]
pub struct NotificationSender {
    connection: PgConnection,
}

impl NotificationSender {
    /// Calls to every node that listens, this one too. After an error the connection is of no use.
    pub async fn call(&mut self, text: &str) -> Result<(), NotificationError> {
        let calling = sqlx::query("select pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(text)
            .execute(&mut self.connection);
        bounded(calling).await.map(drop)
    }

    /// Sees whether the server is there.
    pub async fn ping(&mut self) -> Result<(), NotificationError> {
        bounded(self.connection.ping()).await
    }
}

/// A connection that listens.
pub struct Listener(PgListener);

impl Listener {
    /// The next call. After an error the connection is of no use. It can be broken off.
    pub async fn next(&mut self) -> Result<String, NotificationError> {
        match self.0.try_recv().await? {
            Some(heard) => Ok(heard.payload().to_owned()),
            None => Err(sqlx::Error::Io(io::ErrorKind::ConnectionAborted.into()).into()),
        }
    }

    /// Sees whether the server is there: a connection that has fallen silent shows in nothing else.
    pub async fn ping(&mut self) -> Result<(), NotificationError> {
        bounded(sqlx::query("select 1").execute(&mut self.0))
            .await
            .map(drop)
    }
}

/// The driver itself waits for ever for a server that is gone without a word.
async fn bounded<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, NotificationError> {
    let done = timeout(ANSWER, work).await;
    Ok(done.unwrap_or_else(|_| Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())))?)
}
