//! Copies a database as a snapshot while others write to it.
//!
//! `VACUUM INTO` reads in one transaction: it sees one snapshot, blocks no writer, and never restarts however much is written
//! meanwhile. The copy has no write-ahead log, and contains nothing that was erased.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::from_sql;
use crate::store::{StoreError, files};

/// The interval between progress reports.
const PROGRESS: Duration = Duration::from_millis(200);
/// How long to wait for a lock that only a starting or stopping server holds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A read-only connection to a file. `alone` if no other process can write it.
pub(super) async fn reading(file: &Path, alone: bool) -> Result<SqliteConnection, StoreError> {
    if !alone && files::beside(file, files::JOURNAL).exists() {
        roll_back(file).await?;
    }
    let connection = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .immutable(alone)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
        .connect()
        .await?;
    Ok(connection)
}

/// A connection that may write, to a database that no server uses.
async fn writable(file: &Path) -> Result<SqliteConnection, StoreError> {
    let connection = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
        .connect()
        .await?;
    Ok(connection)
}

/// Whether a file that no process writes is a database of Steadfast's. One that cannot be read is not.
pub async fn is_steadfast(file: &Path) -> bool {
    let Ok(mut connection) = reading(file, true).await else {
        return false;
    };
    let tables =
        "select count(*) from sqlite_schema where type = 'table' and name in ('epoch', 'entries', 'rooms')";
    let tables = sqlx::query_scalar::<_, i64>(tables)
        .fetch_one(&mut connection)
        .await;
    let _ = connection.close().await;
    tables.is_ok_and(|tables| tables == 3)
}

/// Rolls back a killed process's unfinished write, as SQLite does at the first read of a writable connection. Until then read-only
/// connections fail.
async fn roll_back(file: &Path) -> Result<(), StoreError> {
    let mut connection = writable(file).await?;
    sqlx::query("select count(*) from sqlite_schema")
        .execute(&mut connection)
        .await?;
    Ok(connection.close().await?)
}

/// Copies the database into an empty file. Reports the approximate bytes written, and their total.
pub async fn copy(from: &Path, to: &Path, mut progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
    let name = to
        .to_str()
        .ok_or(StoreError::Unreadable("name of a file: it is not UTF-8"))?;
    let mut connection = reading(from, false).await?;
    let pages: i64 = sqlx::query_scalar(
        "select (page_count - freelist_count) * page_size
         from pragma_page_count, pragma_freelist_count, pragma_page_size",
    )
    .fetch_one(&mut connection)
    .await?;
    let total = from_sql(pages);
    let copied = {
        let copying = sqlx::query("vacuum into ?").bind(name).execute(&mut connection);
        let mut copying = std::pin::pin!(copying);
        let mut tick = interval(PROGRESS);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                done = &mut copying => break done,
                _ = tick.tick() => progress(files::size(to).min(total.saturating_sub(1)), total),
            }
        }
    };
    // Closed after a failure, too: a dropped connection closes later, and may leave its journal when the caller has cleaned up.
    let closed = connection.close().await;
    copied?;
    progress(total, total);
    Ok(closed?)
}

/// Gives a copy an epoch of its own, so that browsers drop their data of the one it was copied from. Returns the time as part of
/// a file name.
pub async fn renew_epoch(file: &Path) -> Result<String, StoreError> {
    let mut connection = writable(file).await?;
    sqlx::query("update epoch set id = ?")
        .bind(Uuid::new_v4())
        .execute(&mut connection)
        .await?;
    let stamp = stamp(&mut connection).await?;
    connection.close().await?;
    Ok(stamp)
}

/// The time as part of a file name: `20261128-190159`, in UTC.
pub(super) async fn stamp(connection: &mut SqliteConnection) -> Result<String, StoreError> {
    let stamp = sqlx::query_scalar("select strftime('%Y%m%d-%H%M%S', 'now')")
        .fetch_one(connection)
        .await?;
    Ok(stamp)
}

/// Moves the content of the write-ahead log into the database file, and removes the log.
///
/// Only for a database that no other process uses.
pub async fn fold_wal(database: &Path) -> Result<(), StoreError> {
    let mut connection = SqliteConnectOptions::new()
        .filename(database)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
        .connect()
        .await?;
    for pragma in ["pragma wal_checkpoint(truncate)", "pragma journal_mode = delete"] {
        sqlx::query(pragma).execute(&mut connection).await?;
    }
    Ok(connection.close().await?)
}
