//! `cargo xtask cluster`: several nodes on one Postgres behind a proxy, on this machine.
//!
//! - [`proxy`], [`postgres`], [`redis`], [`nodes`]: the parts, each a program on this machine
//! - [`services`]: Postgres and Redis alone
//! - [`child`]: one program
//! - [`command`]: the commands that a person types
//! - [`guard`]: ends every program, however this process ends
//! - [`idle`]: the cost of idle nodes to Postgres

use std::{io::BufRead, net::TcpListener, path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::{
    server::{self, Build},
    step::step,
    workspace,
};

mod child;
mod command;
mod guard;
mod idle;
mod nodes;
mod postgres;
mod proxy;
mod redis;
mod services;

use command::Command;
use guard::Guard;
pub(crate) use idle::idle_cost;
use nodes::Nodes;
use postgres::Postgres;
pub(crate) use proxy::Kind as ProxyKind;
use proxy::Proxy;
use redis::Redis;
pub(crate) use services::Services;

/// The options of `cluster`.
#[derive(Args)]
pub(crate) struct Options {
    /// Number of nodes
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=9))]
    nodes: u8,
    /// The proxy's port on 127.0.0.1, for the browser; 0 picks a free one
    #[arg(long, value_name = "N", default_value_t = 3000)]
    port: u16,
    /// Carrier of hints between the nodes
    #[arg(long, value_enum, default_value_t = Adapter::Postgres)]
    adapter: Adapter,
    /// The proxy in front of the nodes, configured by its file in `deploy/`
    #[arg(long, value_enum, default_value_t = ProxyKind::Nginx)]
    proxy: ProxyKind,
    /// Use this server binary instead of building one
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Further arguments for every node, after `--`
    #[arg(last = true, value_name = "ARGS")]
    server: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Adapter {
    None,
    Postgres,
    Redis,
}

/// All running programs.
struct Cluster {
    nodes: Nodes,
    postgres: Postgres,
    redis: Option<Redis>,
    proxy: Proxy,
    /// The last field, so that it drops after the others were told to end.
    guard: Guard,
}

/// Starts the cluster, and runs the commands on standard input until that ends.
pub(crate) fn cluster(options: &Options) -> anyhow::Result<ExitCode> {
    crate::postgres::prepare()?;
    if options.adapter == Adapter::Redis {
        crate::redis::prepare()?;
    }
    options.proxy.prepare()?;
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => server::build(&Build::Release)?,
    };
    let mut cluster = step("starting Postgres, the nodes and the proxy", || {
        Cluster::start(options, binary)
    })?;
    cluster.show();
    println!("{}", command::HELP);
    for line in std::io::stdin().lock().lines() {
        let line = line.context("cannot read standard input")?;
        match Command::parse(&line) {
            Ok(Some(Command::Quit)) => break,
            Ok(Some(command)) => match cluster.apply(command) {
                Ok(()) => println!("ok: {}", line.trim()),
                Err(error) => println!("error: {error:#}"),
            },
            Ok(None) => {}
            Err(why) => println!("error: {why}"),
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Cluster {
    fn start(options: &Options, binary: PathBuf) -> anyhow::Result<Self> {
        let guard = Guard::start()?;
        let postgres = Postgres::start(&guard)?;
        let redis = match options.adapter {
            Adapter::Redis => Some(Redis::start(&guard)?),
            Adapter::None | Adapter::Postgres => None,
        };
        let adapter = match (&redis, options.adapter) {
            (Some(redis), _) => redis.url(),
            (None, Adapter::None) => "none".to_owned(),
            (None, _) => "postgres".to_owned(),
        };
        // Held until the proxy starts, so that no other program takes it while the nodes do.
        let held = TcpListener::bind(("127.0.0.1", options.port))
            .with_context(|| format!("port {} on 127.0.0.1 cannot be used", options.port))?;
        let port = held.local_addr()?.port();
        let args = [
            ["--database", &postgres.url()].map(String::from),
            ["--adapter", &adapter].map(String::from),
            ["--public-url", &format!("http://localhost:{port}")].map(String::from),
            ["--allowed-origin", &format!("http://127.0.0.1:{port}")].map(String::from),
            ["--trusted-proxy", "127.0.0.1"].map(String::from),
        ];
        let args = args.into_iter().flatten().chain(options.server.iter().cloned());
        let nodes = Nodes::start(&guard, binary, options.nodes, args.collect())?;
        drop(held);
        let proxy = Proxy::start(&guard, options.proxy, port, &nodes.ports())?;
        Ok(Self {
            nodes,
            postgres,
            redis,
            proxy,
            guard,
        })
    }

    /// Prints a line for each part; tests parse them.
    fn show(&mut self) {
        self.nodes.show();
        self.postgres.show();
        if let Some(redis) = &self.redis {
            redis.show();
        }
        self.proxy.show();
    }

    fn apply(&mut self, command: Command) -> anyhow::Result<()> {
        match command {
            Command::Show => self.show(),
            Command::Help => println!("{}", command::HELP),
            Command::Node(action, number) => self.nodes.apply(&self.guard, action, number)?,
            Command::Postgres(action) => self.postgres.apply(action)?,
            Command::Redis(action) => {
                let redis = self.redis.as_mut();
                let redis = redis.context("there is no Redis here: start with --adapter redis")?;
                redis.apply(&self.guard, action)?;
            }
            Command::Reload => self.proxy.reload(&self.guard)?,
            Command::Quit => {}
        }
        Ok(())
    }
}

/// A free port of this machine.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port is free on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// A file in `deploy/`.
fn deployed(name: &str) -> anyhow::Result<String> {
    let path = workspace::root().join("deploy").join(name);
    std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
