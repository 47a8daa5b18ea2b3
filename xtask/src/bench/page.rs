//! Builds the pages of `bench/` as a shipped page is built: the profile `wasm-release`, wasm-bindgen, wasm-opt.

use std::path::PathBuf;

use crate::{
    process::{self, cargo},
    step::step,
    tools::{WASM, WASM_OPT},
    workspace,
};

/// A built page.
pub(super) struct Page {
    /// The module as served: optimised, without names.
    pub(super) wasm: PathBuf,
    /// The same module with the names of its functions.
    pub(super) named: PathBuf,
    /// The script by wasm-bindgen that loads it.
    pub(super) glue: PathBuf,
}

/// Builds `bench/src/bin/<name>.rs`; `level` is rustc's and wasm-opt's: `z` for size, `3` for speed.
pub(super) fn build(name: &str, level: &str) -> anyhow::Result<Page> {
    build_with(name, level, name, &[])
}

/// Likewise with `features`, arguments of cargo; `title` distinguishes it from other builds.
pub(super) fn build_with(name: &str, level: &str, title: &str, features: &[&str]) -> anyhow::Result<Page> {
    step(
        &format!("building the page `{title}` (optimised for `{level}`)"),
        || {
            process::run(
                cargo()
                    .args(["build", "--quiet", "--package", "steadfast-bench", "--bin", name])
                    .args(["--target", WASM, "--profile", "wasm-release"])
                    .args(features)
                    .env("CARGO_PROFILE_WASM_RELEASE_OPT_LEVEL", level),
            )?;
            let compiled = workspace::target().join(format!("{WASM}/wasm-release/{name}.wasm"));
            let folder = workspace::target().join(format!("bench/{title}-{level}"));
            process::run(
                process::command("wasm-bindgen")
                    .args(["--target", "web", "--no-typescript", "--out-dir"])
                    .args([&folder, &compiled]),
            )?;
            let bound = folder.join(format!("{name}_bg.wasm"));
            let page = Page {
                wasm: folder.join(format!("{name}.wasm")),
                named: folder.join(format!("{name}.named.wasm")),
                glue: folder.join(format!("{name}.js")),
            };
            for (output, names) in [(&page.wasm, None), (&page.named, Some("-g"))] {
                process::run(
                    process::command("wasm-opt")
                        .arg(format!("-O{level}"))
                        .args(WASM_OPT)
                        .args(names)
                        .arg(&bound)
                        .arg("-o")
                        .arg(output),
                )?;
            }
            Ok(page)
        },
    )
}
