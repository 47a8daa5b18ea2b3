//! A device that wakes from sleep: a process whose wall clock runs ahead of its timers. Takes libfaketime.

#![cfg(all(feature = "client", target_os = "linux"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use socketio_anywhere::{Client, Event};
use support::Server;

const URL: &str = "SOCKETIO_TEST_SLEEPER_URL";

/// How long a device may take to notice that it slept. Two seconds by the client's constants; the rest is for a busy machine.
const NOTICED_WITHIN: Duration = Duration::from_secs(6);

/// Set where the connection is to die before the device sleeps.
const DIES: &str = "SOCKETIO_TEST_SLEEPER_DIES";

/// The process that sleeps. Nothing in a run of the tests themselves.
#[tokio::test]
async fn sleeper() {
    let Ok(url) = std::env::var(URL) else { return };
    let client = Client::builder(url).auto_connect(false).build().unwrap();
    let mut events = client.events();
    client.connect();
    let mut dies = std::env::var(DIES).is_ok();
    while let Some(event) = events.next().await {
        match event {
            Event::Connected { .. } => {
                if std::mem::take(&mut dies) {
                    // Longer than anything here.
                    client.emit("stop reading", &60_000).unwrap();
                    client.flush().await.unwrap();
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                println!("\nconnected");
            }
            Event::Disconnected { reason, .. } => println!("\n{reason}"),
            _ => {}
        }
    }
}

fn library() -> Option<PathBuf> {
    let places = std::fs::read_dir("/usr/lib").ok()?.flatten();
    let mut libraries = places.map(|place| place.path().join("faketime/libfaketimeMT.so.1"));
    libraries.find(|library| library.exists())
}

/// The process, and its clock.
struct Device {
    child: Child,
    clock: PathBuf,
    said: mpsc::Receiver<String>,
}

impl Device {
    /// `None` where there is no libfaketime.
    fn start(server: &Server, name: &str, dies: bool) -> Option<Self> {
        let Some(library) = library() else {
            println!("skipped: a clock of one's own takes libfaketime");
            return None;
        };
        let clock = std::env::temp_dir().join(format!("socketio-clock-{name}-{}", std::process::id()));
        std::fs::write(&clock, "+0").unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        if dies {
            command.env(DIES, "1");
        }
        let mut child = command
            .args(["--exact", "sleeper", "--nocapture"])
            .env("LD_PRELOAD", library)
            .env("FAKETIME_TIMESTAMP_FILE", &clock)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env(URL, server.url())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines, said) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = lines.send(line);
            }
        });
        Some(Self { child, clock, said })
    }

    fn hears(&self, wanted: &str, patience: u64) -> bool {
        while let Ok(line) = self.said.recv_timeout(Duration::from_secs(patience)) {
            if line == wanted {
                return true;
            }
        }
        false
    }

    /// Its clock jumps, and it is soon told that the connection is dead.
    #[expect(
        clippy::disallowed_methods,
        reason = "the time that passes is what is asserted"
    )]
    fn notices_a_sleep_of(&self, seconds: u64) {
        let awake = Instant::now();
        self.sleeps(seconds);
        assert!(self.hears("ping timeout", 15));
        assert!(awake.elapsed() < NOTICED_WITHIN, "{:?}", awake.elapsed());
    }

    /// Its clock jumps.
    fn sleeps(&self, seconds: u64) {
        let next = self.clock.with_extension("next");
        std::fs::write(&next, format!("+{seconds}")).unwrap();
        std::fs::rename(&next, &self.clock).unwrap();
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.clock);
    }
}

#[test]
fn client_c10_an_idle_client_notices_soon_that_the_device_slept() {
    let server = Server::start();
    let Some(device) = Device::start(&server, "long", false) else {
        return;
    };
    assert!(device.hears("connected", 15));
    // It takes a second. Without looking at the clock it would take the rest of a heartbeat, 45 s.
    device.notices_a_sleep_of(60);
    assert!(device.hears("connected", 15));
}

#[test]
fn client_c10_a_sleep_shorter_than_the_heartbeat_is_noticed_where_the_connection_died() {
    let server = Server::start();
    let Some(device) = Device::start(&server, "short", true) else {
        return;
    };
    assert!(device.hears("connected", 15));
    // It takes two seconds. The heartbeat would be missed 25 s from here.
    device.notices_a_sleep_of(20);
    assert!(device.hears("connected", 15));
}

#[test]
fn client_c10_a_sleep_shorter_than_the_heartbeat_leaves_a_live_connection_alone() {
    let server = Server::start();
    let Some(device) = Device::start(&server, "alive", false) else {
        return;
    };
    assert!(device.hears("connected", 15));
    device.sleeps(20);
    assert!(!device.hears("ping timeout", 5));
}
