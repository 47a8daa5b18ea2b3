//! The page beside the tutorial's page: its load time and size on a phone with a bad connection; its frames, keys and memory in a
//! busy room.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::{
    browser, npm,
    process::{self, cargo},
    server,
    step::step,
    workspace,
};

/// The options of `bench page`.
#[derive(Args)]
pub(super) struct Options {
    /// How often to open each page, and to run each scenario; the medians count
    #[arg(long, default_value_t = 5)]
    rounds: u32,

    /// Measure only this
    #[arg(long, value_enum, value_name = "PART")]
    only: Option<Part>,

    /// Use this server binary with the example `fill` in `examples` beside it, and build nothing
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Load time and size
    Load,
    /// Frames, keys and memory in a busy room
    Frames,
}

impl Part {
    fn title(self) -> &'static str {
        match self {
            Self::Load => "opening pages on a slow phone",
            Self::Frames => "busy rooms: frames, keys and memory",
        }
    }

    fn script(self) -> &'static str {
        match self {
            Self::Load => "first-load/first-load.mjs",
            Self::Frames => "frames/frames.mjs",
        }
    }
}

/// Builds a release and measures both pages in turn.
pub(super) fn first_load(options: &Options) -> anyhow::Result<ExitCode> {
    npm::packages()?;
    let browser = browser::browser()?.chromium;
    let binary = match &options.binary {
        Some(binary) => std::path::absolute(binary)?,
        None => build()?,
    };
    for part in [Part::Load, Part::Frames] {
        if options.only.is_some_and(|only| only != part) {
            continue;
        }
        step(part.title(), || {
            process::run(
                process::command("node")
                    .arg(workspace::e2e().join(part.script()))
                    .env("ROUNDS", options.rounds.to_string())
                    .env("CHROMIUM", &browser)
                    .env("STEADFAST_BIN", &binary),
            )
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

fn build() -> anyhow::Result<PathBuf> {
    let binary = server::build(&server::Build::Release)?;
    step("building the example that fills a database (release)", || {
        process::run(cargo().args([
            "build",
            "--release",
            "--package",
            "steadfast-server",
            "--features",
            "page",
            "--example",
            "fill",
        ]))
    })?;
    Ok(binary)
}
