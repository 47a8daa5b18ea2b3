//! Load time and size of the page on a phone with a bad connection, beside the tutorial's page.

use std::process::ExitCode;

use clap::Args;

use crate::{
    browser, npm,
    process::{self, cargo},
    server,
    step::step,
    workspace,
};

/// The options of `bench page`.
#[derive(Args)]
pub(super) struct Options {
    /// How often to open each page; the medians count
    #[arg(long, default_value_t = 5)]
    rounds: u32,
}

/// Builds a release and opens both pages in turn.
pub(super) fn first_load(options: &Options) -> anyhow::Result<ExitCode> {
    npm::packages()?;
    let browser = browser::browser()?.chromium;
    let binary = server::build(&server::Build::Release)?;
    step("building the example that fills a database (release)", || {
        process::run(cargo().args([
            "build",
            "--release",
            "--package",
            "steadfast-server",
            "--features",
            "page",
            "--example",
            "fill",
        ]))
    })?;
    step("opening pages on a slow phone", || {
        process::run(
            process::command("node")
                .arg(workspace::e2e().join("first-load/first-load.mjs"))
                .env("ROUNDS", options.rounds.to_string())
                .env("CHROMIUM", browser)
                .env("STEADFAST_BIN", &binary),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
