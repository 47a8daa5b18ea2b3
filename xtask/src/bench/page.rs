//! Builds the pages of `bench/` as a shipped page is built: the profile `wasm-release`, wasm-bindgen, wasm-opt.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    page::{bound, optimize::optimize},
    process::{self, cargo},
    step::step,
    tools::WASM,
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
    /// Module and script as the chat's page has them: short names, panics as traps, a minified script.
    pub(super) finished: [PathBuf; 2],
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
                finished: ["wasm", "js"].map(|end| folder.join(format!("{name}.finished.{end}"))),
            };
            optimize(&bound, &page.wasm, level, &[])?;
            optimize(&bound, &page.named, level, &["-g"])?;
            finish(&page, name, &bound, level)?;
            Ok(page)
        },
    )
}

/// Does to a page what `cargo xtask page` does to the chat's.
fn finish(page: &Page, name: &str, bound: &Path, level: &str) -> anyhow::Result<()> {
    let [wasm, glue] = &page.finished;
    let (module, script) = bound::shorten(&fs::read(bound)?, &fs::read_to_string(&page.glue)?, name)?;
    fs::write(wasm, module)?;
    fs::write(glue, script)?;
    optimize(wasm, wasm, level, &[])?;
    process::run(
        process::command("esbuild")
            .args(["--minify", "--log-level=warning", "--allow-overwrite"])
            .arg(format!("--outfile={}", glue.display()))
            .arg(glue),
    )
}
