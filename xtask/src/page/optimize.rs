//! Optimizes a module for the wire.

use std::path::Path;

use crate::process;

/// The stack lies below the data, and every current browser has these features. As in `web/index.html`.
const FEATURES: [&str; 8] = [
    "--low-memory-unused",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-mutable-globals",
    "--enable-multivalue",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Finds blocks and loops anew before it optimizes. Flattening leaves so many locals that it takes two rounds to be rid of them.
const STRUCTURE: [&str; 2] = ["--flatten", "--rereloop"];

/// `level` is wasm-opt's: `z` for size, `3` for speed. `options` are further ones, as `-g`, which keeps the names.
pub(crate) fn optimize(module: &Path, output: &Path, level: &str, options: &[&str]) -> anyhow::Result<()> {
    let optimize = format!("-O{level}");
    process::run(
        process::command("wasm-opt")
            .args(FEATURES)
            .args(STRUCTURE)
            .args([&optimize, &optimize])
            .args(options)
            .arg(module)
            .arg("-o")
            .arg(output),
    )
}
