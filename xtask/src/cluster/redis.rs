//! Redis without persistence: it only carries hints.

use std::{process::Stdio, time::Duration};

use anyhow::bail;

use super::{child::Process, free_port, guard::Guard};
use crate::process;

/// The longest time to start.
const START: Duration = Duration::from_secs(10);

/// An action on Redis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    Kill,
    Start,
}

pub(super) struct Redis {
    port: u16,
    process: Process,
}

impl Redis {
    pub(super) fn start(guard: &Guard) -> anyhow::Result<Self> {
        let port = free_port()?;
        Ok(Self {
            port,
            process: launch(guard, port)?,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(super) fn show(&self) {
        println!("redis: {}, process {}", self.url(), self.process.id());
    }

    pub(super) fn apply(&mut self, guard: &Guard, action: Action) -> anyhow::Result<()> {
        match action {
            Action::Kill => self.process.end("KILL"),
            Action::Start if self.process.runs() => bail!("Redis is running"),
            Action::Start => {
                self.process = launch(guard, self.port)?;
                Ok(())
            }
        }
    }
}

fn launch(guard: &Guard, port: u16) -> anyhow::Result<Process> {
    let mut command = process::command("redis-server");
    command
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--loglevel",
            "warning",
            "--appendonly",
            "no",
            "--dir",
        ])
        .arg(guard.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = guard.spawn("redis", &mut command)?;
    process.listens(port, START)?;
    Ok(process)
}
