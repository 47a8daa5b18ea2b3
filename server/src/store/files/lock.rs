//! Allows one process per database file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::store::files;

/// Held while a process uses a database file. The operating system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
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
    /// Acquires the lock in the file `<database>.lock`.
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
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held),
            Err(TryLockError::Error(error)) => Err(LockError::Io(error)),
        }
    }
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
}
