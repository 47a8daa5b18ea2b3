//! `cargo xtask bench store`: the throughput of both stores, and the cost of idle nodes to Postgres.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cluster::{self, Services};
use crate::process::{self, cargo};
use crate::step::step;
use crate::workspace;

/// The options of `bench store`.
#[derive(Args)]
pub(crate) struct Options {
    /// Seconds per measurement of a store
    #[arg(long, default_value_t = 4)]
    seconds: u32,
}

pub(super) fn store(options: &Options) -> anyhow::Result<ExitCode> {
    let rate = example("rate")?;
    let seconds = options.seconds.to_string();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = Database::new(kind)?;
        step(&format!("messages a second: {}", kind.name()), || {
            process::run(process::command(&rate).args(["--seconds", &seconds, "--database", &database.name]))
        })?;
    }
    let server = workspace::target().join("release").join(program("steadfast"));
    step("the cost of idle nodes to Postgres", || {
        cluster::idle_cost(&server)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Builds the server and its examples, and returns the path of one.
pub(super) fn example(name: &str) -> anyhow::Result<PathBuf> {
    step("building the server and its examples (release)", || {
        process::run(cargo().args([
            "build",
            "--release",
            "-p",
            "steadfast-server",
            "--bins",
            "--example",
            name,
        ]))
    })?;
    Ok(workspace::target().join("release/examples").join(program(name)))
}

fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// A kind of database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "Postgres",
        }
    }
}

/// An empty database, until it is dropped.
pub(super) struct Database {
    pub(super) name: String,
    _services: Services,
}

impl Database {
    pub(super) fn new(kind: Kind) -> anyhow::Result<Self> {
        let services = Services::for_database(kind == Kind::Postgres)?;
        let name = match services.postgres_url() {
            Some(url) => url,
            None => services.folder().join("chat.db").display().to_string(),
        };
        Ok(Self {
            name,
            _services: services,
        })
    }
}
