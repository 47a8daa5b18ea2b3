//! `cargo xtask scoreboard`: one script of faults against the tutorial's chat and against Steadfast.

use std::process::ExitCode;

use clap::Args;

use crate::{npm, process, server, step::step, tools, workspace};

/// The options of `scoreboard`.
#[derive(Args)]
pub(crate) struct Options {
    /// The script's seed: the same seed gives the same faults
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// Builds the server, runs the script with `bench/scoreboard/scoreboard.mjs`, and writes the table into `docs/`.
pub(crate) fn scoreboard(options: &Options) -> anyhow::Result<ExitCode> {
    tools::prerequisites()?;
    let folder = workspace::root().join("bench/scoreboard");
    npm::install(&folder)?;
    let binary = server::build(&server::Build::Debug)?;
    step("two chats, one script of faults (about four minutes)", || {
        process::run(
            process::command("node")
                .arg(folder.join("scoreboard.mjs"))
                .arg(&binary)
                .arg(workspace::root().join("docs/SCOREBOARD.md"))
                .arg(options.seed.to_string()),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
