//! The store's errors, classified by the codes of both databases.

use sqlx::error::ErrorKind;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another writer held the lock for longer than the store's patience.
    #[error("the database is locked")]
    Locked,
    /// A violated constraint that correct callers never violate; never treated as a repeat.
    #[error("the database refused a row: {0}")]
    Rejected(#[source] sqlx::Error),
    /// The connection ended during a commit, so the outcome is unknown.
    #[error("the connection to the database ended during a commit: {0}")]
    Unconfirmed(#[source] sqlx::Error),
    /// Reading or writing failed.
    #[error("the database failed: {0}")]
    Failed(#[source] sqlx::Error),
    /// The database's files were moved or deleted: no commit since can be relied on.
    #[error("{0}")]
    Lost(&'static str),
    /// The disk has less free space than the reserve.
    #[error("the disk is full")]
    Full,
    /// A later version has migrated the database.
    #[error("the database was written by a newer version of Steadfast")]
    Newer,
    /// A stored value cannot be read by this version.
    #[error("the database holds an unreadable {0}")]
    Unreadable(&'static str),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(cause) = error.as_database_error() else {
            return Self::Failed(error);
        };
        if let Some(cause) = cause.try_downcast_ref::<SqliteError>() {
            return match primary_code(cause) {
                Some(SQLITE_BUSY | SQLITE_LOCKED) => Self::Locked,
                Some(SQLITE_FULL) => Self::Full,
                // SQLite has no code of its own for a log's index that finds no space.
                _ if code(cause) == Some(SQLITE_IOERR_SHMSIZE) => Self::Full,
                _ => Self::by_kind(error),
            };
        }
        let constraint = cause
            .try_downcast_ref::<PgDatabaseError>()
            .and_then(PgDatabaseError::constraint);
        match cause.code().as_deref() {
            Some(SERIALIZATION | DEADLOCK | LOCK_TIMEOUT | STATEMENT_TIMEOUT) => Self::Locked,
            // Another node has just stored the same entry: the next attempt finds it.
            Some(UNIQUE_VIOLATION) if constraint == Some(REPEAT) => Self::Locked,
            Some(DISK_FULL) => Self::Full,
            _ => Self::by_kind(error),
        }
    }
}

impl StoreError {
    /// Whether the database could not be accessed: it is in use, or its disk, its permissions or the connection fail. That is no
    /// sign of damage.
    pub fn is_out_of_reach(&self) -> bool {
        let (Self::Rejected(error) | Self::Unconfirmed(error) | Self::Failed(error)) = self else {
            return matches!(self, Self::Locked | Self::Full);
        };
        let Some(cause) = error.as_database_error() else {
            return matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            );
        };
        match cause.try_downcast_ref::<SqliteError>() {
            Some(cause) => primary_code(cause).is_some_and(|code| SQLITE_OUT_OF_REACH.contains(&code)),
            None => !cause.code().is_some_and(|code| code.starts_with(NO_SUCH_NAME)),
        }
    }

    /// Whether this process has closed the database, as it does when it stops.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Failed(sqlx::Error::PoolClosed))
    }

    fn by_kind(error: sqlx::Error) -> Self {
        match error.as_database_error().map(sqlx::error::DatabaseError::kind) {
            None | Some(ErrorKind::Other) => Self::Failed(error),
            Some(_) => Self::Rejected(error),
        }
    }
}

const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_FULL: i32 = 13;
const SQLITE_IOERR_SHMSIZE: i32 = 4874;
/// No permission, no memory, read-only, a failing disk, a file that cannot be opened.
const SQLITE_OUT_OF_REACH: [i32; 5] = [3, 7, 8, 10, 14];

/// SQLite's primary result code.
fn primary_code(error: &SqliteError) -> Option<i32> {
    code(error).map(|code| code & 0xff)
}

/// SQLite's extended result code.
fn code(error: &SqliteError) -> Option<i32> {
    use sqlx::error::DatabaseError as _;
    error.code()?.parse().ok()
}

const SERIALIZATION: &str = "40001";
const DEADLOCK: &str = "40P01";
const LOCK_TIMEOUT: &str = "55P03";
const STATEMENT_TIMEOUT: &str = "57014";
const UNIQUE_VIOLATION: &str = "23505";
const DISK_FULL: &str = "53100";
/// The class of errors for missing names, and for missing permissions.
const NO_SUCH_NAME: &str = "42";

/// The constraint that detects a repeat.
const REPEAT: &str = "entries_author_id";
