//! Many small worlds from seeds: real sessions and real sockets on devices with several tabs, nodes over one database, and
//! unreliable lines between them. Time is virtual, and the same seed makes the same world.
//!
//! - `script`: the contents of a seed: people, weather, and actions with their times
//! - `world`: time and scheduled events; `act`: people's actions and faults; `rng`: randomness
//! - `tab`, `socket`: a tab's session and socket, and the shell between them; `device`: its storage and its other tabs
//! - `line`: the network; `server`: nodes, their write path, their database
//! - `history`, `check`, `checker`: people's actions and screens, and the rules
//! - `run`, `seeds`, `shrink`, `words`, `explain`: one world, many worlds, the shortest script that breaks a rule, and its description
//! - `detect`, `flaws`: deliberate faults of the server, each of which must be detected; `mutants` is another test, of a client
//!   with deliberate faults
//!
//! `cargo xtask simulate --help` explains how to run more of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test, each says what went wrong"
)]

mod act;
mod check;
#[path = "../checker/mod.rs"]
mod checker;
mod detect;
mod device;
mod explain;
mod flaws;
mod history;
mod line;
mod options;
mod rng;
mod run;
mod script;
mod seeds;
mod server;
mod shrink;
mod socket;
mod tab;
mod words;
mod world;

use std::time::Duration;

use check::Broken;
use explain::explain;
use options::number;
use script::{Climate, Script};

/// Runs the first seeds of one kind of world.
fn known_seeds(climate: Climate, many: usize) {
    let seeds = (0..).filter(|seed| Climate::of(*seed) == climate);
    seeds.take(many).for_each(holds);
}

/// Runs one seed.
fn holds(seed: u64) {
    if let Some(broken) = run::run(&Script::of(seed), false).broken {
        fails(seed, &broken);
    }
}

/// Fails with the command that replays a seed, and its script.
fn fails(seed: u64, broken: &Broken) -> ! {
    let story = explain(&Script::of(seed), broken);
    panic!("\nseed {seed} breaks a rule. Replay it: cargo xtask simulate --seed {seed}\n\n{story}");
}

#[test]
fn one_tab_per_device_on_a_fair_network() {
    known_seeds(Climate::Fair, 20);
}

#[test]
fn several_tabs_and_devices_in_foul_weather() {
    known_seeds(Climate::Foul, 40);
}

#[test]
fn a_disk_that_is_full_now_and_then() {
    known_seeds(Climate::Storage, 40);
}

#[test]
fn databases_that_are_wiped() {
    known_seeds(Climate::Wiped, 60);
}

#[test]
fn any_fault_with_any_other() {
    known_seeds(Climate::Any, 40);
}

#[test]
fn the_same_seed_makes_the_same_world() {
    for seed in 0..10 {
        let [once, again] = [(); 2].map(|()| run::run(&Script::of(seed), true));
        assert_eq!((once.steps, once.words), (again.steps, again.words));
    }
}

/// Run by `cargo xtask simulate`: fresh seeds, for the requested time.
#[test]
fn fresh_seeds() {
    if let Some(seed) = options::seed() {
        return holds(seed);
    }
    let lasts = Duration::from_secs(number("STEADFAST_SIMULATE_SECONDS").unwrap_or(1));
    let from = number("STEADFAST_SIMULATE_FROM").unwrap_or_else(seeds::fresh);
    let threads = number("STEADFAST_SIMULATE_THREADS").unwrap_or(1) as usize;
    println!("simulating from seed {from}");
    if let Err((seed, broken)) = seeds::simulate(from, lasts, threads) {
        fails(seed, &broken);
    }
}
