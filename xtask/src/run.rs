//! `cargo xtask run`: from a fresh machine to a chat on :3000.

use std::{net::TcpListener, process::ExitCode};

use anyhow::Context;
use clap::Args;

use crate::{
    process,
    server::{self, Build},
    step::Stopwatch,
};

/// What `run` can be told.
#[derive(Args)]
pub(crate) struct Options {
    /// Serve on this port of 127.0.0.1
    #[arg(long, value_name = "N", default_value_t = 3000)]
    port: u16,
    /// The database file; created where it is absent [default: steadfast.db in this folder]
    #[arg(long, value_name = "FILE")]
    database: Option<String>,
    /// Further arguments for the server, after `--`; `cargo xtask run -- --help` lists them
    #[arg(last = true, value_name = "ARGS")]
    server: Vec<String>,
}

/// Builds everything, then becomes the server.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let watch = Stopwatch::start();
    let own_listen = options.server.iter().any(|arg| arg.starts_with("--listen"));
    let own_answer = options
        .server
        .iter()
        .any(|arg| arg == "--help" || arg == "--version");
    if !own_listen && !own_answer {
        port_is_free(options.port)?;
    }
    let binary = server::build(&Build::Release)?;

    let mut server = process::command(&binary);
    server.current_dir(std::env::current_dir()?);
    if !own_listen {
        server.args(["--listen", &format!("127.0.0.1:{}", options.port)]);
    }
    if let Some(database) = &options.database {
        server.args(["--database", database]);
    }
    server.args(&options.server);
    println!("==> ready after {}", watch.elapsed());
    if !own_listen && !own_answer {
        println!(
            "==> open http://localhost:{} (Ctrl-C stops the server)\n",
            options.port
        );
    }
    become_it(server)
}

/// Better said before minutes of building than after.
fn port_is_free(port: u16) -> anyhow::Result<()> {
    TcpListener::bind(("127.0.0.1", port)).map(drop).with_context(|| {
        format!(
            "port {port} cannot be used; choose another: cargo xtask run --port {}",
            other(port)
        )
    })
}

fn other(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(3000)
}

/// The server takes this process's place, so that Ctrl-C and SIGTERM reach it and its exit code is ours.
#[cfg(unix)]
fn become_it(mut server: std::process::Command) -> anyhow::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    let error = server.exec();
    Err(error).with_context(|| format!("cannot start {}", process::shown(&server)))
}

#[cfg(not(unix))]
fn become_it(mut server: std::process::Command) -> anyhow::Result<ExitCode> {
    let status = server
        .status()
        .with_context(|| format!("cannot start {}", process::shown(&server)))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
