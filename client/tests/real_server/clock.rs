//! A server whose clock is set back by an hour under load: entries are ordered by place, not by time.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::desk::room;
use crate::device::{Device, converged};
use crate::line::Mood;
use crate::process::{Server, free_address};

/// More messages than one commit takes in this test, and fewer than are sent while the clock is behind.
const STANDS_STILL: usize = 40;

/// A clock that a server's process reads in place of the machine's.
struct Clock {
    library: PathBuf,
    offset: PathBuf,
}

impl Clock {
    /// `None` where libfaketime is not installed.
    fn new(folder: &Path) -> Option<Self> {
        let places = fs::read_dir("/usr/lib").ok()?.flatten();
        let mut libraries = places.map(|place| place.path().join("faketime/libfaketimeMT.so.1"));
        let clock = Self {
            library: libraries.find(|library| library.exists())?,
            offset: folder.join("clock"),
        };
        clock.set("+0");
        Some(clock)
    }

    /// Sets the clock by so much from the machine's. At once, and never seen half-written.
    fn set(&self, offset: &str) {
        let next = self.offset.with_extension("next");
        fs::write(&next, offset).unwrap();
        fs::rename(&next, &self.offset).unwrap();
    }

    async fn server(&self, database: &Path, address: std::net::SocketAddr) -> Server {
        let environment = [
            ("LD_PRELOAD", self.library.as_os_str()),
            ("FAKETIME_TIMESTAMP_FILE", self.offset.as_os_str()),
            ("FAKETIME_NO_CACHE", OsStr::new("1")),
            // Setting a clock moves the time of day alone.
            ("FAKETIME_DONT_FAKE_MONOTONIC", OsStr::new("1")),
        ];
        Server::start_in(&environment, database, address).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_back_by_an_hour_under_load_loses_doubles_and_misorders_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(clock) = Clock::new(folder.path()) else {
        println!("skipped: a clock of one's own takes libfaketime");
        return;
    };
    let database = folder.path().join("chat.db");
    let mut server = clock.server(&database, free_address()).await;
    let mut devices = Vec::new();
    for name in ["ann", "bob", "cleo"] {
        devices.push(Device::new(&server, name).await);
    }
    let general = room(&devices[0].chat);
    for round in 0..40 {
        match round {
            10 => clock.set("-1h"),
            15 => {
                // Who comes in an earlier hour than the others, and who comes back in one.
                devices.push(Device::new(&server, "dora").await);
                devices[0].line.cut();
                devices[1].refreshes().await;
            }
            20 => {
                server.kill();
                server = clock.server(&database, server.address).await;
                for device in &devices {
                    device.line.cut();
                    device.chat.wake();
                }
            }
            25 => devices[2].line.be(Mood::Stalls),
            30 => {
                clock.set("+0");
                devices[2].line.be(Mood::Carries);
            }
            _ => {}
        }
        for device in &mut devices {
            device.types(general);
            device.looks(general);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    converged(&mut devices, general).await;

    let times: Vec<u64> = devices[0].chat.with(|session| {
        let rows = session.timeline(general).stored();
        rows.map(|row| row.at).collect()
    });
    let goes_back = times.windows(2).any(|pair| pair[1] < pair[0]);
    assert!(!goes_back, "a later entry tells an earlier time");
    // While the clock is an hour behind, a room's time stands still.
    let stands_still = times
        .chunk_by(|earlier, later| earlier == later)
        .map(<[u64]>::len)
        .max();
    assert!(
        stands_still >= Some(STANDS_STILL),
        "the server's clock was never set back: {stands_still:?}"
    );
}
