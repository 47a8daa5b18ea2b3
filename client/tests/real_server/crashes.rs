//! The promise through `kill -9`, a hundred times, under load, over lines that fall.
//!
//! What is checked is the history, from the outside: what people typed, what they were shown at any time, what all of them
//! see in the end.

use std::time::Duration;

use socketio_anywhere::backoff::Rng;

use crate::desk::room;
use crate::device::{Device, converged};
use crate::line::Mood;
use crate::process::{Server, free_address};

/// How often the server is killed. `STEADFAST_CRASHES` for more, or fewer.
const CRASHES: u32 = 100;
const PEOPLE: usize = 4;

/// Chance from a seed, so that a failure can be had again, as far as real processes allow.
struct Chance(Rng);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end
    }

    fn milliseconds(&mut self, end: u64) -> Duration {
        Duration::from_millis(self.below(end))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hole_03_a_hundred_kills_under_load_lose_double_and_misorder_nothing() {
    let crashes = std::env::var("STEADFAST_CRASHES").map_or(CRASHES, |crashes| crashes.parse().unwrap());
    let seed =
        std::env::var("STEADFAST_SEED").map_or(u64::from(std::process::id()), |seed| seed.parse().unwrap());
    println!("{crashes} crashes; again with STEADFAST_SEED={seed}");
    let mut rng = Chance(Rng::new(seed));
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chat.db");
    let mut server = Server::start(&database, free_address()).await;
    let mut devices = Vec::new();
    for n in 0..PEOPLE {
        devices.push(Device::new(&server, &format!("person {n}")).await);
    }
    let general = room(&devices[0].chat);

    for _ in 0..crashes {
        for _ in 0..1 + rng.below(6) {
            for device in &mut devices {
                for _ in 0..rng.below(3) {
                    device.types(general);
                }
                if rng.below(4) == 0 {
                    device.changes(general, rng.below(1_000));
                }
                match rng.below(20) {
                    0 => device.line.cut(),
                    1 => device.line.be(Mood::Stalls),
                    2 => device.line.be(Mood::Swallows),
                    3 => device.line.be(Mood::Carries),
                    4 => device.refreshes().await,
                    _ => {}
                }
                device.looks(general);
            }
            tokio::time::sleep(rng.milliseconds(40)).await;
        }
        server.kill();
        for device in &mut devices {
            device.types(general);
        }
        tokio::time::sleep(rng.milliseconds(40)).await;
        server = Server::start(&database, server.address).await;
        for device in &devices {
            // A swallowed answer is only noticed when the line falls; the test has no time for the heartbeat.
            device.line.cut();
            device.chat.wake();
        }
    }

    let many = converged(&mut devices, general).await;
    println!("{many} messages of {PEOPLE} people");
}
