//! The npm packages: wasm-opt, Playwright, the reference Socket.IO client and server.

use std::{fs, path::Path};

use anyhow::Context;

use crate::{
    process,
    step::{step, unchanged},
    tools, workspace,
};

/// Installs the packages of the tests and the bench.
pub(crate) fn packages() -> anyhow::Result<()> {
    install(&workspace::e2e())
}

/// Installs a folder's packages if they are missing or its lockfile has changed.
pub(crate) fn install(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.strip_prefix(workspace::root()).unwrap_or(folder).display();
    let lock = fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("cannot read {shown}/package-lock.json"))?;
    // Inside node_modules, so that removing that folder removes the stamp with it.
    let stamp = folder.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        unchanged(&format!("npm packages of {shown}/"));
        return Ok(());
    }
    tools::node()?;
    step(&format!("installing npm packages in {shown}/"), || {
        process::run(
            process::command("npm")
                .args(["ci", "--no-audit", "--no-fund"])
                .current_dir(folder)
                // The tests use the system's browser.
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
        )?;
        fs::write(&stamp, &lock).with_context(|| format!("cannot write into {shown}/node_modules"))
    })
}
