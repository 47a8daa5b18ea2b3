//! `cargo xtask audit`: licences, bans, sources and advisories of the dependencies.

use std::process::ExitCode;

use crate::process::{self, cargo};
use crate::test::Count;
use crate::tools;

/// The message of cargo-deny when it cannot fetch the list of advisories.
const NO_LIST: &str = "failed to fetch advisory database";

/// Runs cargo-deny with the rules of `deny.toml`.
pub(crate) fn audit() -> anyhow::Result<ExitCode> {
    let count = check()?;
    println!("{count}");
    Ok(if count.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Like [`audit`], counted: the rules are one test, the advisories another, which is skipped if they cannot be fetched.
pub(crate) fn check() -> anyhow::Result<Count> {
    tools::cargo_deny()?;
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
    let unlisted = !advisories.success() && !list;
    if unlisted {
        println!(
            "\nCannot fetch the list of advisories (github.com/rustsec/advisory-db): \
             advisories were NOT checked."
        );
    }
    Ok(Count {
        passed: usize::from(rules.success()) + usize::from(advisories.success()),
        failed: usize::from(!rules.success()) + usize::from(!advisories.success() && !unlisted),
        skipped: usize::from(unlisted),
    })
}
