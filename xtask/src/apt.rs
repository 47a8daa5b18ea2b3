//! Installs Debian packages, if this machine has apt and the user may run it.

use std::process::Command;

use anyhow::bail;

use crate::{postgres, process, step::step};

/// Installs packages. If it cannot, the error names the packages to install, followed by `otherwise`.
pub(crate) fn install(packages: &[&str], otherwise: &str) -> anyhow::Result<()> {
    let names = packages.join(" ");
    let (Some(mut update), Some(mut install)) = (apt(), apt()) else {
        bail!(
            "missing: {names}. This machine has no apt-get, or no sudo.\n  \
             Debian and Ubuntu: sudo apt-get install -y {names}\n  {otherwise}"
        );
    };
    step(&format!("installing with apt: {names}"), || {
        process::run(update.args(["update", "-qq"]))?;
        process::run(
            install
                .args(["install", "-y", "-qq", "--no-install-recommends"])
                .args(packages),
        )
    })
}

/// apt-get, through sudo unless this user is root.
fn apt() -> Option<Command> {
    process::find("apt-get")?;
    let mut command = if postgres::is_root() {
        process::command("apt-get")
    } else {
        process::find("sudo")?;
        let mut sudo = process::command("sudo");
        sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Some(command)
}
