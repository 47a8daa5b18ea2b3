//! The connection by which the listener reads what is new. It belongs to no pool, because a pool asks a connection twice whether it
//! still answers whenever it comes back, and the next look would wait for that.

use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::connections::{Generation, named, planned_once};
use crate::clock;

/// How long a connection is used: a server's process keeps some memory of everything it was asked.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// A connection for one reader, made when it is needed.
#[derive(Debug)]
pub(super) struct Follower {
    options: PgConnectOptions,
    generation: Generation,
    connection: Mutex<Option<FollowerConnection>>,
}

#[derive(Debug)]
struct FollowerConnection {
    driver: PgConnection,
    opened: Instant,
}

impl Follower {
    pub(super) fn new(options: &PgConnectOptions, generation: Generation) -> Self {
        Self {
            options: planned_once(options.clone()).application_name(&named("follower")),
            generation,
            connection: Mutex::new(None),
        }
    }

    /// All rows of a query. Dropped in between, or after an error, the next query has a new connection.
    pub(super) async fn fetch(
        &self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, sqlx::Error> {
        let mut kept = self.connection.lock().await;
        // Not in its place while it is used: one that was left in the middle of an answer is not used again.
        let mut connection = match kept.take() {
            Some(connection) if self.is_valid(&connection) => connection,
            _ => self.connect().await?,
        };
        let rows = query.fetch_all(&mut connection.driver).await?;
        *kept = Some(connection);
        Ok(rows)
    }

    pub(super) async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take() {
            let _ = connection.driver.close().await;
        }
    }

    fn is_valid(&self, connection: &FollowerConnection) -> bool {
        let age = clock::instant().duration_since(connection.opened);
        age < LIFETIME && self.generation.has(age)
    }

    async fn connect(&self) -> Result<FollowerConnection, sqlx::Error> {
        let opened = clock::instant();
        let mut driver = self.options.connect().await?;
        self.generation.meet(&mut driver).await;
        Ok(FollowerConnection { driver, opened })
    }
}
