//! What sets a fresh machine up, and runs and tests Steadfast on it.
//!
//! - [`run`], [`test`], [`audit`], [`bench`], [`scoreboard`], [`simulate`], [`hostile`], [`cluster`],
//!   [`setup`]: the commands
//! - [`page`], [`server`]: what is built
//! - [`tools`], [`npm`], [`browser`], [`postgres`], [`redis`], [`apt`]: what is installed where it is absent
//! - [`step`], [`process`], [`workspace`]: how it is said, started and found
//! - [`house`]: the rules of the source tree, kept by tests, and its measures

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod apt;
mod audit;
mod bench;
mod browser;
mod cluster;
mod hostile;
mod house;
mod npm;
mod page;
mod postgres;
mod process;
mod redis;
mod run;
mod scoreboard;
mod server;
mod setup;
mod simulate;
mod step;
mod test;
mod tools;
mod workspace;

/// Sets this machine up, and runs and tests Steadfast on it.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the page and the server, and serve the chat on http://localhost:3000
    Run(run::Options),
    /// Build the page for release, in its parts, into web/dist
    Page,
    /// Run every check there is, or the parts named
    Test(test::Options),
    /// Check the dependencies: licences, bans, sources and, where they can be fetched, advisories
    Audit,
    /// Measure the chat beside its peers, and socketio-anywhere beside the JavaScript client
    Bench(bench::Options),
    /// Run one script of faults against the Socket.IO tutorial's chat and against Steadfast, and count
    Scoreboard(scoreboard::Options),
    /// Try the chat in simulated worlds where everything goes wrong, from seeds
    Simulate(simulate::Options),
    /// Let strangers loose on a release server on this machine, and measure what others notice
    Hostile(hostile::Options),
    /// Start several nodes on one Postgres behind a proxy, for development
    Cluster(cluster::Options),
    /// Measure how easily the source is read: files on a message's way, sizes, words
    House(house::Options),
    /// Install what building the page needs, for `trunk serve`
    Setup,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Page => page::build().map(|()| ExitCode::SUCCESS),
        Command::Test(options) => test::test(&options),
        Command::Audit => audit::audit(),
        Command::Bench(options) => bench::bench(&options),
        Command::Scoreboard(options) => scoreboard::scoreboard(&options),
        Command::Simulate(options) => simulate::simulate(&options),
        Command::Hostile(options) => hostile::hostile(&options),
        Command::Cluster(options) => cluster::cluster(&options),
        Command::House(options) => house::house(&options),
        Command::Setup => setup::setup(),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
