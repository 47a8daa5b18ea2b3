//! `cargo xtask bench throughput`: events and acks per second, ours and the JavaScript client's, side by side.

use std::process::ExitCode;

use clap::Args;

use super::page;
use crate::{browser, process, step::step, workspace};

/// What `bench throughput` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// How many rounds count, after one that warms up
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Optimise for `s`, `3`, … where a shipped page takes `z`
    #[arg(long, default_value = "z", value_name = "LEVEL")]
    opt_level: String,
    /// Afterwards, say in which functions each client spends its time
    #[arg(long)]
    profile: bool,
}

/// Builds the page, then lets `bench/race/race.mjs` run it.
pub(super) fn throughput(options: &Options) -> anyhow::Result<ExitCode> {
    let browser = browser::browser()?;
    let page = page::build("race", &options.opt_level)?;
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
