//! Notifications between nodes through the database server. Any may be lost.

use std::io;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::connections::{named, settled};
use super::open::{Address, PostgresOpenError};

/// Most bytes of a notification; Postgres refuses 8,000.
pub const NOTIFICATION_BYTES: usize = 7_900;
/// Time limit for the server's answer.
const ANSWER: Duration = Duration::from_secs(2);

/// Why this connection can no longer send or receive.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotificationError(#[from] sqlx::Error);

/// The channel. Its name is local to each database.
const CHANNEL: &str = "steadfast";

/// The notifications of a database's nodes.
#[derive(Clone, Debug)]
pub struct Notifications {
    options: PgConnectOptions,
}

impl Notifications {
    /// For the database at a URL.
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
            // An automatic reconnect by the driver would hide missed notifications.
            listener.eager_reconnect(false);
            listener.listen(CHANNEL).await?;
            Ok(Listener(Some(listener)))
        })
        .await
    }
}

/// A connection for sending.
#[derive(Debug)]
pub struct NotificationSender {
    connection: PgConnection,
}

impl NotificationSender {
    /// Notifies every listening node, including this one. After an error the connection is unusable.
    pub async fn call(&mut self, text: &str) -> Result<(), NotificationError> {
        let calling = sqlx::query("select pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(text)
            .execute(&mut self.connection);
        bounded(calling).await.map(drop)
    }

    /// Checks that the server answers.
    pub async fn ping(&mut self) -> Result<(), NotificationError> {
        bounded(self.connection.ping()).await
    }
}

/// A connection for receiving.
pub struct Listener(Option<PgListener>);

impl Listener {
    /// The next notification. After an error the connection is unusable. Safe to cancel.
    pub async fn next(&mut self) -> Result<String, NotificationError> {
        match self.driver()?.try_recv().await? {
            Some(notification) => Ok(notification.payload().to_owned()),
            None => Err(ended()),
        }
    }

    /// Checks that the server answers: a silent failure shows in no other way.
    pub async fn ping(&mut self) -> Result<(), NotificationError> {
        let pinging = sqlx::query("select 1").execute(self.driver()?);
        bounded(pinging).await.map(drop)
    }

    fn driver(&mut self) -> Result<&mut PgListener, NotificationError> {
        self.0.as_mut().ok_or_else(ended)
    }
}

impl Drop for Listener {
    /// The driver says goodbye to the server by a task of its own, which waits for an answer: for ever where the server is gone without
    /// a word. So that task belongs to a runtime that ends at once, and the connection is closed with it.
    fn drop(&mut self) {
        let driver = self.0.take();
        if let Ok(runtime) = Builder::new_current_thread().build() {
            let handle = runtime.handle().clone();
            let _ending = handle.enter();
            drop(driver);
            runtime.shutdown_background();
        }
    }
}

fn ended() -> NotificationError {
    sqlx::Error::Io(io::ErrorKind::ConnectionAborted.into()).into()
}

/// Adds a time limit, because the driver waits for ever for a server that is gone without closing.
async fn bounded<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, NotificationError> {
    let done = timeout(ANSWER, work).await;
    Ok(done.unwrap_or_else(|_| Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())))?)
}
