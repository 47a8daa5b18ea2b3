//! `cargo xtask bench nodes`: how long a commit on one node takes to the screens of another, with nothing else going on.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::browser;
use crate::npm;
use crate::process::{self, cargo};
use crate::server::{self, Build};
use crate::step::step;
use crate::workspace;

/// The options of `bench nodes`.
#[derive(Args)]
pub(crate) struct Options {
    /// Use this server binary, and measure only what needs no build: on the wire and on a browser's screen, but not after a
    /// node's death
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// Runs the tests that measure it on the wire, and then a browser.
pub(super) fn nodes(options: &Options) -> anyhow::Result<ExitCode> {
    npm::packages()?;
    let browser = browser::browser()?.chromium;
    let binary = match &options.binary {
        Some(binary) => std::path::absolute(binary)?,
        None => {
            on_the_wire()?;
            server::build(&Build::Release)?
        }
    };
    let xtask = std::env::current_exe()?;
    step(
        "one message after the other, to a browser on the other node",
        || {
            process::run(
                process::command("node")
                    .arg(workspace::e2e().join("screens/screens.mjs"))
                    .env("CHROMIUM", browser)
                    .env("STEADFAST_BIN", &binary)
                    .env("STEADFAST_XTASK", xtask),
            )
        },
    )?;
    Ok(ExitCode::SUCCESS)
}

fn on_the_wire() -> anyhow::Result<()> {
    let tests = ["test", "--release", "-p", "steadfast-server", "--test", "server"];
    let measuring = [
        "cluster::latency::",
        "--",
        "--ignored",
        "--nocapture",
        "--test-threads",
        "1",
    ];
    step("two nodes on one Postgres, one message after the other", || {
        process::run(cargo().args(tests).args(measuring))
    })
}
