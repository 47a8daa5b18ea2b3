//! The server's binary.

use std::path::PathBuf;

use crate::{
    page,
    process::{self, cargo},
    step::step,
    workspace,
};

/// How to build it.
pub(crate) enum Build {
    /// For people: optimised, the page embedded.
    Release,
    /// For tests of the wire: quickly, no page; with the example that fills a database.
    Debug,
    /// For tests in a browser: quickly, with the same page as [`Build::Release`]; with the example that fills a database.
    DebugWithPage,
}

/// Builds it, and the page first where it is embedded. Says where the binary is.
pub(crate) fn build(how: &Build) -> anyhow::Result<PathBuf> {
    let (what, args, folder): (_, &[&str], _) = match how {
        Build::Release => (
            "building the server (release, the page embedded)",
            &["--release", "--features", "page"],
            "release",
        ),
        Build::Debug => (
            "building the server (debug)",
            &["--bins", "--example", "fill"],
            "debug",
        ),
        Build::DebugWithPage => (
            "building the server (debug, with the page)",
            &["--features", "page", "--bins", "--example", "fill"],
            "debug",
        ),
    };
    if matches!(how, Build::Release | Build::DebugWithPage) {
        page::build()?;
    }
    step(what, || {
        process::run(
            cargo()
                .args(["build", "--package", "steadfast-server"])
                .args(args),
        )
    })?;
    let name = format!("steadfast{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace::target().join(folder).join(name))
}
