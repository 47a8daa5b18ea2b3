//! `cargo xtask simulate`: runs fresh seeds for as long as requested.

use std::hash::{DefaultHasher, Hasher};
use std::{env, process::Command, time::Duration};

use anyhow::{Context, bail};
use clap::Args;

mod mutants;

use crate::process::{self, cargo};
use crate::workspace;

/// How long `cargo xtask test` tries fresh seeds.
const BUDGET: Duration = Duration::from_secs(120);

/// Overrides it: `STEADFAST_SIMULATE=30s`.
const BUDGET_VARIABLE: &str = "STEADFAST_SIMULATE";

/// The options of `simulate`.
#[derive(Args)]
#[command(after_help = "\
Each seed is a small world: a few people on devices with several tabs, one to three server nodes over a database, \
and everything that can go wrong between them: connections that drop or go silent, answers that never arrive, events \
that arrive twice or out of order, processes that die at any point of the write path, databases that are locked, full, wiped \
or restored from a backup, browser storage that is full, broken or stalled, tabs that refresh or freeze. \
Time is virtual. The rules that must hold are in client/tests/simulation/check.

A seed that breaks a rule ends the run. The run prints the command that replays it, and the shortest script it found that
still breaks the rule, in words.

Examples:
  cargo xtask simulate                 fresh seeds for two minutes
  cargo xtask simulate --for 8h        overnight
  cargo xtask simulate --seed 4711     replay one seed
  cargo xtask simulate --from 0        seeds 0, 1, 2, …

A mutant is a deliberate fault, which some rule must notice: of the client, a patch in client/mutants/patches; of the server, \
a variant in client/tests/simulation/server/flaw.rs. `cargo xtask test simulation` tries all of them.

  cargo xtask simulate --mutant cursor_skips             how the first seed that notices it breaks a rule
  cargo xtask simulate --mutant cursor_skips --seed 3    the same in this seed")]
pub(crate) struct Options {
    /// How long to run: 90s, 10m, 8h
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    lasts: Option<Duration>,
    /// Run only this seed
    #[arg(long, value_name = "N", conflicts_with_all = ["lasts", "from"])]
    seed: Option<u64>,
    /// Run this seed and the following ones [default: a random start]
    #[arg(long, value_name = "N")]
    from: Option<u64>,
    /// Break the client or the server on purpose, and see which rule notices it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["lasts", "from", "threads"])]
    mutant: Option<String>,
    /// Worlds to run in parallel [default: one per processor]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// Builds the simulation and runs it.
pub(crate) fn simulate(options: &Options) -> anyhow::Result<std::process::ExitCode> {
    let mut run = match &options.mutant {
        Some(name) => mutants::test(name)?,
        None => worlds(options.lasts.unwrap_or(BUDGET), "fresh_seeds"),
    };
    let variables = [
        ("STEADFAST_SIMULATE_SEED", options.seed),
        ("STEADFAST_SIMULATE_FROM", options.from),
        (
            "STEADFAST_SIMULATE_THREADS",
            options.threads.map(|threads| threads as u64),
        ),
    ];
    for (name, value) in variables {
        if let Some(value) = value {
            run.env(name, value.to_string());
        }
    }
    process::run(&mut quiet(run))?;
    Ok(std::process::ExitCode::SUCCESS)
}

/// The runs that are part of `cargo xtask test`: fresh seeds, and deliberate faults that must be detected.
pub(crate) fn budget() -> anyhow::Result<[Command; 2]> {
    let lasts = match env::var(BUDGET_VARIABLE) {
        Ok(value) => duration(&value).with_context(|| format!("{BUDGET_VARIABLE}={value}"))?,
        Err(_) => BUDGET,
    };
    let mut run = worlds(lasts, "mutant_");
    run.arg("fresh_seeds");
    if let Some(seed) = seed_of_this_version() {
        run.env("STEADFAST_SIMULATE_FROM", seed.to_string());
    }
    Ok([run, mutants::tests()?].map(quiet))
}

/// The first seed in `cargo xtask test`: a hash of the simulated crates in the commit, so that a failing run fails again and
/// each change of them tries different worlds. `None` outside a repository.
fn seed_of_this_version() -> Option<u64> {
    let mut trees = Command::new("git");
    trees.args(["rev-parse", "HEAD:client", "HEAD:shared", "HEAD:socketio-client"]);
    let output = trees.current_dir(workspace::root()).output().ok()?;
    output.status.success().then(|| seed_of(&output.stdout))
}

/// Short enough to type.
fn seed_of(trees: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(trees);
    hasher.finish() % 1_000_000_000_000
}

/// The tests of simulated worlds with this in their names.
fn worlds(lasts: Duration, tests: &str) -> Command {
    let mut run = cargo();
    run.args(["test", "--quiet", "--package", "steadfast-client"])
        .args(["--test", "simulation", "--", "--nocapture", tests])
        .env("STEADFAST_SIMULATE_SECONDS", lasts.as_secs().to_string())
        .env("STEADFAST_SIMULATE_THREADS", processors().to_string());
    run
}

/// Without backtraces: a failing seed explains itself in words.
fn quiet(mut run: Command) -> Command {
    run.env("RUST_BACKTRACE", "0");
    run
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

/// Parses `90s`, `10m`, `8h`.
fn duration(text: &str) -> anyhow::Result<Duration> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: u64 = text[..text.len() - unit.len()]
        .parse()
        .with_context(|| format!("{text:?} is not a duration like 90s, 10m or 8h"))?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        _ => bail!("{text:?} is not a duration like 90s, 10m or 8h"),
    };
    Ok(Duration::from_secs(number * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_its_own_seeds() {
        assert_eq!(seed_of(b"a"), seed_of(b"a"));
        assert_ne!(seed_of(b"a"), seed_of(b"b"));
        assert!(seed_of_this_version().is_none_or(|seed| seed < 1_000_000_000_000));
    }

    #[test]
    fn times_are_read() {
        assert_eq!(duration("90s").unwrap(), Duration::from_secs(90));
        assert_eq!(duration("10m").unwrap(), Duration::from_secs(600));
        assert_eq!(duration("8h").unwrap(), Duration::from_secs(28_800));
        for no in ["", "10", "m", "10 m", "-1s", "1d"] {
            assert!(duration(no).is_err(), "{no}");
        }
    }
}
