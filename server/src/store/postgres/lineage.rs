//! The lineage of a database, its server and history: it changes after a failover, and when the database is restored elsewhere.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::{Connection, PgConnection};
use steadfast_shared::Epoch;
use uuid::Uuid;

use crate::store::StoreError;
use crate::store::postgres::PostgresStore;
use crate::store::sql_store::written;

/// The server's identifier, which copies of its files share, and the timeline, which changes with each promotion of a standby.
/// Fails on a standby.
const QUERY: &str = "select system_identifier::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) from pg_control_system()";

/// The setting that stores it.
const NAME: &str = "lineage";

/// The expected lineage of connections, and a different one if a connection led there.
#[derive(Clone, Debug)]
pub(super) struct Lineage(Arc<Mutex<LineageState>>);

#[derive(Debug)]
struct LineageState {
    /// `None` if the server does not reveal it.
    known: Option<String>,
    /// The lineage of a newer connection, if it differs.
    elsewhere: Option<String>,
}

impl Lineage {
    pub(super) fn new(known: Option<String>) -> Self {
        Self(Arc::new(Mutex::new(LineageState {
            known,
            elsewhere: None,
        })))
    }

    /// Checks a new connection's lineage before it is used.
    pub(super) async fn meet(&self, connection: &mut PgConnection) {
        if self.state().known.is_none() {
            return;
        }
        // A standby has no history of its own yet, so it fails the query.
        let current: Result<String, _> = sqlx::query_scalar(QUERY).fetch_one(connection).await;
        let mut state = self.state();
        if let Ok(current) = current
            && state.known.as_ref() != Some(&current)
        {
            state.elsewhere = Some(current);
        }
    }

    pub(super) fn elsewhere(&self) -> Option<String> {
        self.state().elsewhere.clone()
    }

    fn accept(&self, lineage: &str) {
        let mut state = self.state();
        state.known = Some(lineage.to_owned());
        state.elsewhere.take_if(|elsewhere| elsewhere == lineage);
    }

    fn state(&self) -> MutexGuard<'_, LineageState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives a database that is opened in another lineage than before a new epoch, because no node remains that could compare its
/// contents. Returns the epoch, and the lineage if the server reveals it.
pub(super) async fn open(
    connection: &mut PgConnection,
    epoch: Epoch,
) -> Result<(Epoch, Option<String>), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let current: String = match sqlx::query_scalar(QUERY).fetch_one(&mut *transaction).await {
        Ok(current) => current,
        // Some providers deny the query.
        Err(error) if error.as_database_error().is_some() => {
            tracing::warn!(%error, "the database server does not reveal its identifier: a failover that loses commits is detected by cursors alone");
            return Ok((epoch, None));
        }
        Err(error) => return Err(error),
    };
    let known: Option<String> = sqlx::query_scalar("select value from settings where name = $1 for update")
        .bind(NAME)
        .fetch_optional(&mut *transaction)
        .await?;
    let mut epoch = epoch;
    if known.as_ref().is_some_and(|known| *known != current) {
        epoch = Epoch(Uuid::new_v4());
        sqlx::query("update epoch set id = $1")
            .bind(epoch.0)
            .execute(&mut *transaction)
            .await?;
        tracing::warn!(
            "the database is on another server, or was promoted since: it has a new epoch, and browsers fetch everything again"
        );
    }
    if known.as_ref() != Some(&current) {
        keep(&mut transaction, &current).await?;
    }
    transaction.commit().await?;
    Ok((epoch, Some(current)))
}

pub(super) async fn accept(store: &PostgresStore, lineage: &str) -> Result<bool, StoreError> {
    let epoch = written!(store, |transaction| async {
        keep(&mut transaction, lineage).await?;
        let epoch: Uuid = sqlx::query_scalar("select id from epoch")
            .fetch_one(&mut *transaction)
            .await?;
        Ok(Epoch(epoch))
    })?;
    store.lineage.accept(lineage);
    Ok(store.set_epoch(epoch) != epoch)
}

async fn keep(connection: &mut PgConnection, lineage: &str) -> Result<(), sqlx::Error> {
    sqlx::query("insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value")
        .bind(NAME)
        .bind(lineage)
        .execute(connection)
        .await?;
    Ok(())
}
