//! Where things lie.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The top-level folder of the source tree.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Where Cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| absolute(dir.into()))
}

/// Where Trunk puts the built page.
pub(crate) fn dist() -> PathBuf {
    root().join("web/dist")
}

/// The npm package of the browser and wire tests; also the home of wasm-opt.
pub(crate) fn e2e() -> PathBuf {
    root().join("e2e")
}

/// Where `cargo install` puts programs.
pub(crate) fn cargo_bin() -> PathBuf {
    let home = env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cargo"),
        |dir| absolute(dir.into()),
    );
    home.join("bin")
}

/// Children are started in other folders than this process: what they are told must not depend on it.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
