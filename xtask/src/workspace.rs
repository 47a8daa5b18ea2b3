//! The paths of the source tree and of the build.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The top-level folder of the source tree.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| absolute(dir.into()))
}

/// Trunk's output folder with the built page.
pub(crate) fn dist() -> PathBuf {
    root().join("web/dist")
}

/// The npm package of the browser and wire tests; also the home of wasm-opt.
pub(crate) fn e2e() -> PathBuf {
    root().join("e2e")
}

/// The folder into which `cargo install` puts programs.
pub(crate) fn cargo_bin() -> PathBuf {
    let home = env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cargo"),
        |dir| absolute(dir.into()),
    );
    home.join("bin")
}

/// Child processes start in other folders, so their paths must not depend on this one.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
