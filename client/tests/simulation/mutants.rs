//! The checker detects each mutant of the client: a deliberate fault, from a patch in `client/mutants/patches`.
//!
//! The same worlds as in `main.rs`, but the client in them is the copy with all mutants. `client/mutants/build.rs` writes a test
//! for each. The faults of the server are in `flaws`, and need no other client.

#![allow(
    dead_code,
    reason = "the worlds are shared with `main.rs`, which runs many and has a server with faults"
)]

extern crate steadfast_mutants as steadfast_client;

mod act;
mod check;
#[path = "../checker/mod.rs"]
mod checker;
mod detect;
mod device;
mod explain;
mod history;
mod line;
mod options;
mod rng;
mod run;
mod script;
mod server;
mod shrink;
mod socket;
mod tab;
mod words;
mod world;

use check::Rule;
use steadfast_client::mutants::activate;

/// Puts a mutant into the client and runs seeds until one breaks a rule, which must be one of these.
fn caught(mutant: usize, rules: &[Rule]) {
    activate(Some(mutant));
    detect::caught(None, rules);
}

/// Otherwise the copy, and not a mutant, might break the rules.
#[test]
fn without_a_mutant_no_rule_is_broken() {
    for seed in 0..20 {
        let broken = run::run(&script::Script::of(seed), false).broken;
        assert!(broken.is_none(), "seed {seed}: {broken:?}");
    }
}

include!(concat!(env!("OUT_DIR"), "/tests.rs"));
