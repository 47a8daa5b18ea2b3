//! `cargo xtask bench`: what socketio-client weighs in a page, and how fast it is there, beside the JavaScript client.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::{npm, tools};

mod module;
mod owner;
mod page;
mod size;
mod throughput;

/// What `bench` can be told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Weigh what the client adds to a page that has serde_json, and say what it is made of
    Size(size::Options),
    /// Race the client against the JavaScript client, in one page of a headless Chromium
    Throughput(throughput::Options),
}

/// Builds the pages and measures.
pub(crate) fn bench(options: &Options) -> anyhow::Result<ExitCode> {
    tools::prerequisites()?;
    tools::wasm_target()?;
    tools::wasm_bindgen()?;
    npm::packages()?;
    match &options.what {
        What::Size(options) => size::size(options),
        What::Throughput(options) => throughput::throughput(options),
    }
}
