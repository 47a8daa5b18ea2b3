//! Sets up a fresh machine, and runs and tests Steadfast on it.
//!
//! - [`run`], [`test`], [`audit`], [`bench`], [`scoreboard`], [`simulate`], [`hostile`], [`cluster`],
//!   [`setup`]: the commands
//! - [`page`], [`server`]: the builds
//! - [`tools`], [`npm`], [`browser`], [`postgres`], [`redis`], [`apt`]: programs that are installed if missing
//! - [`step`], [`process`], [`pipe`], [`workspace`]: progress output, child processes, a closed output, paths
//! - [`house`]: the rules of the source tree, enforced by tests, and its measures

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
mod pipe;
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

/// Sets up this machine, and runs and tests Steadfast on it.
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
    /// Build the release page, split into its parts, in web/dist
    Page,
    /// Run every check, or only the named parts
    Test(test::Options),
    /// Check the dependencies: licences, bans, sources, and advisories if they can be fetched
    Audit,
    /// Measure the chat against its peers, and socketio-anywhere against the JavaScript client
    Bench(bench::Options),
    /// Run one script of faults against the Socket.IO tutorial's chat and Steadfast, and count the losses
    Scoreboard(scoreboard::Options),
    /// Run the chat in simulated worlds from seeds, where everything goes wrong
    Simulate(simulate::Options),
    /// Attack a release server on this machine, and measure what other people notice
    Hostile(hostile::Options),
    /// Start several nodes on one Postgres behind a proxy, for development
    Cluster(cluster::Options),
    /// Measure how easy the source is to read: files on a message's way, sizes, words
    House(house::Options),
    /// Install the tools for building the page, for `trunk serve`
    Setup,
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    pipe::until_closed(move || run_command(command))
}

fn run_command(command: Command) -> ExitCode {
    let done = match command {
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
