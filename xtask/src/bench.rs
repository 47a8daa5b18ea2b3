//! `cargo xtask bench`: what the chat costs beside its peers, and what its page costs, and what socketio-anywhere weighs in a page and how
//! fast it is there.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::{npm, tools};

mod first_load;
mod load;
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
    /// Put load on Steadfast, on the tutorial's chat and on a bare broadcast, in turn, and compare
    Load(load::Options),
    /// Open the page on a slow phone, beside the tutorial's, and say when it can be used and what came over the wire
    Page(first_load::Options),
    /// Weigh what the client adds to a page that has serde_json, and say what it is made of
    Size(size::Options),
    /// Race the client against the JavaScript client, in one page of a headless Chromium
    Throughput(throughput::Options),
}

/// Builds the pages and measures.
pub(crate) fn bench(options: &Options) -> anyhow::Result<ExitCode> {
    tools::prerequisites()?;
    match &options.what {
        What::Load(options) => load::load(options),
        What::Page(options) => first_load::first_load(options),
        What::Size(options) => {
            page_tools()?;
            size::size(options)
        }
        What::Throughput(options) => {
            page_tools()?;
            throughput::throughput(options)
        }
    }
}

fn page_tools() -> anyhow::Result<()> {
    tools::wasm_target()?;
    tools::wasm_bindgen()?;
    npm::packages()
}
