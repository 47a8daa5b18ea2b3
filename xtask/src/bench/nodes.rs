//! `cargo xtask bench nodes`: how long a commit on one node takes to the screens of another, with nothing else going on.

use std::process::ExitCode;

use crate::process::{self, cargo};
use crate::step::step;

/// Runs the tests that measure it.
pub(super) fn nodes() -> anyhow::Result<ExitCode> {
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
    Ok(ExitCode::SUCCESS)
}
