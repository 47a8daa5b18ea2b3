//! The server's binary.

use std::path::PathBuf;

use crate::{
    page,
    process::{self, cargo},
    step::step,
    workspace,
};

/// The variants of the build.
pub(crate) enum Build {
    /// For people: optimised, with the page embedded.
    Release,
    /// For wire tests: quick to build, without the page; with the example that fills a database.
    Debug,
    /// For browser tests: quick to build, with the same page as [`Build::Release`]; with the example that fills a database.
    DebugWithPage,
}

/// Builds the server, and first the page if it is embedded. Returns the binary's path.
pub(crate) fn build(how: &Build) -> anyhow::Result<PathBuf> {
    let (title, args, folder): (_, &[&str], _) = match how {
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
    step(title, || {
        process::run(
            cargo()
                .args(["build", "--package", "steadfast-server"])
                .args(args),
        )
    })?;
    let name = format!("steadfast{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace::target().join(folder).join(name))
}
