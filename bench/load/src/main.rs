//! Puts load on chats, one after the other in one run, and prints how they compare.
//!
//! - [`host`]: a chat's server as a process of its own, and its use of processor and memory
//! - [`database`]: a database of a round's own on Postgres
//! - [`member`]: one connection to it
//! - [`line`]: a proxy between the two that delays, stops and falls
//! - [`log`]: what becomes of the members' connections, where it is asked for
//! - [`record`], [`tally`]: which member received which text, and when
//! - [`scenario`]: the load put on it
//! - [`report`]: medians, ratios, spread
//! - [`floor`]: the least that a broadcast can cost
//!
//! Everything stays on the loopback of this machine. The generator shares it with the server it measures: its own processor
//! time is printed beside.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::{Parser, Subcommand};

use host::{Host, Peer, Programs};
use report::Report;
use scenario::{Extent, Scenario};
use tracing_subscriber::util::SubscriberInitExt;

mod database;
mod floor;
mod host;
mod line;
mod log;
mod member;
mod record;
mod report;
mod scenario;
mod tally;

#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run scenarios against each peer in turn
    Run(Run),
    /// Serve a bare WebSocket broadcast, without protocol and database
    Floor {
        /// The port of 127.0.0.1 to listen on
        port: u16,
    },
}

#[derive(clap::Args)]
struct Run {
    /// Which scenarios; all where none is named
    scenarios: Vec<Scenario>,
    /// Which peers, as steadfast,floor
    #[arg(long, value_delimiter = ',', default_values_t = Peer::ALL)]
    peers: Vec<Peer>,
    /// How often each scenario goes round the peers
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long each one is measured, in seconds
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Five times the connections in idle, four times in avalanche and jitter
    #[arg(long)]
    long: bool,
    /// The release build of Steadfast's server
    #[arg(long)]
    steadfast: PathBuf,
    /// The folder of the tutorial's chat, its packages installed
    #[arg(long)]
    tutorial: PathBuf,
    /// The address of a Postgres on which databases may be made, for those that need one
    #[arg(long)]
    postgres: Option<String>,
    /// The address of a Redis, for those that need one
    #[arg(long)]
    redis: Option<String>,
    /// Where to write everything as JSON
    #[arg(long)]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Floor { port } => floor::serve(port).await,
        Command::Run(asked) => run(&asked).await,
    }
}

/// Prints a scenario's table. Ends the program without a word, as SIGPIPE would, if the reader has closed the pipe: no chat runs
/// between two scenarios.
fn print(table: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{table}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(128 + 13),
        printed => printed,
    }
}

async fn run(asked: &Run) -> anyhow::Result<()> {
    host::raise_open_files();
    if let Ok(filter) = std::env::var(log::VARIABLE) {
        log::subscriber(&filter, io::stderr)?.init();
    }
    let programs = Programs {
        steadfast: asked.steadfast.clone(),
        tutorial: asked.tutorial.clone(),
        postgres: asked.postgres.clone(),
        redis: asked.redis.clone(),
    };
    let every = Scenario::ALL.to_vec();
    let scenarios = if asked.scenarios.is_empty() {
        &every
    } else {
        &asked.scenarios
    };
    let extent = Extent {
        measured: Duration::from_secs(asked.seconds),
        long: asked.long,
    };
    let mut report = Report::new();
    for &scenario in scenarios {
        for round in 0..asked.rounds {
            for &peer in asked.peers.iter().filter(|peer| scenario.applies_to(**peer)) {
                eprintln!("{scenario}, round {} of {}: {peer}", round + 1, asked.rounds);
                let host = Host::start(peer, &programs, scenario.settings()).await?;
                // One peer that cannot take it does not end the others' turn.
                match scenario.play(&host, &programs, &extent).await {
                    Ok(figures) => report.add(scenario, peer, figures),
                    Err(error) => report.fail(scenario, peer, &error),
                }
                host.stop().await;
            }
        }
        print(&report.table(scenario, &asked.peers))?;
    }
    if let Some(path) = &asked.json {
        std::fs::write(path, serde_json::to_string_pretty(&report.json())?)?;
    }
    let faults = report.faults();
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(())
}
