//! Postgres, with a folder of its own and no password, for this machine only.

use std::{path::PathBuf, process::Command, thread, time::Duration};

use anyhow::Context;

use super::{free_port, guard::Guard};
use crate::{postgres, process};

/// Attempts to start it, and the pause between them.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

/// An action on Postgres.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    Restart,
    Kill,
    Stop,
    Start,
}

pub(super) struct Postgres {
    bin: PathBuf,
    data: PathBuf,
    port: u16,
}

impl Postgres {
    /// Creates the database and starts it.
    pub(super) fn start(guard: &Guard) -> anyhow::Result<Self> {
        let folder = guard.subfolder("postgres")?;
        // Postgres does not run as root.
        if postgres::is_root() {
            process::run(process::command("chown").arg(postgres::somebody()).arg(&folder))?;
        }
        let server = Self {
            bin: postgres::binaries().context("Postgres is not installed")?,
            data: folder.join("data"),
            port: free_port()?,
        };
        let locale = ["--encoding=UTF8", "--locale=C", "--no-sync"];
        quietly(
            server
                .program("initdb")
                .arg("-D")
                .arg(&server.data)
                .args(["-U", "steadfast", "-A", "trust"])
                .args(locale),
        )?;
        server.launch()?;
        let to = [
            "-h",
            "127.0.0.1",
            "-p",
            &server.port.to_string(),
            "-U",
            "steadfast",
        ]
        .map(String::from);
        quietly(server.program("createdb").args(to).arg("steadfast"))?;
        Ok(server)
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://steadfast@127.0.0.1:{}/steadfast", self.port)
    }

    /// The server's process.
    pub(super) fn pid(&self) -> anyhow::Result<u32> {
        let file =
            std::fs::read_to_string(self.data.join("postmaster.pid")).context("Postgres is not running")?;
        let pid = file.lines().next().context("an empty postmaster.pid")?;
        pid.trim().parse().context("an unreadable postmaster.pid")
    }

    /// The one value that a query answers.
    pub(super) fn ask(&self, query: &str) -> anyhow::Result<String> {
        let url = self.url();
        let mut psql = self.program("psql");
        let answer = psql
            .args([&url, "-XAtc", query])
            .output()
            .context("cannot run psql")?;
        Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    }

    pub(super) fn show(&self) {
        println!("postgres: {}", self.url());
    }

    pub(super) fn apply(&self, action: Action) -> anyhow::Result<()> {
        match action {
            Action::Start => self.launch(),
            Action::Stop => self.halt("fast"),
            Action::Restart => {
                self.halt("immediate")?;
                self.launch()
            }
            Action::Kill => {
                let pid = self.pid()?.to_string();
                process::run(process::command("kill").args(["-KILL", &pid]))
            }
        }
    }

    fn launch(&self) -> anyhow::Result<()> {
        let settings = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200",
            self.port
        );
        let log = self.data.with_file_name("log");
        let start = || {
            quietly(
                self.control()
                    .arg("-l")
                    .arg(&log)
                    .args(["-o", &settings, "start"]),
            )
        };
        // The remains of a killed one have to disappear first.
        for _ in 1..ATTEMPTS {
            if start().is_ok() {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        start()
    }

    fn halt(&self, how: &str) -> anyhow::Result<()> {
        quietly(self.control().args(["-m", how, "stop"]))
    }

    fn control(&self) -> Command {
        let mut control = self.program("pg_ctl");
        control.args(["-w", "-s", "-D"]).arg(&self.data);
        control
    }

    /// One of its programs, run as a user who may run it.
    fn program(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        let mut command = if postgres::is_root() {
            let mut command = process::command("runuser");
            command.args(["-u", postgres::somebody(), "--"]).arg(program);
            command
        } else {
            process::command(program)
        };
        command.current_dir("/");
        command
    }
}

/// Runs a program and shows its output only if it fails. Processes that it leaves running must not hold our pipes.
fn quietly(command: &mut Command) -> anyhow::Result<()> {
    use std::process::Stdio;
    process::run(command.stdin(Stdio::null()).stdout(Stdio::null()))
}
