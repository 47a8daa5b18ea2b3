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
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use socketio_client::{Client, Event};
use support::Server;

const URL: &str = "SOCKETIO_TEST_SLEEPER_URL";

/// The process that sleeps. Nothing in a run of the tests themselves.
#[tokio::test]
async fn sleeper() {
    let Ok(url) = std::env::var(URL) else { return };
    let client = Client::builder(url).auto_connect(false).build().unwrap();
    let mut events = client.events();
    client.connect();
    while let Some(event) = events.next().await {
        match event {
            Event::Connected { .. } => println!("\nconnected"),
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

#[test]
fn client_c10_an_idle_client_notices_soon_that_the_device_slept() {
    let Some(library) = library() else {
        println!("skipped: a clock of one's own takes libfaketime");
        return;
    };
    let server = Server::start();
    let clock = std::env::temp_dir().join(format!("socketio-client-clock-{}", std::process::id()));
    std::fs::write(&clock, "+0").unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
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
    let hears = |wanted: &str, patience: u64| {
        while let Ok(line) = said.recv_timeout(Duration::from_secs(patience)) {
            if line == wanted {
                return true;
            }
        }
        false
    };
    let connected = hears("connected", 15);
    let next = clock.with_extension("next");
    std::fs::write(&next, "+60").unwrap();
    std::fs::rename(&next, &clock).unwrap();
    // It takes a second. Without looking at the clock it would take the rest of a heartbeat, 45 s.
    let noticed = connected && hears("ping timeout", 15);
    let back = noticed && hears("connected", 15);
    let _ = child.kill();
    let _ = child.wait();
    let _ = std::fs::remove_file(&clock);
    assert_eq!((connected, noticed, back), (true, true, true));
}
