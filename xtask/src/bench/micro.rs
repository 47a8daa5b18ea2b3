//! `cargo xtask bench micro`: the parts that every message passes, each by itself.

use std::process::ExitCode;

use clap::Args;

use crate::{
    process::{self, cargo},
    step::step,
};

/// What `bench micro` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// Which ones, of codec, log, outbox, timeline and fold; all where none is named
    names: Vec<String>,
    /// What Criterion is told besides, as `--save-baseline main`
    #[arg(last = true)]
    criterion: Vec<String>,
}

pub(super) fn micro(options: &Options) -> anyhow::Result<ExitCode> {
    let mut bench = cargo();
    bench.args(["bench", "-p", "steadfast-micro"]);
    match options.names.as_slice() {
        [] => bench.arg("--benches"),
        names => bench.args(names.iter().flat_map(|name| ["--bench", name])),
    };
    bench.arg("--").args(&options.criterion);
    step("codec, log, outbox, timeline and fold (release)", || {
        process::run(&mut bench)
    })?;
    Ok(ExitCode::SUCCESS)
}
