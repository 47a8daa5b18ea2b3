//! Allows one process per database file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use crate::store::files;

/// The bytes that the lock file keeps for a start on a full disk. SQLite needs 32 KiB for the index of its log.
const RESERVE: usize = 64 * 1024;

/// Held while a process uses a database file. The operating system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct FileLock {
    beside: File,
    /// The database itself, unless it did not exist: by another name (a hard link, a file mounted into a container) it has another
    /// file beside it.
    database: Option<File>,
}

/// Why the lock could not be acquired.
#[derive(Debug)]
pub enum LockError {
    /// Another process holds it.
    Held,
    /// The lock file cannot be created.
    Io(io::Error),
}

impl FileLock {
    /// Acquires the lock in the file `<database>.lock`, and the one of the database if it exists. Both are apart from SQLite's own
    /// locks; but those end when this is dropped, so hold it for as long as SQLite has the file open.
    pub fn acquire(database: &Path) -> Result<Self, LockError> {
        let path = files::beside(database, files::LOCK);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(LockError::Io)?;
        // A lock file owned by root would lock the server's own user out.
        files::give_to_owner(&path, database).map_err(LockError::Io)?;
        lock(&file)?;
        let mut acquired = Self {
            beside: file,
            database: None,
        };
        // A file that cannot be opened so is refused with better words by whoever opens it next.
        if let Ok(database) = OpenOptions::new().read(true).write(true).open(database) {
            acquired.include(database)?;
        }
        Ok(acquired)
    }

    /// Locks the database as well, which did not exist when this was acquired.
    pub fn include(&mut self, database: File) -> Result<(), LockError> {
        // Other systems may refuse SQLite's own locks of a file that is locked so.
        if self.database.is_none() && cfg!(target_os = "linux") {
            lock(&database)?;
            self.database = Some(database);
        }
        Ok(())
    }

    /// Frees the space that the lock file keeps, for the files that SQLite is about to create.
    pub fn free_reserve(&self) {
        let _ = self.beside.set_len(0);
    }

    /// Keeps space for the next start. A full disk has none, and this is no reason not to serve.
    pub fn keep_reserve(&self) {
        if self.beside.write_all_at(&[1; RESERVE], 0).is_err() {
            self.free_reserve();
        }
    }
}

fn lock(file: &File) -> Result<(), LockError> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => LockError::Held,
        TryLockError::Error(error) => LockError::Io(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_let_go_on_drop() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let first = FileLock::acquire(&database).unwrap();
        assert!(matches!(FileLock::acquire(&database), Err(LockError::Held)));
        drop(first);
        FileLock::acquire(&database).unwrap();
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_database_is_locked_by_all_of_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let (database, other) = (folder.path().join("a.db"), folder.path().join("b.db"));
        File::create(&database).unwrap();
        std::fs::hard_link(&database, &other).unwrap();
        let first = FileLock::acquire(&database).unwrap();
        assert!(matches!(FileLock::acquire(&other), Err(LockError::Held)));
        std::fs::remove_file(files::beside(&database, files::LOCK)).unwrap();
        assert!(matches!(FileLock::acquire(&database), Err(LockError::Held)));
        drop(first);
        FileLock::acquire(&other).unwrap();
    }
}
