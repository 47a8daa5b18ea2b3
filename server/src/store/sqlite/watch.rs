//! Detects database files that were moved, replaced or overwritten.
//!
//! A file that is moved away, replaced, deleted or overwritten under a running server takes everything with it that is committed
//! from then on. So each commit is acknowledged only after its files were found in place: three `stat` calls, a few microseconds
//! compared with a sync to the disk. The main file is written by checkpoints alone, and all of them are made here; any other
//! write makes it another database.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};
use tokio::sync::{Mutex, Notify};
use tokio::time::sleep;

use super::copy;
use super::writer::SqliteWriter;
use crate::store::{StoreError, files};

/// How often, and after which pause, emptying the log of lost files is retried.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// How the database's files were lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Loss {
    /// Its path leads nowhere.
    Removed,
    /// Its path leads to another file.
    Replaced,
    /// Another program has written to it.
    Overwritten,
    /// The write-ahead log, or its index, was removed or replaced.
    Log,
}

impl Loss {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Removed => "the database file was deleted or moved away",
            Self::Replaced => "the database file was replaced by another one",
            Self::Overwritten => "the database file was overwritten by another program",
            Self::Log => "the database's write-ahead log was deleted or replaced",
        }
    }
}

/// A file's constant attributes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Inode(u64, u64);

/// A file's attributes that change with each write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Written {
    size: u64,
    at: (i64, i64),
}

/// The files as the last checkpoint left them.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    main: (Inode, Written),
    log: Inode,
    index: Inode,
    /// The store writes to the main file, while commits continue.
    is_written: bool,
}

#[derive(Debug)]
pub(super) struct FileWatch {
    database: PathBuf,
    /// Locked while a checkpoint writes, so that its writes are not mistaken for another program's.
    stamp: Mutex<Stamp>,
    lost: OnceLock<Loss>,
    signal: Notify,
    /// The main file, in case its path is gone.
    file: File,
    /// The first connection to open and the last to close. While it is open, closing another connection makes no checkpoint.
    anchor: Mutex<Option<SqliteConnection>>,
}

impl FileWatch {
    /// Watches a database that the anchor has open, with an empty log.
    pub(super) fn start(database: &Path, anchor: SqliteConnection) -> io::Result<Self> {
        Ok(Self {
            database: database.to_owned(),
            stamp: Mutex::new(Stamp {
                main: main(&fs::metadata(database)?),
                log: inode(&fs::metadata(files::beside(database, files::WAL))?),
                index: inode(&fs::metadata(files::beside(database, files::SHM))?),
                is_written: false,
            }),
            lost: OnceLock::new(),
            signal: Notify::new(),
            file: File::open(database)?,
            anchor: Mutex::new(Some(anchor)),
        })
    }

    /// Fails if a file is not in its place, and from then on for ever.
    pub(super) async fn verify(&self) -> Result<(), StoreError> {
        let stamp = self.stamp.lock().await;
        self.verify_by(&stamp)
    }

    fn compare(&self, stamp: &Stamp) -> Result<(), StoreError> {
        let loss = match fs::metadata(&self.database) {
            Err(error) => (gone(error)?, Loss::Removed),
            Ok(metadata) => {
                let (inode, written) = main(&metadata);
                if inode != stamp.main.0 {
                    (true, Loss::Replaced)
                } else {
                    (written != stamp.main.1 && !stamp.is_written, Loss::Overwritten)
                }
            }
        };
        let loss = match loss {
            (true, loss) => Some(loss),
            (false, _) => {
                let moved = self.is_elsewhere(files::WAL, stamp.log)?
                    || self.is_elsewhere(files::SHM, stamp.index)?;
                moved.then_some(Loss::Log)
            }
        };
        let Some(loss) = loss else { return Ok(()) };
        if self.lost.set(loss).is_ok() {
            tracing::error!(database = %self.database.display(), "{}: nothing more is acknowledged", loss.words());
            self.signal.notify_waiters();
        }
        Err(StoreError::Lost(loss.words()))
    }

    fn is_elsewhere(&self, suffix: &str, known: Inode) -> Result<bool, StoreError> {
        match fs::metadata(files::beside(&self.database, suffix)) {
            Ok(metadata) => Ok(inode(&metadata) != known),
            Err(error) => gone(error),
        }
    }

    /// Resolves once a file was found missing.
    pub(super) async fn lost(&self) -> Loss {
        loop {
            let signal = self.signal.notified();
            tokio::pin!(signal);
            signal.as_mut().enable();
            if let Some(loss) = self.lost.get() {
                return *loss;
            }
            signal.await;
        }
    }

    /// Folds the log into the main file, and empties it. `false` if a reader still uses it: then as much as possible is written.
    ///
    /// Most of it is written while commits continue; they wait only for the rest.
    pub(super) async fn checkpoint(&self, writer: &SqliteWriter) -> Result<bool, StoreError> {
        self.write_back().await?;
        let mut stamp = self.stamp.lock().await;
        self.verify_by(&stamp)?;
        let done = truncate(writer).await;
        self.restamp(&mut stamp);
        done
    }

    /// Folds the log into the main file, and keeps it.
    async fn write_back(&self) -> Result<(), StoreError> {
        let mut anchor = self.anchor.lock().await;
        let Some(connection) = anchor.as_mut() else {
            return Ok(());
        };
        {
            let mut stamp = self.stamp.lock().await;
            self.verify_by(&stamp)?;
            stamp.is_written = true;
        }
        let done = sqlx::query("pragma wal_checkpoint(passive)")
            .execute(connection)
            .await;
        let mut stamp = self.stamp.lock().await;
        self.restamp(&mut stamp);
        stamp.is_written = false;
        done.map(drop).map_err(StoreError::from)
    }

    fn verify_by(&self, stamp: &Stamp) -> Result<(), StoreError> {
        match self.lost.get() {
            Some(loss) => Err(StoreError::Lost(loss.words())),
            None => self.compare(stamp),
        }
    }

    /// Updates the stamp after the store's own writes to the main file, whatever their outcome.
    fn restamp(&self, stamp: &mut Stamp) {
        if let Ok(metadata) = fs::metadata(&self.database) {
            let (inode, written) = main(&metadata);
            if inode == stamp.main.0 {
                stamp.main.1 = written;
            }
        }
    }

    /// Saves as much as possible of lost files, and leaves nothing that would be applied to the files in their place.
    pub(super) async fn salvage(&self, loss: Loss, writer: &SqliteWriter) -> Result<(), StoreError> {
        let mut anchor = self.anchor.lock().await;
        let Some(connection) = anchor.as_mut() else {
            return Ok(());
        };
        let stamp = *self.stamp.lock().await;
        let name = |what: &str, stamp: &str| files::beside(&self.database, &format!(".{what}-{stamp}"));
        let now = copy::stamp(connection).await?;
        match loss {
            Loss::Overwritten => {
                // The log belongs to the overwritten file: it must not be applied to the new one, neither now nor at the next
                // start.
                std::mem::forget(anchor.take());
                let log = files::beside(&self.database, files::WAL);
                if !self.is_elsewhere(files::WAL, stamp.log)? && files::size(&log) > 0 {
                    let aside = name("overwritten-wal", &now);
                    fs::rename(&log, &aside).map_err(failed)?;
                    tracing::warn!("the former database's log is kept as {}", aside.display());
                }
            }
            Loss::Removed | Loss::Replaced => {
                self.salvage_removed(stamp, &name("removed", &now), writer)
                    .await?;
            }
            Loss::Log => {
                truncate(writer).await?;
                let log = files::beside(&self.database, files::WAL);
                if self.is_elsewhere(files::WAL, stamp.log)? && log.exists() {
                    let aside = name("foreign-wal", &now);
                    fs::rename(&log, &aside).map_err(failed)?;
                    tracing::warn!("a log of another database was put aside as {}", aside.display());
                }
                tracing::warn!("every acknowledged message is in the database file");
            }
        }
        Ok(())
    }

    /// Saves a file that was moved away or removed, with its log.
    async fn salvage_removed(
        &self,
        stamp: Stamp,
        aside: &Path,
        writer: &SqliteWriter,
    ) -> Result<(), StoreError> {
        // Folded into the opened file, wherever it is now. Then its log is empty, and does no harm to files beside it.
        let mut emptied = truncate(writer).await.unwrap_or(false);
        for _ in 0..TRIES {
            // Readers of the attributes finish quickly.
            if emptied {
                break;
            }
            sleep(PAUSE).await;
            emptied = truncate(writer).await.unwrap_or(false);
        }
        if !emptied && !self.is_elsewhere(files::WAL, stamp.log)? {
            // A reader still uses it: the log is moved beside its own database, where it will be applied.
            fs::rename(
                files::beside(&self.database, files::WAL),
                files::beside(aside, files::WAL),
            )
            .map_err(failed)?;
        }
        if self.file.metadata().is_ok_and(|metadata| metadata.nlink() == 0) {
            let mut copy = files::open_private(aside).map_err(failed)?;
            io::copy(&mut &self.file, &mut copy).map_err(failed)?;
            copy.sync_all().map_err(failed)?;
            tracing::warn!("the former database is complete and kept as {}", aside.display());
        } else {
            tracing::warn!("the former database is complete where it was moved to");
        }
        Ok(())
    }

    /// Closes the database, after every other connection.
    pub(super) async fn end(&self) {
        let anchor = self.anchor.lock().await.take();
        if let Some(anchor) = anchor {
            let _ = anchor.close().await;
        }
    }
}

async fn truncate(writer: &SqliteWriter) -> Result<bool, StoreError> {
    let row = sqlx::query("pragma wal_checkpoint(truncate)")
        .fetch_one(&mut *writer.acquire().await?)
        .await?;
    Ok(row.try_get::<i64, _>("busy")? == 0)
}

/// Whether a file is missing. If that cannot be determined, nothing is acknowledged, and the next commit checks again.
fn gone(error: io::Error) -> Result<bool, StoreError> {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(true),
        _ => Err(failed(error)),
    }
}

fn failed(error: io::Error) -> StoreError {
    StoreError::Failed(sqlx::Error::Io(error))
}

fn inode(metadata: &Metadata) -> Inode {
    Inode(metadata.dev(), metadata.ino())
}

fn main(metadata: &Metadata) -> (Inode, Written) {
    let at = (metadata.mtime(), metadata.mtime_nsec());
    let size = metadata.size();
    (inode(metadata), Written { size, at })
}
