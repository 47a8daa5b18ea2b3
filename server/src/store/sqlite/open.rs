//! Opens a database by its path: locks, inspects and migrates it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use steadfast_shared::{Epoch, Millis};
use uuid::Uuid;

use super::SqliteStore;
use super::watch::FileWatch;
use super::writer::SqliteWriter;
use crate::store::files;
use crate::store::lock::{FileLock, LockError};
use crate::store::quota::{DiskSpace, StorageLimits};
use crate::store::{HANDSHAKE_READERS, NodeId, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// This version's newest migration.
pub(super) fn newest_migration() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

const READERS: u32 = 4;

/// Why a database cannot be used, each with the way out.
#[derive(Debug, thiserror::Error)]
pub enum SqliteOpenError {
    /// Another process uses the file.
    #[error(
        "the database {path} is in use by another Steadfast process: stop that one, or name another file with --database"
    )]
    InUse { path: PathBuf },
    /// The folder does not exist or cannot be written.
    #[error(
        "cannot write the database {path} ({source}): create its folder and let this user write there, or name another file with --database"
    )]
    NotWritable {
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// There is no space for it, or for the files that SQLite keeps beside it.
    #[error("cannot write the database {path}: its disk is full. Free some space there, and start again")]
    DiskFull { path: PathBuf },
    /// SQLite cannot create the files that it keeps beside it.
    #[error(
        "this user may not write the folder of the database {path}, where SQLite keeps files beside it: let this user write there"
    )]
    FolderNotWritable { path: PathBuf },
    /// The file cannot be accessed, which says nothing about its contents.
    #[error(
        "cannot open the database {path} ({source}): make sure that this user may read and write it and its folder, that its disk \
         works, and that the process may open enough files"
    )]
    OutOfReach { path: PathBuf, source: StoreError },
    /// A later version has migrated it.
    #[error(
        "the database {path} was written by a newer version of Steadfast: run that version, or name another file with --database"
    )]
    Newer { path: PathBuf },
    /// It is not a Steadfast database.
    #[error("{path} is not a Steadfast database: name another file with --database")]
    Foreign { path: PathBuf },
    /// Its contents are damaged.
    #[error(
        "the database {path} is damaged ({what}); nothing was changed. Keep it, see `steadfast check --database {path}`, and restore a backup with `steadfast restore BACKUP --database {path}`"
    )]
    Damaged { path: PathBuf, what: String },
    /// A program other than Steadfast has locked it.
    #[error("the database {path} is locked by another program: close that program and start again")]
    Locked { path: PathBuf },
    /// It is not a Steadfast database, or damaged.
    #[error(
        "cannot open the database {path} ({source}): check that it is a Steadfast database, or name another file with --database"
    )]
    Unusable { path: PathBuf, source: sqlx::Error },
}

impl SqliteStore {
    /// Opens the database, creating it if necessary, and migrates it to this version's schema.
    ///
    /// `patience` bounds how long a write waits for another writer's lock.
    pub async fn open(path: &Path, patience: Duration, at: Millis) -> Result<Self, SqliteOpenError> {
        let path = &files::real(path);
        let not_locked = |error| not_locked(path, error);
        let mut lock = FileLock::acquire(path).map_err(not_locked)?;
        lock.free_reserve();
        let failed = |source| unusable(path, source);
        super::inspect::inspect(path).await?;
        // SQLite gives its log the permissions of the file.
        let file = files::open_private(path).map_err(|source| not_writable(path, source))?;
        lock.include(file).map_err(not_locked)?;
        files::tighten(path);

        let options = options_of(path);
        let epoch = prepare(path, &options, at).await?;
        let options = options.create_if_missing(false);
        let mut anchor = options.connect().await.map_err(failed)?;
        sqlx::query("select one from epoch")
            .fetch_one(&mut anchor)
            .await
            .map_err(failed)?;
        let reading = options.clone().pragma("query_only", "on");
        let writer = SqliteWriter::open(options, patience).await.map_err(failed)?;
        let readers = pool(READERS, patience).connect_with(reading.clone());
        let readers = readers.await.map_err(failed)?;
        let handshakes = pool(HANDSHAKE_READERS, patience).connect_with(reading);
        let handshakes = handshakes.await.map_err(failed)?;
        let watch = FileWatch::start(path, anchor).map_err(|source| failed(sqlx::Error::Io(source)))?;
        lock.keep_reserve();
        Ok(Self {
            database: path.clone(),
            writer,
            readers,
            handshakes,
            epoch,
            node: NodeId::fresh(),
            patience,
            limits: StorageLimits::default(),
            watch,
            room: Mutex::new(DiskSpace::Enough),
            failing: AtomicBool::new(false),
            idle: AtomicU32::new(0),
            lock: Mutex::new(Some(lock)),
        })
    }
}

/// Migrates the database, and returns its epoch.
async fn prepare(path: &Path, options: &SqliteConnectOptions, at: Millis) -> Result<Epoch, SqliteOpenError> {
    let failed = |source| unusable(path, source);
    let setup = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options.clone())
        .await
        .map_err(failed)?;
    migrate(&setup, path).await?;
    let epoch = initialize(&setup, at).await.map_err(failed)?;
    super::names::bring_up_to_date(&setup).await.map_err(failed)?;
    setup.close().await;
    Ok(epoch)
}

/// Connections that stay open, because one opened later might find another file.
fn pool(connections: u32, patience: Duration) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        // A connection to a file does not break.
        .test_before_acquire(false)
        .acquire_timeout(patience)
}

fn not_locked(path: &Path, error: LockError) -> SqliteOpenError {
    match error {
        LockError::Held => SqliteOpenError::InUse { path: path.into() },
        LockError::Io(source) => not_writable(path, source),
    }
}

fn not_writable(path: &Path, source: io::Error) -> SqliteOpenError {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => SqliteOpenError::DiskFull { path: path.into() },
        _ => SqliteOpenError::NotWritable {
            path: path.into(),
            source,
        },
    }
}

fn options_of(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // Erased text leaves no copy in the file's free pages.
        .pragma("secure_delete", "on")
        // The store makes checkpoints itself, and then shrinks the log.
        .pragma("wal_autocheckpoint", "0")
        .pragma("journal_size_limit", "0")
        .busy_timeout(Duration::from_secs(5))
        .disable_statement_logging()
}

async fn migrate(setup: &SqlitePool, path: &Path) -> Result<(), SqliteOpenError> {
    let failed = |source| unusable(path, source);
    MIGRATIONS.run(setup).await.map_err(|error| match error {
        MigrateError::VersionMissing(_)
        | MigrateError::VersionMismatch(_)
        | MigrateError::VersionTooNew(..) => SqliteOpenError::Newer { path: path.into() },
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => failed(source),
        other => failed(sqlx::Error::Migrate(Box::new(other))),
    })
}

/// Gives a new database its epoch and its first room.
async fn initialize(pool: &SqlitePool, at: Millis) -> Result<Epoch, sqlx::Error> {
    let mut transaction = pool.begin_with("begin immediate").await?;
    let born = sqlx::query("insert into epoch (one, id) values (1, ?) on conflict (one) do nothing")
        .bind(Uuid::new_v4())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    if born == 1 {
        sqlx::query(
            "insert into rooms (id, kind, name, name_key, search, lobby, created_at, active_at)
             values (?1, 'public', 'general', 'general', 'general', 1, ?2, ?2)",
        )
        .bind(Uuid::now_v7())
        .bind(super::to_sql(at))
        .execute(&mut *transaction)
        .await?;
    }
    let epoch = sqlx::query_scalar("select id from epoch")
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Epoch(epoch))
}

/// Why a database cannot be opened, of what SQLite said.
pub(in crate::store) fn unusable(path: &Path, source: impl Into<StoreError>) -> SqliteOpenError {
    let (path, source) = (path.to_owned(), source.into());
    match source {
        StoreError::Locked => SqliteOpenError::Locked { path },
        StoreError::Full => SqliteOpenError::DiskFull { path },
        _ if source.is_out_of_reach() && !files::may_create_beside(&path) => {
            SqliteOpenError::FolderNotWritable { path }
        }
        _ if source.is_out_of_reach() => SqliteOpenError::OutOfReach { path, source },
        StoreError::Rejected(source) | StoreError::Failed(source) | StoreError::Unconfirmed(source) => {
            SqliteOpenError::Unusable { path, source }
        }
        StoreError::Lost(_) | StoreError::Unreadable(_) | StoreError::Newer => {
            SqliteOpenError::Newer { path }
        }
    }
}
