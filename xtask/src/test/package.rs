//! The published Socket.IO client: its documentation, its package, its oldest compiler, and the targets of its fuzzer.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::Context;

use super::count::Count;
use super::part::check;
use crate::process::{self, cargo};
use crate::tools::{self, WASM};
use crate::workspace;

const CRATE: [&str; 2] = ["--package", "socketio-anywhere"];

/// The sets of features to document, besides all of them.
const FEATURES: [&str; 7] = [
    "",
    "machine",
    "client",
    "client,msgpack",
    "client,polling",
    "rustls",
    "tracing",
];

/// What the oldest compiler has to compile.
const OLDEST: [&[&str]; 4] = [
    &["--all-features"],
    &["--no-default-features", "--features", "machine"],
    &["--no-default-features", "--features", "client"],
    &["--features", "msgpack,tracing", "--target", WASM],
];

pub(super) fn package(args: &[String]) -> anyhow::Result<Count> {
    tools::wasm_target()?;
    let mut checks = vec![
        documentation(&["--all-features"], args)?,
        documentation(&["--all-features", "--target", WASM], args)?,
    ];
    for features in FEATURES {
        checks.push(documentation(
            &["--no-default-features", "--features", features],
            args,
        )?);
    }
    // Builds the packed crate as crates.io would distribute it. Nothing is published.
    checks.push(check(
        cargo().args(["package", "--allow-dirty"]).args(CRATE).args(args),
    )?);
    if args.is_empty() {
        checks.push(oldest_compiler()?);
        checks.push(fuzz_targets()?);
        checks.push(public_api()?);
    }
    Ok(checks.into_iter().sum())
}

fn documentation(features: &[&str], args: &[String]) -> anyhow::Result<Count> {
    check(
        cargo()
            .args(["doc", "--quiet", "--no-deps"])
            .args(CRATE)
            .args(features)
            .args(args)
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )
}

/// Compiles with the Rust version that the crate promises. Skipped where that cannot be installed.
fn oldest_compiler() -> anyhow::Result<Count> {
    let version = oldest()?;
    if let Err(error) = tools::toolchain(&version) {
        println!("skipping the compiler of Rust {version}, which cannot be installed: {error:#}");
        return Ok(Count::SKIPPED);
    }
    let mut checks = Vec::new();
    for what in OLDEST {
        let mut command = process::command("rustup");
        command
            .args(["run", &version, "cargo", "check", "--locked"])
            .args(CRATE)
            .args(what);
        checks.push(check(&mut command)?);
    }
    Ok(checks.into_iter().sum())
}

/// Compares the public API with that of the commit before. Skipped where the program for it is not installed, which `.ci/run` does: it
/// is built from 281 crates, which takes longer than every other check of the package. Skipped, too, in a checkout without a past.
fn public_api() -> anyhow::Result<Count> {
    if !succeeds(cargo().args(["semver-checks", "--version"])) {
        println!("skipping the comparison of the public API: cargo install --locked cargo-semver-checks");
        return Ok(Count::SKIPPED);
    }
    let [_, before] = BASELINE;
    if !succeeds(process::command("git").args(["rev-parse", "--verify", before])) {
        println!("skipping the comparison of the public API: there is no commit {before} here");
        return Ok(Count::SKIPPED);
    }
    check(
        cargo()
            .arg("semver-checks")
            .args(CRATE)
            .args(BASELINE)
            .args(PROMISED),
    )
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// No version is on crates.io.
const BASELINE: [&str; 2] = ["--baseline-rev", "HEAD~1"];

/// Every feature but `machine`, which may change in any release.
const PROMISED: [&str; 3] = [
    "--only-explicit-features",
    "--features",
    "default,msgpack,rustls,tracing",
];

/// The `rust-version` of the crate.
fn oldest() -> anyhow::Result<String> {
    let file = workspace::root().join("socketio-client/Cargo.toml");
    let manifest = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let versions = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("rust-version = \""));
    let version = versions.filter_map(|rest| rest.strip_suffix('"')).next();
    version
        .map(str::to_owned)
        .context("no rust-version in socketio-client/Cargo.toml")
}

/// Compiles the fuzzer's targets. The fuzzer itself, a library of LLVM in C++, is left out: nothing is linked.
fn fuzz_targets() -> anyhow::Result<Count> {
    check(
        cargo()
            .args([
                "check",
                "--locked",
                "--manifest-path",
                "socketio-client/fuzz/Cargo.toml",
            ])
            .arg("--target-dir")
            .arg(workspace::target().join("fuzz"))
            .env("CUSTOM_LIBFUZZER_PATH", "/left/out/libfuzzer.a"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_rust_version_is_read() {
        let version = oldest().unwrap();
        assert!(version.starts_with("1."), "{version}");
    }
}
