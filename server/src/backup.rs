//! `steadfast backup`: the database as it is at one moment, in one file, while the server runs.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::time::{Instant, sleep};

use crate::clock;
use crate::store::database::Database;
use crate::store::report::Report;
use crate::store::sqlite::check::check;
use crate::store::sqlite::copy::copy;
use crate::store::{StoreError, files};

/// How long another backup into the same folder is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Of which database, into which file.
#[derive(Args, Clone, Debug)]
pub struct Backup {
    /// The file to write; an older backup of this name is replaced once the new one is whole
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The database of the server
    #[arg(
        long,
        env = "STEADFAST_DATABASE",
        value_name = "PATH OR URL",
        default_value = "steadfast.db",
        hide_env_values = true,
        value_parser = Database::parse
    )]
    pub database: Database,
}

/// Why there is no backup. An older one of the same name is still there then, as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It is in Postgres.
    #[error(
        "the database {database} is in Postgres, which has its own tools: `pg_dump --format=custom --file={} URL` for a copy of one \
         moment while the server runs, or continuous archiving for every moment",
        file.display()
    )]
    Postgres {
        database: Database,
        /// The file to be written.
        file: PathBuf,
    },
    /// There is no such database.
    #[error("there is no database {path}: name the server's with --database")]
    NoDatabase {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is the database itself, or in use.
    #[error("{path} is the database of a server, not a backup of one: name another file")]
    Itself { path: PathBuf },
    /// The file is a part of a database, or a former one.
    #[error("{path} belongs to the database {database}: name another file")]
    Belongs { path: PathBuf, database: PathBuf },
    /// The file is something else.
    #[error("{path} is there, and is no backup of Steadfast: name another file, or move this one away")]
    NotOurs { path: PathBuf },
    /// Somebody has the older backup open.
    #[error(
        "{path} is in use by another program, which has left {path}-wal beside it: close that program, or name another file"
    )]
    InUse { path: PathBuf },
    /// Another backup is being written.
    #[error("another backup is being written into {folder}: wait for it to end")]
    Busy { folder: PathBuf },
    /// The file cannot be written.
    #[error(
        "cannot write {path} ({source}): choose a folder that is there, with enough room, where you may write"
    )]
    NotWritable {
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The database could not be read, or the copy not written.
    #[error(
        "cannot copy {path} ({source}): see that there is enough room for the copy, and run `steadfast check`"
    )]
    Copy { path: PathBuf, source: StoreError },
    /// The copy is not whole.
    #[error(
        "what was copied is not whole ({finding}), and was thrown away: run `steadfast check --database {path}`"
    )]
    Unsound {
        path: PathBuf,
        /// The first of its defects.
        finding: String,
    },
}

/// Writes a backup, and reads it back before it gets its name. Answers its contents.
pub async fn run(asked: &Backup) -> Result<Report, BackupError> {
    let Some(database) = asked.database.file() else {
        return Err(BackupError::Postgres {
            database: asked.database.clone(),
            file: asked.file.clone(),
        });
    };
    // Where a link leads: the backup is written there, and not in the link's place.
    let (database, file) = (&files::real(database), &files::destination(&asked.file));
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
    if file.exists() && !file.is_file() || files::size(file) > 0 && !files::is_sqlite(file) {
        return Err(BackupError::NotOurs { path: file.clone() });
    }
    if files::wal_size(file) > 0 {
        return Err(BackupError::InUse { path: file.clone() });
    }
    let written = Partial::open(database, file).await?;
    let done = write(database, file, &written).await;
    if done.is_err() {
        let _ = files::remove(&written.path);
    }
    done
}

/// The file that becomes the backup once it is whole. Locked, so that two backups do not write into one file.
struct Partial {
    path: PathBuf,
    handle: File,
}

impl Partial {
    /// Opens it, empty: leftovers of a killed backup go.
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
                // Else it has got its name meanwhile, and is another one's backup.
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
    let failed = |source| BackupError::Copy {
        path: database.to_owned(),
        source,
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

/// Shows a person how far it is.
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
