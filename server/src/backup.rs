//! `steadfast backup`: a snapshot of the database in one file, while the server runs.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::time::{Instant, sleep};

use crate::clock;
use crate::config::secret;
use crate::store::database::Database;
use crate::store::report::Report;
use crate::store::sqlite::check::check;
use crate::store::sqlite::copy::{copy, is_steadfast};
use crate::store::{StoreError, files};

/// How long to wait for another backup into the same folder.
const PATIENCE: Duration = Duration::from_secs(60);

/// The database and the file to write.
#[derive(Args, Clone, Debug)]
pub struct Backup {
    /// The file to write; an older backup of this name is replaced once the new one is complete
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

/// Why no backup was written. An older backup of the same name is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database is in Postgres.
    #[error(
        "the database {database} is in Postgres, which has its own tools: `pg_dump --format=custom --file={} URL` for a snapshot while \
         the server runs, or continuous archiving for point-in-time recovery",
        file.display()
    )]
    Postgres {
        database: Database,
        /// The file to be written.
        file: PathBuf,
    },
    /// There is no database at this path.
    #[error("there is no database at {path}: name the server's database with --database")]
    NoDatabase {
        /// The path that was tried.
        path: PathBuf,
    },
    /// The file is the database itself, or is in use.
    #[error("{path} is a server's database, not a backup: name another file")]
    Itself { path: PathBuf },
    /// The file is part of a database, or a former database.
    #[error("{path} belongs to the database {database}: name another file")]
    Belongs { path: PathBuf, database: PathBuf },
    /// The file is not a backup.
    #[error("{path} already exists and is not a Steadfast backup: name another file, or move this one away")]
    NotOurs { path: PathBuf },
    /// Another program has the older backup open.
    #[error(
        "{path} is in use by another program, which has left {path}-wal beside it: close that program, or name another file"
    )]
    InUse { path: PathBuf },
    /// Another backup is being written.
    #[error("another backup is being written into {folder}: wait for it to end")]
    Busy { folder: PathBuf },
    /// The file cannot be written.
    #[error(
        "cannot write {path} ({source}): choose an existing folder with enough space, where you may write"
    )]
    NotWritable {
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The database could not be read, or the copy could not be written.
    #[error(
        "cannot copy {path} ({source}): make sure there is enough space for the copy, and run `steadfast check`"
    )]
    Copy { path: PathBuf, source: StoreError },
    /// A later version has migrated the database.
    #[error(
        "the database {path} was written by a newer version of Steadfast: run that version, and back it up with that one"
    )]
    Newer { path: PathBuf },
    /// The copy is damaged.
    #[error("the copy was damaged ({finding}) and has been deleted: run `steadfast check --database {path}`")]
    Unsound {
        path: PathBuf,
        /// The first defect found.
        finding: String,
    },
}

/// Writes a backup and verifies it before it gets its name. Returns its report.
pub async fn run(args: &Backup) -> Result<Report, BackupError> {
    let Some(database) = args.database.file() else {
        return Err(BackupError::Postgres {
            database: args.database.clone(),
            file: args.file.clone(),
        });
    };
    // Symbolic links are resolved, so that the backup does not replace the link itself.
    let (database, file) = (&files::real(database), &files::destination(&args.file));
    if !database.is_file() {
        return Err(BackupError::NoDatabase {
            path: database.clone(),
        });
    }
    if files::is_same(database, file) || files::is_served(file) {
        return Err(BackupError::Itself { path: file.clone() });
    }
    if let Some(database) = files::database_of(file) {
        return Err(BackupError::Belongs {
            path: file.clone(),
            database,
        });
    }
    if file.exists() && !file.is_file() || files::size(file) > 0 && !is_steadfast(file).await {
        return Err(BackupError::NotOurs { path: file.clone() });
    }
    if files::wal_size(file) > 0 {
        return Err(BackupError::InUse { path: file.clone() });
    }
    let written = Partial::open(database, file).await?;
    let done = write(database, file, &written).await;
    if done.is_err() {
        let _ = files::remove_sides(&written.path);
        let _ = files::remove(&written.path);
    }
    done
}

/// The file that becomes the backup once it is complete. It is locked, so that two backups never write into one file.
struct Partial {
    path: PathBuf,
    handle: File,
}

impl Partial {
    /// Opens the file and empties it, so that leftovers of a killed backup go.
    async fn open(database: &Path, file: &Path) -> Result<Self, BackupError> {
        let name = database.file_name().unwrap_or_default().to_string_lossy();
        let folder = files::folder(file);
        let path = folder.join(format!(".{name}.partial"));
        let failed = |source| BackupError::NotWritable {
            path: file.to_owned(),
            source,
        };
        let until: Instant = clock::instant() + PATIENCE;
        loop {
            let handle = files::open_private(&path).map_err(failed)?;
            match handle.try_lock() {
                // Otherwise it was renamed in the meantime and is another process's finished backup.
                Ok(()) if files::is_open_as(&handle, &path) => {
                    files::remove_sides(&path).map_err(failed)?;
                    handle.set_len(0).map_err(failed)?;
                    return Ok(Self { path, handle });
                }
                Ok(()) => {}
                Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
                Err(std::fs::TryLockError::WouldBlock) if clock::instant() >= until => {
                    return Err(BackupError::Busy {
                        folder: folder.to_owned(),
                    });
                }
                Err(std::fs::TryLockError::WouldBlock) => sleep(Duration::from_millis(100)).await,
            }
        }
    }
}

async fn write(database: &Path, file: &Path, partial: &Partial) -> Result<Report, BackupError> {
    let failed = |source| {
        let path = database.to_owned();
        match source {
            StoreError::Newer => BackupError::Newer { path },
            source => BackupError::Copy { path, source },
        }
    };
    copy(database, &partial.path, show).await.map_err(failed)?;
    let report = check(&partial.path, true).await.map_err(failed)?;
    if let Some(finding) = report.checks.iter().find_map(|check| check.findings.first()) {
        return Err(BackupError::Unsound {
            path: database.to_owned(),
            finding: finding.clone(),
        });
    }
    let named = || {
        partial.handle.sync_all()?;
        files::remove_sides(file)?;
        std::fs::rename(&partial.path, file)?;
        files::sync_folder(file)
    };
    named().map_err(|source| BackupError::NotWritable {
        path: file.to_owned(),
        source,
    })?;
    Ok(Report {
        database: file.to_owned(),
        ..report
    })
}

/// Prints the progress, on a terminal only.
pub(crate) fn show(done: u64, total: u64) {
    if !io::stderr().is_terminal() {
        return;
    }
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
    let end = if done == total { "\n" } else { "" };
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "\r{percent:3} % of {}{end}", crate::check::bytes(total));
    let _ = stderr.flush();
}
