//! `cargo xtask bench client`: size and speed of socketio-anywhere in one run, each beside the JavaScript client's.

use std::process::ExitCode;

use clap::Args;

use super::{size, throughput};

/// The options of `bench client`.
#[derive(Args)]
pub(crate) struct Options {
    /// Rounds of the race to count, after one for warm-up
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Optimisation level: `s`, `3`, …; a shipped page uses `z`
    #[arg(long, default_value = "z", value_name = "LEVEL")]
    opt_level: String,
}

/// Weighs the client, then races it.
pub(super) fn client(options: &Options) -> anyhow::Result<ExitCode> {
    size::size(&size::Options {
        top: 10,
        opt_level: options.opt_level.clone(),
    })?;
    throughput::throughput(&throughput::Options {
        rounds: options.rounds,
        opt_level: options.opt_level.clone(),
        profile: false,
    })
}
