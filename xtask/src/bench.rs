//! `cargo xtask bench`: the chat's throughput and its page's load time, compared with its peers; the size and the speed of
//! socketio-anywhere in a page.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::{npm, tools};

mod client;
mod crowds;
mod first_load;
mod load;
mod micro;
mod module;
mod nodes;
mod owner;
mod page;
mod size;
mod store;
mod throughput;

/// The options of `bench`.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    benchmark: Benchmark,
}

#[derive(Subcommand)]
enum Benchmark {
    /// Weigh the client and race it, each beside the JavaScript client: `size` and `throughput` in one run
    Client(client::Options),
    /// Time other people's messages while a few clients burden the server up to its limits, on SQLite and on Postgres
    Crowds,
    /// Put load on Steadfast, the tutorial's chat and a bare broadcast, in turn, and compare
    Load(load::Options),
    /// Time codec, log, outbox, timeline and fold by themselves, with Criterion; a run is compared with the one before
    Micro(micro::Options),
    /// Time a commit on one node to the screens of another, with either adapter, and where the node dies before its hint
    Nodes(nodes::Options),
    /// Open the page on a slow phone and in a busy room, beside the tutorial's page: load time, size, frames, keys, memory
    Page(first_load::Options),
    /// Measure how many bytes the client adds to a page that has serde_json, by crate and function
    Size(size::Options),
    /// Count the messages that each store takes per second, and the cost of idle nodes to Postgres
    Store(store::Options),
    /// Race the client against the JavaScript client, in one page of a headless Chromium
    Throughput(throughput::Options),
}

/// Builds the pages and runs the measurement.
pub(crate) fn bench(options: &Options) -> anyhow::Result<ExitCode> {
    tools::prerequisites()?;
    match &options.benchmark {
        Benchmark::Client(options) => {
            page_tools()?;
            client::client(options)
        }
        Benchmark::Crowds => crowds::crowds(),
        Benchmark::Load(options) => load::load(options),
        Benchmark::Micro(options) => micro::micro(options),
        Benchmark::Nodes(options) => nodes::nodes(options),
        Benchmark::Page(options) => first_load::first_load(options),
        Benchmark::Size(options) => {
            page_tools()?;
            size::size(options)
        }
        Benchmark::Store(options) => store::store(options),
        Benchmark::Throughput(options) => {
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
