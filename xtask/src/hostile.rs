//! `cargo xtask hostile`: attacks a release server and measures the effect on other people.

use std::process::ExitCode;

use clap::Args;

use crate::{npm, process, server, step::step, tools, workspace};

/// The options of `hostile`.
#[derive(Args)]
pub(crate) struct Options {
    /// Attacks to run, such as `handshakes` or `hashing`; all by default
    attacks: Vec<String>,

    /// How often to run each; the median round counts. Use three on a machine that is busy with other work
    #[arg(long, default_value_t = 1)]
    rounds: u32,
}

/// Builds the server and runs `e2e/hostile/hostile.mjs` against it, on this machine only.
pub(crate) fn hostile(options: &Options) -> anyhow::Result<ExitCode> {
    tools::prerequisites()?;
    npm::packages()?;
    let binary = server::build(&server::Build::Release)?;
    step("floods from this machine (about five minutes a round)", || {
        process::run(
            process::command("node")
                .arg(workspace::e2e().join("hostile/hostile.mjs"))
                .args(&options.attacks)
                .env("ROUNDS", options.rounds.to_string())
                .env("STEADFAST_BIN", &binary),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
