//! The programs that the build needs: it requires some, and installs others.

use anyhow::bail;

use crate::{
    process::{self, cargo},
    step::step,
};

/// The newest Trunk that builds with the workspace's Rust version.
const TRUNK: &str = "0.21.14";

/// Must equal the `wasm-bindgen` crate in Cargo.lock, or the page does not link.
const WASM_BINDGEN: &str = "0.2.130";

/// The newest cargo-deny that builds with the workspace's Rust version.
const CARGO_DENY: &str = "0.20.2";

/// The oldest Node.js that the npm packages support.
const NODE: (u32, u32) = (20, 14);

/// The target the page is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Fails if a program is missing that only a person can install, and names the command for it.
pub(crate) fn prerequisites() -> anyhow::Result<()> {
    if process::output("rustup", &["--version"]).is_none() {
        bail!(
            "rustup is missing: it adds the page's compile target.\n  \
             Install it: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
        );
    }
    node()
}

/// Node.js and npm: npm brings wasm-opt, the browser tests and the reference Socket.IO client.
pub(crate) fn node() -> anyhow::Result<()> {
    const INSTALL: &str = "Install it: curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && sudo apt-get install -y nodejs\n  \
         (or with nvm: nvm install 22)";
    let Some(version) = process::output("node", &["--version"]) else {
        bail!("Node.js is missing.\n  {INSTALL}");
    };
    if release(&version).is_none_or(|release| release < NODE) {
        let (major, minor) = NODE;
        bail!("Node.js {version} is too old: {major}.{minor} or newer is needed.\n  {INSTALL}");
    }
    if process::find("npm").is_none() {
        bail!("npm is missing.\n  Install it: sudo apt-get install -y npm");
    }
    Ok(())
}

/// The compile target of the page.
pub(crate) fn wasm_target() -> anyhow::Result<()> {
    let installed = process::output("rustup", &["target", "list", "--installed"]).unwrap_or_default();
    if installed.lines().any(|target| target == WASM) {
        return Ok(());
    }
    step(&format!("adding the compile target {WASM}"), || {
        process::run(process::command("rustup").args(["target", "add", WASM]))
    })
}

/// A Rust version besides the one in use, with the compile target of the page.
pub(crate) fn toolchain(version: &str) -> anyhow::Result<()> {
    let targets = ["target", "list", "--installed", "--toolchain", version];
    let installed = process::output("rustup", &targets).unwrap_or_default();
    if installed.lines().any(|target| target == WASM) {
        return Ok(());
    }
    step(&format!("installing Rust {version}"), || {
        let mut install = process::command("rustup");
        install.args([
            "toolchain",
            "install",
            version,
            "--profile",
            "minimal",
            "--no-self-update",
        ]);
        process::run(install.args(["--target", WASM]))
    })
}

/// Clippy and rustfmt, which a minimal toolchain lacks.
pub(crate) fn components() -> anyhow::Result<()> {
    let missing: Vec<_> = [("clippy", "clippy-driver"), ("rustfmt", "rustfmt")]
        .into_iter()
        .filter(|(_, program)| process::output(program, &["--version"]).is_none())
        .map(|(component, _)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    step(&format!("adding {}", missing.join(" and ")), || {
        process::run(
            process::command("rustup")
                .args(["component", "add"])
                .args(&missing),
        )
    })
}

/// Trunk, which builds and serves the page.
pub(crate) fn trunk() -> anyhow::Result<()> {
    if version_of("trunk").as_deref() == Some(TRUNK) {
        return Ok(());
    }
    install("trunk", TRUNK, &["--locked"])
}

/// wasm-bindgen, and its test runner for browsers.
pub(crate) fn wasm_bindgen() -> anyhow::Result<()> {
    let runner = process::find("wasm-bindgen-test-runner").is_some();
    if runner && version_of("wasm-bindgen").as_deref() == Some(WASM_BINDGEN) {
        return Ok(());
    }
    // Without --locked: its lockfile names versions that some registry mirrors lack.
    // With --force: the right version may be installed without the runner.
    install("wasm-bindgen-cli", WASM_BINDGEN, &["--force"])
}

/// cargo-deny, which audits the dependencies. A newer one that a person installed stays.
pub(crate) fn cargo_deny() -> anyhow::Result<()> {
    let installed = version_of("cargo-deny").and_then(|version| release(&version));
    if installed >= release(CARGO_DENY) {
        return Ok(());
    }
    install("cargo-deny", CARGO_DENY, &["--locked"])
}

/// Compiled for a quick installation: optimising these programs costs more time than it saves.
fn install(krate: &str, version: &str, args: &[&str]) -> anyhow::Result<()> {
    step(
        &format!("installing {krate} {version} into the cargo home (a few minutes, once)"),
        || {
            process::run(
                cargo()
                    .args(["install", &format!("{krate}@{version}")])
                    .args(args)
                    .env("CARGO_PROFILE_RELEASE_LTO", "off")
                    .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                    .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
            )
        },
    )
}

/// The version printed by `program --version`: `0.21.14` of `trunk 0.21.14`.
fn version_of(program: &str) -> Option<String> {
    let line = process::output(program, &["--version"])?;
    line.split_whitespace().nth(1).map(str::to_owned)
}

/// Major and minor version.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn nodes_version_is_read() {
        assert_eq!(release("v20.20.2"), Some((20, 20)));
        assert_eq!(release("nonsense"), None);
    }

    #[test]
    fn the_pinned_wasm_bindgen_is_the_one_in_the_lockfile() {
        let lock = std::fs::read_to_string(workspace::root().join("Cargo.lock")).unwrap();
        let locked = lock
            .split("[[package]]")
            .find(|package| package.contains("name = \"wasm-bindgen\"\n"));
        if let Some(locked) = locked {
            assert!(
                locked.contains(&format!("version = \"{WASM_BINDGEN}\"")),
                "{locked}"
            );
        }
    }
}
