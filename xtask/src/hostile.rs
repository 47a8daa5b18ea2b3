//! `cargo xtask hostile`: strangers let loose on a release server, and what others notice of it.

use std::process::ExitCode;

use clap::Args;

use crate::{npm, process, server, step::step, tools, workspace};

/// What `hostile` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// Which attacks, as `handshakes` or `hashing`; all of them where none is named
    attacks: Vec<String>,

    /// How often each; the round in the middle counts, and a machine that does something else meanwhile needs three
    #[arg(long, default_value_t = 1)]
    rounds: u32,
}

/// Builds the server and lets `e2e/hostile/hostile.mjs` attack it, on this machine only.
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
