//! Many small worlds, each from its seed: the real sessions and the real sockets on devices with several tabs, nodes over
//! one database, and between them lines that break. Time is virtual, and the same seed makes the same world.
//!
//! - `script`: what a seed stands for: who is there, how bad the weather is, what happens when
//! - `world`: time, and what will happen when; `act`: what people do and what goes wrong; `rng`: chance
//! - `tab`, `socket`: a tab's session and socket, and the shell between them; `device`: its storage and its other tabs
//! - `line`: the network; `server`: nodes, their write path, their database
//! - `history`, `check`, `checker`: what people did and were shown, and the rules it must keep
//! - `run`, `seeds`, `shrink`, `words`: one world, many worlds, the shortest way to a broken rule, told in words
//! - `mutants`: deliberate faults, each of which must be noticed
//!
//! `cargo xtask simulate --help` says how to run more of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test, each says what went wrong"
)]

mod act;
mod check;
#[path = "../checker/mod.rs"]
mod checker;
mod device;
mod history;
mod line;
#[cfg(feature = "mutants")]
mod mutants;
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

use script::{Climate, Script};

/// Runs the first seeds of one climate.
fn known_seeds(climate: Climate, many: usize) {
    let seeds = (0..).filter(|seed| Climate::of(*seed) == climate);
    seeds.take(many).for_each(holds);
}

/// Runs one seed.
fn holds(seed: u64) {
    if let Some(broken) = run::run(&Script::of(seed), false).broken {
        panic!("{}", seeds::explain(seed, &broken));
    }
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

/// What `cargo xtask simulate` runs: seeds that nobody has tried, for as long as it is told to.
#[test]
fn fresh_seeds() {
    let told = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse::<u64>().ok())
    };
    if let Some(seed) = told("STEADFAST_SIMULATE_SEED") {
        return holds(seed);
    }
    let lasts = Duration::from_secs(told("STEADFAST_SIMULATE_SECONDS").unwrap_or(1));
    let from = told("STEADFAST_SIMULATE_FROM").unwrap_or_else(seeds::fresh);
    let threads = told("STEADFAST_SIMULATE_THREADS").unwrap_or(1) as usize;
    println!("simulating from seed {from}");
    if let Err((seed, broken)) = seeds::simulate(from, lasts, threads) {
        panic!("{}", seeds::explain(seed, &broken));
    }
}
