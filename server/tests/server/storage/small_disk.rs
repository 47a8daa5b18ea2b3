//! A disk that a test can fill up.

use std::path::{Path, PathBuf};
use std::process::Command;

use steadfast_server::store::files;
use tempfile::TempDir;

/// A file system of its own, small enough to fill up quickly.
pub(super) struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None` if this user may not mount one.
    pub(super) fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"])
            .arg(folder.path())
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(folder))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Leaves this many bytes free.
    pub(super) fn leave(&self, bytes: u64) {
        let _ = std::fs::remove_file(self.ballast());
        let df = free(self.0.path());
        std::fs::write(
            self.ballast(),
            vec![1; usize::try_from(df.saturating_sub(bytes)).unwrap()],
        )
        .unwrap();
    }

    /// The file that takes up the rest of it.
    pub(super) fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }
}

fn free(folder: &Path) -> u64 {
    files::disk(&folder.join("x")).unwrap().0
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}
