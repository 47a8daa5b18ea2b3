//! `cargo xtask audit`: what the dependencies allow, and what is known against them.

use std::process::ExitCode;

use anyhow::bail;

use crate::process::{self, cargo};

/// What cargo-deny says where it could not get the list of advisories.
const NO_LIST: &str = "failed to fetch advisory database";

/// Runs cargo-deny with the rules of `deny.toml`.
pub(crate) fn audit() -> anyhow::Result<ExitCode> {
    if process::output("cargo-deny", &["--version"]).is_none() {
        bail!("cargo-deny is missing.\n  Install it: cargo install --locked cargo-deny");
    }
    println!("==> licences, bans, sources");
    let rules = process::watch(
        cargo().args(["deny", "check", "licenses", "bans", "sources"]),
        |_| {},
    )?;

    println!("==> advisories");
    let mut list = true;
    let advisories = process::watch(cargo().args(["deny", "check", "advisories"]), |line| {
        list &= !line.contains(NO_LIST);
    })?;
    if !advisories.success() && !list {
        println!(
            "\nThe list of advisories (github.com/rustsec/advisory-db) could not be fetched from this machine: \
             advisories were NOT checked."
        );
    }
    let passed = rules.success() && (advisories.success() || !list);
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
