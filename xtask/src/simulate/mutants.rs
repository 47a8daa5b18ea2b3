//! Deliberate faults: mutants of the client, which are patches, and flaws of the simulated server.

#[path = "../../../client/mutants/patch.rs"]
mod patch;

use std::{fs, process::Command};

use anyhow::{Context, anyhow, bail};

use crate::{process::cargo, workspace};

/// Where the flaws of the simulated server are listed.
const FLAWS: &str = "client/tests/simulation/flaws.rs";

/// The tests of all mutants of the client.
pub(super) fn tests() -> anyhow::Result<Command> {
    check()?;
    Ok(of_the_client())
}

fn of_the_client() -> Command {
    let mut test = cargo();
    test.args([
        "test",
        "--quiet",
        "--package",
        "steadfast-mutants",
        "--",
        "--nocapture",
    ]);
    test
}

/// The test of one mutant or flaw.
pub(super) fn test(name: &str) -> anyhow::Result<Command> {
    let test = format!("mutant_{name}");
    let [mutants, flaws] = [check()?, flaws()?];
    let mut run = if mutants.iter().any(|mutant| mutant == name) {
        of_the_client()
    } else if flaws.iter().any(|flaw| flaw == name) {
        let mut run = cargo();
        run.args(["test", "--quiet", "--package", "steadfast-client"])
            .args(["--test", "simulation", "--", "--nocapture"]);
        run
    } else {
        bail!(
            "no mutant is called {name:?}\n\nof the client: {}\nof the server: {}",
            mutants.join(", "),
            flaws.join(", ")
        );
    };
    run.args(["--exact", &test])
        .env("STEADFAST_SIMULATE_EXPLAIN", "1");
    Ok(run)
}

/// The names of the client's mutants, whose patches apply.
fn check() -> anyhow::Result<Vec<String>> {
    let root = workspace::root();
    let read = || {
        let patches = patch::read(&root.join("client/mutants/patches"))?;
        let mut sources = patch::sources(&root.join("client/src"), "client/src")?;
        patch::weave(&mut sources, &patches)?;
        Ok(patches.into_iter().map(|patch| patch.name).collect())
    };
    read().map_err(|error: String| anyhow!(error))
}

fn flaws() -> anyhow::Result<Vec<String>> {
    let text =
        fs::read_to_string(workspace::root().join(FLAWS)).with_context(|| format!("cannot read {FLAWS}"))?;
    let lines = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("mutant_"));
    Ok(lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.to_owned())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mutant_applies_to_the_client() {
        let mutants = check().unwrap();
        assert!(!mutants.is_empty());
        for name in mutants.iter().chain(&flaws().unwrap()) {
            test(name).unwrap();
        }
    }

    #[test]
    fn a_mutant_that_does_not_exist_is_refused_with_the_names_of_all() {
        let error = test("nothing").unwrap_err().to_string();
        assert!(
            error.contains("cursor_skips") && error.contains("hint_is_truth"),
            "{error}"
        );
    }
}
