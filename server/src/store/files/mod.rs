//! The files of a database: their names, their permissions, and how changes of them reach the disk.

pub mod lock;

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use crate::store::lock::{FileLock, LockError};

/// The suffix of the write-ahead log.
pub(crate) const WAL: &str = "-wal";
/// The suffix of the write-ahead log's index.
pub(crate) const SHM: &str = "-shm";
/// The suffix of the rollback journal.
pub(crate) const JOURNAL: &str = "-journal";
/// The suffix of the file that keeps a second process away.
pub(crate) const LOCK: &str = ".lock";
/// The suffix of the socket of `steadfast admin`.
pub(crate) const SOCKET: &str = ".sock";
/// The suffix of a database that is being restored.
const RESTORING: &str = ".restoring";
/// The suffixes of former databases, and of logs that belonged to other databases.
const KEPT: [&str; 3] = [".before-restore-", ".removed-", ".foreign-wal-"];
/// Only the file's owner may read and write it.
const PRIVATE: u32 = 0o600;

/// The file beside another one, by its suffix.
pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file.as_os_str());
    name.push(suffix);
    name.into()
}

/// Resolves symbolic links. SQLite keeps the log beside the file itself, not beside a link to it.
pub fn real(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())
}

/// Resolves symbolic links of a file to be written, even if it does not exist yet.
pub fn destination(file: &Path) -> PathBuf {
    let linked = || fs::read_link(file).map(|to| folder(file).join(to));
    fs::canonicalize(file)
        .or_else(|_| linked())
        .unwrap_or_else(|_| file.to_owned())
}

/// The database that a file beside it belongs to: its log, its lock, its socket, a former database.
pub fn database_of(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let own = [WAL, SHM, JOURNAL, LOCK, SOCKET, RESTORING];
    let ends = own.iter().filter_map(|suffix| name.strip_suffix(suffix));
    let kept = KEPT.iter().filter_map(|part| Some(name.split_once(part)?.0));
    ends.chain(kept)
        .map(|name| file.with_file_name(name))
        .find(|database| is_sqlite(database))
}

/// The folder of a file.
pub fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The size of a file in bytes; 0 if it does not exist.
pub fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |metadata| metadata.len())
}

/// The size of a database's write-ahead log in bytes.
pub fn wal_size(database: &Path) -> u64 {
    size(&beside(database, WAL))
}

/// Opens a file for writing, creating it if necessary, readable by its owner alone.
pub fn open_private(file: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(PRIVATE)
        .open(file)
}

/// Removes other users' permissions from a database's files, with a warning if they had any.
pub(crate) fn tighten(database: &Path) {
    for suffix in ["", WAL, SHM, JOURNAL, LOCK] {
        let file = beside(database, suffix);
        let Ok(metadata) = fs::metadata(&file) else {
            continue;
        };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & !PRIVATE == 0 {
            continue;
        }
        let path = file.display();
        match fs::set_permissions(&file, Permissions::from_mode(mode & PRIVATE)) {
            Ok(()) => tracing::warn!(
                "{path} could be read by other users of this machine (mode {mode:o}): only its owner can now"
            ),
            Err(error) => tracing::warn!(
                "{path} can be read by other users of this machine (mode {mode:o}) and this could not be changed ({error}): chmod 600 it"
            ),
        }
    }
}

/// Gives a file to the owner of the database it becomes: root may restore it, but the server's user has to write it. Without a
/// database the folder's owner counts.
pub fn give_to_owner(file: &Path, database: &Path) -> io::Result<()> {
    let model = fs::metadata(database).or_else(|_| fs::metadata(folder(database)))?;
    let own = fs::metadata(file)?;
    if (model.uid(), model.gid()) == (own.uid(), own.gid()) {
        return Ok(());
    }
    match chown(file, Some(model.uid()), Some(model.gid())) {
        // Only root may give files away.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        done => done,
    }
}

/// Whether a file starts with SQLite's magic bytes.
pub fn is_sqlite(file: &Path) -> bool {
    let mut magic = [0; 16];
    File::open(file).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok())
        && &magic == b"SQLite format 3\0"
}

/// Whether a database file ends in the middle of a page, as after an incomplete copy. SQLite would read the missing part as
/// empty.
pub fn is_cut_off(file: &Path) -> bool {
    let mut head = [0; 18];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    let page = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        page => u64::from(page),
    };
    read.is_ok() && page > 0 && !size(file).is_multiple_of(page)
}

/// Whether a server runs on a database.
pub fn is_served(database: &Path) -> bool {
    let lock = beside(database, LOCK);
    lock.exists() && matches!(FileLock::acquire(database), Err(LockError::Held))
}

/// Whether no process has the database open, so that it can be read without side effects: it has no log, and no index of one.
pub fn is_alone(database: &Path) -> bool {
    [WAL, SHM, JOURNAL]
        .iter()
        .all(|suffix| !beside(database, suffix).exists())
}

/// Whether a path still refers to the file that was opened by it.
pub fn is_open_as(handle: &File, file: &Path) -> bool {
    let id = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((handle.metadata().map(id), fs::metadata(file).map(id)), (Ok(one), Ok(other)) if one == other)
}

/// Removes the logs beside a database, which would otherwise be applied to a database put in its place.
pub fn remove_sides(database: &Path) -> io::Result<()> {
    [WAL, SHM, JOURNAL]
        .iter()
        .try_for_each(|suffix| remove(&beside(database, suffix)))
}

/// The path of a database that is being restored.
pub fn restoring(database: &Path) -> PathBuf {
    beside(database, RESTORING)
}

/// The path of the former database: an unused name, unless a restore that was killed in the same second has already given it to
/// this one.
pub fn former(database: &Path, stamp: &str) -> PathBuf {
    let mut name = beside(database, &format!(".before-restore-{stamp}"));
    let mut number = 2_u64;
    while name.exists() && !is_same(database, &name) {
        name = beside(database, &format!(".before-restore-{stamp}-{number}"));
        number += 1;
    }
    name
}

/// Links a database and its logs under second names, or copies them if the file system has no hard links.
pub fn link_all(database: &Path, to: &Path) -> io::Result<()> {
    for suffix in [WAL, JOURNAL, ""] {
        let (from, to) = (beside(database, suffix), beside(to, suffix));
        // Copied onto itself a file would be emptied.
        if !from.exists() || is_same(&from, &to) {
            continue;
        }
        remove(&to)?;
        if fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to)?;
            File::open(&to)?.sync_all()?;
        }
    }
    Ok(())
}

/// The free and the total bytes of the disk a file is on. `None` if the system does not tell.
pub fn disk(file: &Path) -> Option<(u64, u64)> {
    let disk = rustix::fs::statvfs(folder(file)).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
    Some((bytes(disk.f_bavail), bytes(disk.f_blocks)))
}

/// Whether files may be created in a file's folder.
pub fn may_create_beside(file: &Path) -> bool {
    rustix::fs::access(folder(file), Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// Makes a file's new name survive a power failure.
pub fn sync_folder(file: &Path) -> io::Result<()> {
    File::open(folder(file))?.sync_all()
}

/// Removes a file if it exists.
pub fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Whether two paths refer to the same file.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let id = |path| fs::metadata(path).map(|metadata: fs::Metadata| (metadata.dev(), metadata.ino()));
    matches!((id(one), id(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_in_this_folder() {
        assert_eq!(folder(Path::new("chat.db")), Path::new("."));
        assert_eq!(folder(Path::new("/var/chat.db")), Path::new("/var"));
        assert_eq!(beside(Path::new("chat.db"), WAL), Path::new("chat.db-wal"));
    }

    #[test]
    fn fault_h07_what_lies_beside_a_database_belongs_to_it() {
        let scratch = tempfile::tempdir().unwrap();
        let database = scratch.path().join("chat.db");
        let of = |name: &str| database_of(&scratch.path().join(name));
        assert_eq!(of("chat.db-wal"), None, "there is no such database");
        fs::write(&database, b"SQLite format 3\0").unwrap();
        for own in [
            "chat.db-wal",
            "chat.db-shm",
            "chat.db-journal",
            "chat.db.lock",
            "chat.db.sock",
            "chat.db.restoring",
            "chat.db.before-restore-20261128-215820",
            "chat.db.removed-20261128-215820",
            "chat.db.foreign-wal-20261128-215803",
        ] {
            assert_eq!(of(own).as_ref(), Some(&database), "{own}");
        }
        for other in [
            "chat.db",
            "chat.db.bak",
            "chat.db-2026",
            "other.db-wal",
            "chat.db-wal.old",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn fault_h07_a_former_database_is_kept_once_under_a_name_of_its_own() {
        let scratch = tempfile::tempdir().unwrap();
        let database = scratch.path().join("chat.db");
        let keep = |text: &str| {
            fs::write(&database, text).unwrap();
            let name = former(&database, "20261128-215820");
            link_all(&database, &name).unwrap();
            name
        };
        let first = keep("first");
        // Killed before the restored one took its place, and started again in the same second.
        assert_eq!(former(&database, "20261128-215820"), first);
        link_all(&database, &first).unwrap();
        assert_eq!(fs::read_to_string(&database).unwrap(), "first");
        fs::remove_file(&database).unwrap();
        let second = keep("second");
        assert_ne!(second, first);
        assert_eq!(fs::read_to_string(&first).unwrap(), "first");
        assert_eq!(fs::read_to_string(&second).unwrap(), "second");
        fs::write(&database, b"SQLite format 3\0").unwrap();
        assert_eq!(database_of(&second), Some(database.clone()));
    }

    #[test]
    fn fault_m11_others_lose_the_rights_they_had() {
        let scratch = tempfile::tempdir().unwrap();
        let database = scratch.path().join("chat.db");
        for suffix in ["", WAL, SHM, LOCK] {
            let file = beside(&database, suffix);
            fs::write(&file, "").unwrap();
            fs::set_permissions(&file, Permissions::from_mode(0o664)).unwrap();
        }
        tighten(&database);
        for suffix in ["", WAL, SHM, LOCK] {
            let mode = fs::metadata(beside(&database, suffix))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{suffix}");
        }
    }
}
