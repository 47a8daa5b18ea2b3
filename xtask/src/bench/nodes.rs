//! `cargo xtask bench nodes`: how long a commit on one node takes to the screens of another, with nothing else going on.

use std::process::ExitCode;

use crate::browser;
use crate::npm;
use crate::process::{self, cargo};
use crate::server::{self, Build};
use crate::step::step;
use crate::workspace;

/// Runs the tests that measure it on the wire, and then a browser.
pub(super) fn nodes() -> anyhow::Result<ExitCode> {
    npm::packages()?;
    let browser = browser::browser()?.chromium;
    step("two nodes on one Postgres, one message after the other", || {
        process::run(
            cargo()
                .args(["test", "--release", "-p", "steadfast-server", "--test", "server"])
                .args([
                    "cluster::latency::",
                    "--",
                    "--ignored",
                    "--nocapture",
                    "--test-threads",
                    "1",
                ]),
        )
    })?;
    let binary = server::build(&Build::Release)?;
    let xtask = std::env::current_exe()?;
    step("the same, to the screen of a browser", || {
        process::run(
            process::command("node")
                .arg(workspace::e2e().join("screens/screens.mjs"))
                .env("CHROMIUM", browser)
                .env("STEADFAST_BIN", &binary)
                .env("STEADFAST_XTASK", xtask),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
