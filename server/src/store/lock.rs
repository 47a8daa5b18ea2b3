//! One process per database file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Held as long as a process uses a database file. The operating system lets it go when the process ends, however it ends.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// Why the lock was not to be had.
#[derive(Debug)]
pub enum LockError {
    /// Another process holds it.
    Held,
    /// The lock file cannot be made.
    Io(io::Error),
}

impl FileLock {
    /// Locks `<database>.lock`.
    pub fn acquire(database: &Path) -> Result<Self, LockError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(PathBuf::from(path))
            .map_err(LockError::Io)?;
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
