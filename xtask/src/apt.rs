//! Debian's packages, where this machine has apt and may use it.

use std::process::Command;

use anyhow::bail;

use crate::{postgres, process, step::step};

/// Installs packages; where that cannot be done here, says what a person has to install, and `otherwise`.
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

/// apt-get, through sudo where this user is not root.
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
