//! `cargo xtask run`: from a fresh machine to a chat on :3000.

use std::{net::TcpListener, process::ExitCode};

use anyhow::Context;
use clap::Args;

use crate::{
    process,
    server::{self, Build},
    step::Stopwatch,
};

/// The options of `run`.
#[derive(Args)]
pub(crate) struct Options {
    /// Serve on this port of 127.0.0.1 [default: 3000]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// The database file; created if it does not exist [default: steadfast.db in this folder]
    #[arg(long, value_name = "FILE")]
    database: Option<String>,
    /// Further arguments for the server, after `--`; `cargo xtask run -- --help` lists them
    #[arg(last = true, value_name = "ARGS")]
    server: Vec<String>,
}

impl Options {
    /// The port, if this command knows it; `None` if the server gets its address in another way, or was only asked for help.
    fn known_port(&self) -> Option<u16> {
        const ELSEWHERE: [&str; 4] = ["--listen", "--help", "-h", "--version"];
        let elsewhere = |arg: &String| ELSEWHERE.iter().any(|word| arg.starts_with(word));
        if self.server.iter().any(elsewhere) || std::env::var_os("STEADFAST_LISTEN").is_some() {
            self.port
        } else {
            Some(self.port.unwrap_or(3000))
        }
    }
}

/// Builds everything, then becomes the server.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let watch = Stopwatch::start();
    let port = options.known_port();
    if let Some(port) = port {
        port_is_free(port)?;
    }
    let binary = server::build(&Build::Release)?;

    let mut server = process::command(&binary);
    server.current_dir(std::env::current_dir()?);
    if let Some(port) = options.port {
        server.args(["--listen", &format!("127.0.0.1:{port}")]);
    }
    if let Some(database) = &options.database {
        server.args(["--database", database]);
    }
    server.args(&options.server);
    println!("==> ready after {}", watch.elapsed());
    if let Some(port) = port {
        println!("==> open http://localhost:{port} (Ctrl-C stops the server)\n");
    }
    become_it(server)
}

/// Checked before the build, which takes minutes.
fn port_is_free(port: u16) -> anyhow::Result<()> {
    TcpListener::bind(("127.0.0.1", port)).map(drop).with_context(|| {
        format!(
            "port {port} is not available; choose another: cargo xtask run --port {}",
            other(port)
        )
    })
}

fn other(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(3000)
}

/// The server replaces this process, so that Ctrl-C and SIGTERM reach it, and its exit code becomes ours.
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
