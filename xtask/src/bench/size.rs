//! `cargo xtask bench size`: the bytes that the client adds to a page, compressed, by crate and function.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;

use super::{
    module::Module,
    owner::owner,
    page::{self, Page},
};
use crate::{process, workspace};

/// The options of `bench size`.
#[derive(Args)]
pub(crate) struct Options {
    /// How many of the largest functions to list
    #[arg(long, default_value_t = 40)]
    pub(super) top: usize,
    /// Optimisation level: `s`, `3`, …; a shipped page uses `z`
    #[arg(long, default_value = "z", value_name = "LEVEL")]
    pub(super) opt_level: String,
}

/// Builds both pages and prints the difference in size.
pub(super) fn size(options: &Options) -> anyhow::Result<ExitCode> {
    let bare = page::build("bare", &options.opt_level)?;
    let client = page::build("client", &options.opt_level)?;
    let more = |title, features| page::build_with("client", &options.opt_level, title, features);
    let slim = more("client-without-polling", &["--no-default-features"])?;
    let whole = more("client-with-everything", &["--features", "everything"])?;
    let executor = page::build_with(
        "bare",
        &options.opt_level,
        "bare-async",
        &["--features", "executor"],
    )?;
    let javascript = workspace::e2e().join("node_modules/socket.io-client/dist/socket.io.esm.min.js");

    let pages = [&bare, &client, &slim, &whole, &executor];
    let mut files: Vec<&PathBuf> = Vec::new();
    for page in pages {
        files.extend([&page.wasm, &page.glue]);
    }
    files.extend(bare.finished.iter().chain(&client.finished));
    files.push(&javascript);
    let weights = weigh(&files)?;
    let (pairs, [javascript]) = weights.as_chunks() else {
        bail!("node measured {} files of {}", weights.len(), files.len());
    };
    let both = |at: usize| {
        pairs
            .get(at)
            .map(|[wasm, glue]| wasm.plus(*glue))
            .unwrap_or_default()
    };
    let [[bare_wasm, bare_glue], [client_wasm, client_glue], ..] = *pairs else {
        bail!("node measured {} files of {}", weights.len(), files.len());
    };
    println!();
    Weight::header();
    bare_wasm.show("bare page (serde_json), wasm");
    bare_glue.show("bare page, wasm-bindgen's JS");
    client_wasm.show("page with socketio-anywhere, wasm");
    client_glue.show("page with socketio-anywhere, JS");
    client_wasm.less(bare_wasm).show("→ the client adds, wasm");
    client_glue.less(bare_glue).show("→ the client adds, JS");
    let added = both(1).less(both(0));
    added.show("→ the client adds, together");
    let slim = both(2).less(both(0));
    slim.show("→ without the feature `polling`");
    both(3).less(both(0)).show("→ with all that a page can ask for");
    both(1)
        .less(both(4))
        .show("→ to a bare page that has an executor");
    both(6)
        .less(both(5))
        .show("→ with short names and panics as traps");
    javascript.show("socket.io.esm.min.js, for comparison");
    println!(
        "\nadded, over the wire: {:.1} KB brotli, {:.1} without long-polling; the JavaScript client: {:.1} KB; ratio {:.2}",
        added.brotli / 1000.0,
        slim.brotli / 1000.0,
        javascript.brotli / 1000.0,
        added.brotli / javascript.brotli
    );
    made_of(&bare, &client, options.top)?;
    Ok(ExitCode::SUCCESS)
}

/// A size in bytes, plain and compressed.
#[derive(Clone, Copy, Default)]
struct Weight {
    raw: f64,
    gzip: f64,
    brotli: f64,
}

impl Weight {
    fn plus(self, other: Self) -> Self {
        Self {
            raw: self.raw + other.raw,
            gzip: self.gzip + other.gzip,
            brotli: self.brotli + other.brotli,
        }
    }

    fn less(self, other: Self) -> Self {
        Self {
            raw: self.raw - other.raw,
            gzip: self.gzip - other.gzip,
            brotli: self.brotli - other.brotli,
        }
    }

    fn header() {
        println!("{:40}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli");
    }

    fn show(self, what: &str) {
        println!("{what:40}{:>10}{:>10}{:>10}", self.raw, self.gzip, self.brotli);
    }
}

/// Compresses files as a web server does in advance, at the highest level.
fn weigh(files: &[&PathBuf]) -> anyhow::Result<Vec<Weight>> {
    let mut node = process::command("node");
    node.arg(workspace::root().join("bench/weigh.mjs")).args(files);
    let output = node.output().context("cannot start node")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| {
            let numbers: Result<Vec<f64>, _> = line.split_whitespace().map(str::parse).collect();
            match numbers.as_deref() {
                Ok([raw, gzip, brotli]) => Ok(Weight {
                    raw: *raw,
                    gzip: *gzip,
                    brotli: *brotli,
                }),
                _ => bail!("node printed {line:?}"),
            }
        })
        .collect()
}

/// Prints the crates and functions that account for the difference, by uncompressed size.
fn made_of(bare: &Page, client: &Page, top: usize) -> anyhow::Result<()> {
    let (before, after) = (module(&bare.named)?, module(&client.named)?);
    let mut crates: Vec<(&str, isize)> = Vec::new();
    let before_crates = by_owner(&before);
    for (owner, bytes) in by_owner(&after) {
        crates.push((owner, more(bytes, before_crates.get(owner).copied())));
    }
    crates.push(("(data section)", more(after.data, Some(before.data))));
    crates.push((
        "(types, imports, exports, tables)",
        more(after.rest, Some(before.rest)),
    ));
    crates.retain(|(_, bytes)| *bytes != 0);
    crates.sort_by_key(|(_, bytes)| -bytes);
    let all: isize = crates.iter().map(|(_, bytes)| bytes).sum();
    println!("\nadded bytes, uncompressed, by crate (inlined code counts where it ended up)");
    for (owner, bytes) in crates {
        println!(
            "{bytes:>8}  {:>5.1} %  {owner}",
            100.0 * bytes as f64 / all as f64
        );
    }
    println!("{all:>8}           all");

    println!("\nthe {top} functions that add most, with the number of instances of a generic one");
    let mut functions: Vec<(&str, isize, usize)> = Vec::new();
    for (name, bodies) in &after.functions {
        let had = before.functions.get(name).map(|bodies| bodies.bytes);
        functions.push((name, more(bodies.bytes, had), bodies.count));
    }
    functions.sort_by_key(|(_, bytes, _)| -bytes);
    for (name, bytes, count) in functions.into_iter().take(top) {
        let instances = if count > 1 {
            format!("×{count}")
        } else {
            String::new()
        };
        println!("{bytes:>8} {instances:>4}  {name}");
    }
    Ok(())
}

fn module(file: &Path) -> anyhow::Result<Module> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Module::read(&bytes).with_context(|| format!("cannot parse {}", file.display()))
}

fn by_owner(module: &Module) -> BTreeMap<&str, usize> {
    let mut owners = BTreeMap::new();
    for (name, bodies) in &module.functions {
        *owners.entry(owner(name)).or_default() += bodies.bytes;
    }
    owners
}

fn more(after: usize, before: Option<usize>) -> isize {
    after.cast_signed() - before.unwrap_or_default().cast_signed()
}
