//! A server whose disk fills up: it acknowledges no message that it cannot store, and accepts them once there is room again.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use steadfast_client::RowState;

use crate::desk::{room, until};
use crate::device::{Device, converged};
use crate::process::{Server, free_address};

/// A file system of its own, small enough to be full soon. Unmounted in the end.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this user may not mount one.
    fn mount(at: &Path) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"])
            .arg(at)
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_acknowledges_nothing_it_has_not_stored_and_goes_on_once_there_is_room() {
    fills_up(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_on_a_full_disk_loses_nothing() {
    fills_up(true).await;
}

async fn fills_up(killed: bool) {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path()) else {
        println!("skipped: a small disk takes the right to mount one");
        return;
    };
    let ballast = disk.0.join("ballast");
    let database = disk.0.join("chat.db");
    let mut server = Server::start(&database, free_address()).await;
    let mut ann = Device::new(&server, "ann").await;
    let general = room(&ann.chat);
    ann.says(general, "while there is room");
    until("it is stored", async || !ann.waits()).await;

    // Fills the rest, to the last block.
    let mut filling = fs::File::create(&ballast).unwrap();
    while filling.write_all(&[7; 4096]).is_ok() {}
    drop(filling);
    let large = "x".repeat(10_000);
    for n in 0..40 {
        ann.says(general, &format!("{n} {large}"));
    }
    // What the log's file still took is sent; there is no more of it, and nobody gives up.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(ann.waits(), "the disk was not full");
    assert!(
        ann.chat.with(|session| session
            .timeline(general)
            .echoes()
            .all(|row| matches!(row.state, RowState::Saved))),
        "what could not be stored waits, and none of it is rejected"
    );
    ann.looks(general);

    if killed {
        server.kill();
    }
    fs::remove_file(&ballast).unwrap();
    if killed {
        let address = server.address;
        drop(server);
        server = Server::start(&database, address).await;
        ann.line.cut();
        ann.chat.wake();
    }
    converged(&mut [ann], general).await;
    drop(server);
}
