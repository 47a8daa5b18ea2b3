//! Notifications between nodes through the database server. Any may be lost.

use std::io;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::connections::{named, settled};
use super::open::{Address, PostgresOpenError};

/// Most bytes of a notification; Postgres refuses 8,000.
pub const NOTIFICATION_BYTES: usize = 7_900;
/// Time limit for the server's answer.
const ANSWER: Duration = Duration::from_secs(2);

/// The share of the server's queue of notifications from which the log warns. One listener that hangs, of any database, keeps it from
/// emptying, and once it is full no node can notify the others.
const QUEUE_ALARM: f64 = 0.25;

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
        Ok(NotificationSender {
            connection,
            alarm: QueueAlarm::default(),
        })
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
    alarm: QueueAlarm,
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

    /// Checks that the server answers, and warns if a listener that hangs fills its queue.
    pub async fn ping(&mut self) -> Result<(), NotificationError> {
        let usage = self.queue_usage().await?;
        match self.alarm.observe(usage) {
            Some(true) => tracing::warn!(
                percent = (usage * 100.0).round(),
                "Postgres' queue of notifications is filling up: a connection that listens has a transaction open for long; find it in pg_stat_activity and end it"
            ),
            Some(false) => tracing::info!("Postgres' queue of notifications has emptied"),
            None => {}
        }
        Ok(())
    }

    /// The used share of the server's queue of notifications, from 0 to 1.
    pub async fn queue_usage(&mut self) -> Result<f64, NotificationError> {
        let asking =
            sqlx::query_scalar("select pg_notification_queue_usage()").fetch_one(&mut self.connection);
        bounded(asking).await
    }
}

/// Whether the log has warned of a queue that fills up.
#[derive(Debug, Default)]
struct QueueAlarm(bool);

impl QueueAlarm {
    /// The new state, if it has changed.
    fn observe(&mut self, usage: f64) -> Option<bool> {
        let is_filling = usage >= QUEUE_ALARM;
        let changed = is_filling != self.0;
        self.0 = is_filling;
        changed.then_some(is_filling)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_fills_up_is_warned_of_once_until_it_has_emptied() {
        let mut alarm = QueueAlarm::default();
        let seen = [0.0, 0.1, 0.3, 0.9, 0.2, 0.3].map(|usage| alarm.observe(usage));
        assert_eq!(seen, [None, None, Some(true), None, Some(false), Some(true)]);
    }
}
