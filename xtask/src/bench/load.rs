//! `cargo xtask bench load`: load on Steadfast, the tutorial's chat and a bare broadcast, in turn.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::{
    cluster::Services,
    npm,
    process::{self, cargo},
    step::step,
    workspace,
};

const NODES: &str = "steadfast,postgres-1,postgres-2,postgres-3,redis-3,cluster";

/// Rounds, and seconds of each.
const USUAL: (u32, u32) = (3, 8);
const SHORT: (u32, u32) = (2, 3);

/// The options of `bench load`. `steadfast-load run --help` explains those it passes on.
#[derive(Args)]
pub(crate) struct Options {
    /// Scenarios to run, such as `paced-200` [default: all]
    scenarios: Vec<String>,
    /// Peers to compare, of steadfast, sqlite3, better-sqlite3, floor, postgres-1, postgres-2, postgres-3, redis-3 and
    /// cluster
    #[arg(long, default_value = "steadfast,sqlite3,better-sqlite3,floor")]
    peers: String,
    /// The peers that show the effect of several nodes: steadfast,postgres-1,postgres-2,postgres-3,redis-3,cluster
    #[arg(long, conflicts_with = "peers")]
    nodes: bool,
    /// Rounds per scenario, each over all peers [default: 3]
    #[arg(long)]
    rounds: Option<u32>,
    /// Seconds to measure each peer [default: 8]
    #[arg(long)]
    seconds: Option<u32>,
    /// Two rounds of three seconds
    #[arg(long, conflicts_with = "long")]
    short: bool,
    /// More connections: 10,000 in idle, 2,000 in avalanche, 200 in jitter
    #[arg(long)]
    long: bool,
    /// File for every figure, as JSON
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Builds both programs, installs the peers' packages, and runs the load generator.
pub(crate) fn load(options: &Options) -> anyhow::Result<ExitCode> {
    let tutorial = workspace::root().join("bench/load/peers");
    npm::install(&tutorial)?;
    step("building the server and the generator (release)", || {
        process::run(cargo().args([
            "build",
            "--release",
            "-p",
            "steadfast-server",
            "-p",
            "steadfast-load",
        ]))
    })?;
    let peers = if options.nodes { NODES } else { &options.peers };
    // They end when this function returns.
    let services = Services::start(peers)?;
    let (rounds, seconds) = if options.short { SHORT } else { USUAL };
    let release = workspace::target().join("release");
    let program = |name: &str| release.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut run = process::command(program("steadfast-load"));
    run.arg("run")
        .args(&options.scenarios)
        .args(["--peers", peers])
        .args(["--rounds", &options.rounds.unwrap_or(rounds).to_string()])
        .args(["--seconds", &options.seconds.unwrap_or(seconds).to_string()])
        .args(options.long.then_some("--long"))
        .arg("--steadfast")
        .arg(program("steadfast"))
        .arg("--tutorial")
        .arg(&tutorial)
        .args(services.args());
    if let Some(path) = &options.json {
        run.arg("--json").arg(path);
    }
    step("each scenario, each peer in turn", || process::run(&mut run))?;
    Ok(ExitCode::SUCCESS)
}
