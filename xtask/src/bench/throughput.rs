//! `cargo xtask bench throughput`: events and acks per second of this client and the JavaScript client.

use std::process::ExitCode;

use clap::Args;

use super::page;
use crate::{browser, process, step::step, workspace};

/// The options of `bench throughput`.
#[derive(Args)]
pub(crate) struct Options {
    /// Rounds to count, after one for warm-up
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) rounds: u32,
    /// Optimisation level: `s`, `3`, …; a shipped page uses `z`
    #[arg(long, default_value = "z", value_name = "LEVEL")]
    pub(super) opt_level: String,
    /// Afterwards, print the functions in which each client spends its time
    #[arg(long)]
    pub(super) profile: bool,
}

/// Builds the page, then runs it with `bench/race/race.mjs`.
pub(super) fn throughput(options: &Options) -> anyhow::Result<ExitCode> {
    let browser = browser::browser()?;
    let page = page::build_with("race", &options.opt_level, "race", &["--features", "msgpack"])?;
    step("racing in headless Chromium", || {
        process::run(
            process::command("node")
                .arg(workspace::root().join("bench/race/race.mjs"))
                .arg(workspace::e2e().join("node_modules"))
                .args([&page.glue, &page.named])
                .arg(options.rounds.to_string())
                .args(options.profile.then_some("profile"))
                .env("CHROMIUM", browser.chromium),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
