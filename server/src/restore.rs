//! `steadfast restore`: puts a backup in the database's place and keeps the former database beside it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::backup::show;
use crate::config::secret;
use crate::store::database::Database;
use crate::store::lock::{FileLock, LockError};
use crate::store::report::Report;
use crate::store::sqlite::check::{CUT_OFF, check};
use crate::store::sqlite::copy::{copy, fold_wal, renew_epoch};
use crate::store::{StoreError, files};

/// The backup and the database it replaces.
#[derive(Args, Clone, Debug)]
pub struct Restore {
    /// The backup to restore
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The server's database: a file or a URL
    #[arg(
        long,
        env = "STEADFAST_DATABASE",
        value_name = "PATH OR URL",
        default_value = "steadfast.db",
        hide_env_values = true,
        value_parser = secret(Database::parse)
    )]
    pub database: Database,
}

#[derive(Debug)]
pub struct RestoreOutcome {
    /// The report of the restored database.
    pub report: Report,
    /// The path of the former database; `None` if there was none.
    pub former: Option<PathBuf>,
}

/// Why nothing was restored. The database is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The database is in Postgres.
    #[error(
        "the database {database} is in Postgres, which has its own tools: stop the server, `pg_restore --dbname=URL {}` into an \
         empty database, and start it again: browsers then fetch everything again",
        file.display()
    )]
    Postgres { database: Database, file: PathBuf },
    /// There is no backup at this path.
    #[error("there is no backup at {path}: give the path of one that exists")]
    NoBackup {
        /// The path that was tried.
        path: PathBuf,
    },
    /// The file is the database itself.
    #[error("{path} is the database itself: name a backup of it")]
    Itself { path: PathBuf },
    /// The path belongs to a file beside a database.
    #[error("{path} belongs to the database {database}: name that one with --database")]
    Belongs { path: PathBuf, database: PathBuf },
    #[error("the server is running on {path}: stop it first")]
    Running { path: PathBuf },
    /// The folder cannot be written.
    #[error(
        "cannot write {path} ({source}): make sure its folder exists, has enough space, and that you may write there"
    )]
    NotWritable {
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// Another program has locked the backup.
    #[error("the backup {path} is in use by another program: wait until it has finished, and restore again")]
    InUse { path: PathBuf },
    /// The backup cannot be accessed, which is no sign of damage.
    #[error(
        "cannot read the backup {path} ({source}), which is no sign of damage: make sure that you may read it, and that its disk works"
    )]
    OutOfReach { path: PathBuf, source: StoreError },
    /// A later version wrote the backup.
    #[error(
        "the backup {path} was written by a newer version of Steadfast: run that version, and restore it with that one"
    )]
    Newer { path: PathBuf },
    /// The backup cannot be read.
    #[error(
        "cannot read the backup {path} ({source}): choose another one; `steadfast check FILE` tells which are sound"
    )]
    Unreadable { path: PathBuf, source: StoreError },
    /// The backup is damaged.
    #[error(
        "the backup {path} is damaged ({finding}): choose another one; `steadfast check FILE` tells which are sound"
    )]
    Unsound {
        path: PathBuf,
        /// The first defect found.
        finding: String,
    },
}

/// Puts a backup in the database's place. If the process is killed at any point, the path holds either the former database or the
/// backup, complete.
pub async fn run(args: &Restore) -> Result<RestoreOutcome, RestoreError> {
    let Some(database) = args.database.file() else {
        return Err(RestoreError::Postgres {
            database: args.database.clone(),
            file: args.file.clone(),
        });
    };
    let (database, file) = (&files::real(database), &args.file);
    if !file.is_file() {
        return Err(RestoreError::NoBackup { path: file.clone() });
    }
    if files::is_sqlite(file) && files::is_cut_off(file) {
        return Err(RestoreError::Unsound {
            path: file.clone(),
            finding: CUT_OFF.to_owned(),
        });
    }
    if files::is_same(database, file) {
        return Err(RestoreError::Itself { path: file.clone() });
    }
    if let Some(other) = files::database_of(database) {
        return Err(RestoreError::Belongs {
            path: database.clone(),
            database: other,
        });
    }
    let not_writable = |source| RestoreError::NotWritable {
        path: database.clone(),
        source,
    };
    // The lock is kept to the end, so that no server starts during the restore.
    let _lock = FileLock::acquire(database).map_err(|error| match error {
        LockError::Held => RestoreError::Running {
            path: database.clone(),
        },
        LockError::Io(source) => not_writable(source),
    })?;
    let fresh = files::restoring(database);
    let done = restore(file, database, &fresh).await;
    if done.is_err() {
        let _ = files::remove(&fresh);
        let _ = files::remove_sides(&fresh);
    }
    done
}

async fn restore(file: &Path, database: &Path, fresh: &Path) -> Result<RestoreOutcome, RestoreError> {
    let not_writable = |source| RestoreError::NotWritable {
        path: database.to_owned(),
        source,
    };
    let unreadable = |source| {
        let path = file.to_owned();
        match source {
            // The backup is read only: it is the copy that has no room.
            StoreError::Full => not_writable(io::ErrorKind::StorageFull.into()),
            StoreError::Locked => RestoreError::InUse { path },
            StoreError::Newer => RestoreError::Newer { path },
            source if source.is_out_of_reach() => RestoreError::OutOfReach { path, source },
            source => RestoreError::Unreadable { path, source },
        }
    };
    // A killed restore may have left these files.
    files::remove(fresh)
        .and_then(|()| files::remove_sides(fresh))
        .map_err(not_writable)?;
    let handle = files::open_private(fresh).map_err(not_writable)?;
    copy(file, fresh, show).await.map_err(unreadable)?;
    let report = check(fresh, true).await.map_err(unreadable)?;
    if let Some(finding) = report.checks.iter().find_map(|check| check.findings.first()) {
        return Err(RestoreError::Unsound {
            path: file.to_owned(),
            finding: finding.clone(),
        });
    }
    let stamp = renew_epoch(fresh).await.map_err(unreadable)?;
    let placed = async {
        files::give_to_owner(fresh, database)?;
        handle.sync_all()?;
        let former = keep_aside(database, &stamp).await?;
        fs::rename(fresh, database)?;
        files::sync_folder(database)?;
        Ok(former)
    };
    let former = placed.await.map_err(not_writable)?;
    let report = check(database, true).await.map_err(unreadable)?;
    Ok(RestoreOutcome { report, former })
}

/// Links the former database to a second name, and leaves no write-ahead log that the restored one would be read with.
async fn keep_aside(database: &Path, stamp: &str) -> io::Result<Option<PathBuf>> {
    if !database.exists() {
        files::remove_sides(database)?;
        return Ok(None);
    }
    // The log is folded into the former file, so that it is complete in one file; a damaged one keeps its log.
    if files::is_sqlite(database)
        && let Err(error) = fold_wal(database).await
    {
        let _ = writeln!(
            io::stderr(),
            "steadfast: the former database is damaged ({error}); it is kept as it is"
        );
    }
    let former = files::former(database, stamp);
    files::link_all(database, &former)?;
    files::sync_folder(database)?;
    files::remove_sides(database)?;
    Ok(Some(former))
}
