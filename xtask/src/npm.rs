//! The npm packages: wasm-opt, Playwright, the reference Socket.IO client and server.

use std::fs;

use anyhow::Context;

use crate::{
    process,
    step::{step, unchanged},
    tools, workspace,
};

/// Installs them where they are absent or the lockfile has changed.
pub(crate) fn packages() -> anyhow::Result<()> {
    let folder = workspace::e2e();
    let lock = fs::read(folder.join("package-lock.json")).context("cannot read e2e/package-lock.json")?;
    // Inside node_modules, so that whoever removes that folder removes the stamp with it.
    let stamp = folder.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        unchanged("npm packages");
        return Ok(());
    }
    tools::node()?;
    step("installing npm packages in e2e/", || {
        process::run(
            process::command("npm")
                .args(["ci", "--no-audit", "--no-fund"])
                .current_dir(&folder)
                // The browser is the system's.
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
        )?;
        fs::write(&stamp, &lock).context("cannot write into e2e/node_modules")
    })
}
