//! Inspects a database before it is opened for writing: a damaged one is reported at once, and not written to.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::check::GAPS;
use super::copy::reading;
use super::open::{SqliteOpenError, unusable};
use crate::clock;
use crate::store::transfer::COPYING;
use crate::store::{StoreError, files};

/// The time a start may take for this. The rest of a large file is left to `steadfast check`.
const BUDGET: Duration = Duration::from_secs(5);
/// SQLite steps between two checks of the clock.
const STEPS: i32 = 10_000;

/// Refuses a file that is not a Steadfast database, or that is damaged.
pub(super) async fn inspect(database: &Path) -> Result<(), SqliteOpenError> {
    let damaged = |what: String| SqliteOpenError::Damaged {
        path: database.to_owned(),
        what,
    };
    if files::size(database) == 0 {
        if files::wal_size(database) == 0 {
            return Ok(());
        }
        return Err(damaged(
            "its file is gone, and its write-ahead log is still there".into(),
        ));
    }
    match claimed_size(database) {
        Ok(Some(claimed)) if files::wal_size(database) == 0 && files::size(database) < claimed => {
            let there = files::size(database);
            return Err(damaged(format!("it has only {there} of its {claimed} bytes")));
        }
        Ok(Some(_)) => {}
        Ok(None) => {
            return Err(SqliteOpenError::Foreign {
                path: database.to_owned(),
            });
        }
        Err(source) => {
            return Err(SqliteOpenError::NotWritable {
                path: database.to_owned(),
                source,
            });
        }
    }
    match findings(database).await {
        Ok(None) => Ok(()),
        Ok(Some(Finding::Foreign)) => Err(SqliteOpenError::Foreign {
            path: database.to_owned(),
        }),
        Ok(Some(Finding::Damage(what))) => Err(damaged(what.replace('\n', ", "))),
        Err(error) => Err(unusable(database, error)),
    }
}

enum Finding {
    /// It belongs to another program.
    Foreign,
    Damage(String),
}

/// The number of bytes that the file's header states. `None` if it is not an SQLite header.
fn claimed_size(database: &Path) -> io::Result<Option<u64>> {
    let mut header = [0; 100];
    match File::open(database)?.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        done => done?,
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return Ok(None);
    }
    let number = |at: usize, bytes: usize| {
        header[at..at + bytes]
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    };
    let page = match number(16, 2) {
        1 => 65_536,
        page => page,
    };
    Ok(Some(page * number(28, 4)))
}

async fn findings(database: &Path) -> Result<Option<Finding>, StoreError> {
    let mut connection = reading(database, false).await?;
    let until = clock::instant() + BUDGET;
    connection
        .lock_handle()
        .await?
        .set_progress_handler(STEPS, move || clock::instant() < until);
    let found = match examine(&mut connection).await {
        Err(error) if code(&error) == Some(INTERRUPTED) => {
            tracing::info!(
                "the database is large, so only a part of it was checked: run `steadfast check` to check all of it"
            );
            Ok(None)
        }
        Err(error) if matches!(code(&error), Some(CORRUPT | NOT_A_DATABASE)) => {
            Ok(Some(Finding::Damage(error.to_string())))
        }
        done => done.map_err(StoreError::from),
    };
    connection.lock_handle().await?.remove_progress_handler();
    connection.close().await?;
    found
}

async fn examine(connection: &mut SqliteConnection) -> Result<Option<Finding>, sqlx::Error> {
    let tables: Vec<String> = sqlx::query_scalar("select name from sqlite_schema where type = 'table'")
        .fetch_all(&mut *connection)
        .await?;
    let has = |table: &str| tables.iter().any(|name| name == table);
    if !tables.is_empty() && !has("_sqlx_migrations") {
        return Ok(Some(Finding::Foreign));
    }
    // The process was killed before its first migration.
    if !has("entries") {
        return Ok(None);
    }
    let epoch: i64 = sqlx::query_scalar("select count(*) from epoch")
        .fetch_one(&mut *connection)
        .await?;
    let rooms: i64 = sqlx::query_scalar("select count(*) from rooms")
        .fetch_one(&mut *connection)
        .await?;
    if epoch == 0 && rooms > 0 {
        return Ok(Some(Finding::Damage("its epoch is missing".into())));
    }
    // A copy that was broken off has the heads of rooms whose entries are still to come.
    let is_copying = has("settings")
        && sqlx::query_scalar("select exists (select 1 from settings where name = ?)")
            .bind(COPYING)
            .fetch_one(&mut *connection)
            .await?;
    let gap: Option<String> = sqlx::query_scalar(GAPS).fetch_optional(&mut *connection).await?;
    if let Some(gap) = gap.filter(|_| !is_copying) {
        return Ok(Some(Finding::Damage(format!(
            "the log of a room has a gap: {gap}"
        ))));
    }
    let pages: String = sqlx::query_scalar("pragma quick_check(1)")
        .fetch_one(connection)
        .await?;
    Ok((pages != "ok").then_some(Finding::Damage(pages)))
}

const INTERRUPTED: i32 = 9;
const CORRUPT: i32 = 11;
const NOT_A_DATABASE: i32 = 26;

/// SQLite's primary result code.
fn code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<i32>().ok().map(|code| code & 0xff)
}
