//! Builds the release page in `web/dist`: compiled, split into parts, assembled by Trunk.

pub(crate) mod bound;
mod modules;
pub(crate) mod optimize;
mod panics;
mod shell;

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::{
    npm,
    step::{step, unchanged},
    tools, workspace,
};

/// The page's sources. A folder counts with all its contents.
const INPUTS: [&str; 16] = [
    "web",
    "client/Cargo.toml",
    "client/src",
    "lab/Cargo.toml",
    "lab/src",
    "socketio-client/Cargo.toml",
    "socketio-client/src",
    "shared/Cargo.toml",
    "shared/src",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "rust-toolchain.toml",
    ".cargo/config.toml",
    "e2e/package-lock.json",
    "xtask/src/page",
];

/// Builds the release page, unless the one in `web/dist` was built from exactly these sources.
pub(crate) fn build() -> anyhow::Result<()> {
    tools::prerequisites()?;
    tools::wasm_target()?;
    tools::trunk()?;
    tools::wasm_bindgen()?;
    npm::packages()?;

    let stamp = workspace::target().join("xtask/page.stamp");
    let sources = fingerprint(&INPUTS.map(|input| workspace::root().join(input)))?;
    if fs::read_to_string(&stamp).is_ok_and(|built| built == stamp_of(sources)) {
        unchanged("the page");
        return Ok(());
    }
    step("building the page (release; minutes the first time)", || {
        let folder = workspace::target().join("xtask/page");
        fs::create_dir_all(&folder)?;
        let modules = modules::build(&folder)?;
        shell::build(&folder, &modules)?;
        fs::write(&stamp, stamp_of(sources)).context("cannot write into the target folder")
    })
}

/// Covers the sources and the built page: `trunk serve` leaves its own build in the same folder.
fn stamp_of(sources: u64) -> String {
    match fingerprint(&[workspace::dist()]) {
        Ok(page) => format!("{sources:016x} {page:016x}"),
        Err(_) => String::new(),
    }
}

/// A hash of the names and contents of all files below the paths.
fn fingerprint(paths: &[PathBuf]) -> anyhow::Result<u64> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files).with_context(|| format!("cannot read {}", path.display()))?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?.path();
            if entry != workspace::dist() {
                collect(&entry, files)?;
            }
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_knows_names_and_contents() {
        let folder = std::env::temp_dir().join(format!("steadfast-fingerprint-{}", std::process::id()));
        let print = || fingerprint(std::slice::from_ref(&folder)).unwrap();
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a"), "1").unwrap();
        let first = print();
        assert_eq!(print(), first);
        fs::write(folder.join("a"), "2").unwrap();
        assert_ne!(print(), first);
        fs::remove_file(folder.join("a")).unwrap();
        fs::write(folder.join("b"), "1").unwrap();
        assert_ne!(print(), first);
        fs::remove_dir_all(&folder).unwrap();
    }
}
