//! A database copied as it is at one moment, while others write it.
//!
//! `VACUUM INTO` reads in one transaction: it sees one moment, holds nobody up, and never begins anew however much is written
//! meanwhile. The copy has no write-ahead log, and nothing erased is in it.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::from_sql;
use crate::store::{StoreError, files};

/// How often the progress is told.
const PROGRESS: Duration = Duration::from_millis(200);
/// How long a lock is waited for, which only a start or a stop of the server holds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that reads a file and changes nothing. `alone` where nobody else can write it.
pub(super) async fn reading(file: &Path, alone: bool) -> Result<SqliteConnection, StoreError> {
    if !alone && files::beside(file, files::JOURNAL).exists() {
        roll_back(file).await?;
    }
    SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .immutable(alone)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
        .connect()
        .await
        .map_err(StoreError::from)
}

/// Undoes a write that a killed process did not end, as SQLite does at the first read of a connection that may write. One that
/// may only read is refused until then.
async fn roll_back(file: &Path) -> Result<(), StoreError> {
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::query("select count(*) from sqlite_schema")
        .execute(&mut connection)
        .await?;
    connection.close().await.map_err(StoreError::from)
}

/// Copies the database into a file that is empty. Tells how many of how many bytes are written, about.
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
    {
        let copying = sqlx::query("vacuum into ?").bind(name).execute(&mut connection);
        let mut copying = std::pin::pin!(copying);
        let mut tick = interval(PROGRESS);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                done = &mut copying => {
                    done?;
                    break;
                }
                _ = tick.tick() => progress(files::size(to).min(total.saturating_sub(1)), total),
            }
        }
    }
    progress(total, total);
    connection.close().await.map_err(StoreError::from)
}

/// Gives a copy a life of its own, so that browsers drop their knowledge of the one it was copied from. Answers the time as part
/// of a file's name.
pub async fn renew_epoch(file: &Path) -> Result<String, StoreError> {
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::query("update epoch set id = ?")
        .bind(Uuid::new_v4())
        .execute(&mut connection)
        .await?;
    let stamp = stamp(&mut connection).await?;
    connection.close().await?;
    Ok(stamp)
}

/// The time as part of a file's name: `20261128-190159`, in UTC.
pub(super) async fn stamp(connection: &mut SqliteConnection) -> Result<String, StoreError> {
    sqlx::query_scalar("select strftime('%Y%m%d-%H%M%S', 'now')")
        .fetch_one(connection)
        .await
        .map_err(StoreError::from)
}

/// Puts everything that waits in a write-ahead log into the database's one file, and removes the log.
///
/// Only where no other process uses the database.
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
    connection.close().await.map_err(StoreError::from)
}
