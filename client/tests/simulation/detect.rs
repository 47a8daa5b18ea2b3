//! Detects a deliberate fault: some seed must break a rule that the fault is known to break.

use crate::check::Rule;
use crate::explain::explain;
use crate::options;
use crate::run::run;
use crate::script::Script;
use crate::server::Flaw;

/// The most seeds before a fault must be detected.
const SEEDS: u64 = 500;

/// Runs seeds until one breaks a rule, which must be one of these; with `cargo xtask simulate --mutant`, explains it.
pub(crate) fn caught(flaw: Option<Flaw>, rules: &[Rule]) {
    let seeds = options::seed().map_or(0..SEEDS, |seed| seed..seed + 1);
    let found = seeds.clone().find_map(|seed| {
        let script = Script {
            flaw,
            ..Script::of(seed)
        };
        let broken = run(&script, false).broken?;
        Some((script, broken))
    });
    let Some((script, broken)) = found else {
        panic!("nothing is noticed in the seeds {seeds:?}");
    };
    let seed = script.seed;
    println!("noticed at seed {seed}: {broken}");
    if options::explains() {
        println!("\n{}", explain(&script, &broken));
    }
    assert!(
        rules.contains(&broken.rule),
        "noticed at seed {seed}, but as {broken}"
    );
}
