//! Puts load on chats, one after the other in one run, and prints how they compare.
//!
//! - [`host`]: a chat's server as a process of its own, and what it costs
//! - [`database`]: a database of a round's own on Postgres
//! - [`member`]: one connection to it
//! - [`record`]: what was heard, and when
//! - [`scenario`]: what is done to it
//! - [`report`]: medians, ratios, spread
//! - [`floor`]: the least that a broadcast can cost
//!
//! Everything stays on the loopback of this machine. The generator shares it with the server it measures: its own processor
//! time is printed beside.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use host::{Host, Peer, Programs};
use report::Report;
use scenario::Scenario;

mod database;
mod floor;
mod host;
mod member;
mod record;
mod report;
mod scenario;

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

async fn run(asked: &Run) -> anyhow::Result<()> {
    host::raise_open_files();
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
    let mut report = Report::new();
    for &scenario in scenarios {
        for round in 0..asked.rounds {
            for &peer in &asked.peers {
                eprintln!("{scenario}, round {} of {}: {peer}", round + 1, asked.rounds);
                let host = Host::start(peer, &programs).await?;
                let figures = scenario.play(&host, Duration::from_secs(asked.seconds)).await?;
                report.add(scenario, peer, figures);
                host.stop().await;
            }
        }
        println!("{}", report.table(scenario, &asked.peers));
    }
    if let Some(path) = &asked.json {
        std::fs::write(path, serde_json::to_string_pretty(&report.json())?)?;
    }
    Ok(())
}
