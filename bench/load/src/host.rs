//! A chat's server as a process of its own, and what it costs.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ValueEnum;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a server may take until it listens.
const START: Duration = Duration::from_secs(20);
/// Limits that are there to stop what this program does.
const LIFTED: [&str; 20] = [
    "--messages-per-second",
    "1000000",
    "--message-burst",
    "1000000",
    "--events-per-second",
    "1000000",
    "--event-burst",
    "1000000",
    "--sign-ins-per-minute",
    "1000000",
    "--max-connections",
    "20000",
    "--max-connections-per-address",
    "20000",
    "--max-handshakes-per-address",
    "1024",
    "--daily-entries",
    "0",
    "--daily-bytes",
    "0",
];

/// Who is measured.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, ValueEnum)]
pub(crate) enum Peer {
    /// This project's server on SQLite
    Steadfast,
    /// The tutorial's chat with sqlite3
    Sqlite3,
    /// The tutorial's chat with better-sqlite3 and a write-ahead log
    BetterSqlite3,
    /// A bare WebSocket broadcast
    Floor,
}

impl Peer {
    pub(crate) const ALL: [Self; 4] = [Self::Steadfast, Self::Sqlite3, Self::BetterSqlite3, Self::Floor];
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Steadfast => "steadfast",
            Self::Sqlite3 => "sqlite3",
            Self::BetterSqlite3 => "better-sqlite3",
            Self::Floor => "floor",
        })
    }
}

/// Where the programs are.
pub(crate) struct Programs {
    pub(crate) steadfast: PathBuf,
    pub(crate) tutorial: PathBuf,
}

/// A running server with a database of its own.
pub(crate) struct Host {
    pub(crate) peer: Peer,
    pub(crate) url: String,
    child: Child,
    id: u32,
    _folder: TempDir,
}

/// What a process has cost so far.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Usage {
    /// Processor time, all threads.
    pub(crate) cpu: Duration,
    /// Memory that is resident, in bytes.
    pub(crate) memory: u64,
}

impl Host {
    pub(crate) async fn start(peer: Peer, programs: &Programs) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let folder = tempfile::tempdir()?;
        let database = folder.path().join("chat.db");
        let mut command = match peer {
            Peer::Steadfast => {
                let mut command = Command::new(&programs.steadfast);
                command
                    .args(["--listen", &format!("127.0.0.1:{port}"), "--database"])
                    .arg(&database)
                    .args(LIFTED);
                command
            }
            Peer::Sqlite3 | Peer::BetterSqlite3 => {
                let mut command = Command::new("node");
                command
                    .arg(programs.tutorial.join("tutorial.mjs"))
                    .arg(port.to_string())
                    .arg(&database)
                    .arg(peer.to_string());
                command
            }
            Peer::Floor => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["floor", &port.to_string()]);
                command
            }
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{peer} cannot be started"))?;
        let id = child.id().context("it ended at once")?;
        let out = child.stdout.take().context("no output")?;
        let err = child.stderr.take().context("no output")?;
        let (listens, mut said) = mpsc::channel(1);
        tokio::spawn(read(out, listens.clone()));
        tokio::spawn(read(err, listens));
        if !matches!(timeout(START, said.recv()).await, Ok(Some(()))) {
            bail!("{peer} does not listen");
        }
        Ok(Self {
            peer,
            url: format!("http://127.0.0.1:{port}"),
            child,
            id,
            _folder: folder,
        })
    }

    /// What the server has cost so far.
    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        usage(&PathBuf::from(format!("/proc/{}", self.id)))
    }

    pub(crate) async fn stop(mut self) {
        let _gone = self.child.kill().await;
    }
}

/// What this program has cost so far.
pub(crate) fn own_usage() -> anyhow::Result<Usage> {
    usage(Path::new("/proc/self"))
}

fn usage(process: &Path) -> anyhow::Result<Usage> {
    let stat = fs::read_to_string(process.join("stat")).context("no /proc: this runs on Linux")?;
    // The name may hold anything; what follows its bracket does not.
    let (_, numbers) = stat.rsplit_once(')').context("an unreadable /proc")?;
    let numbers: Vec<u64> = numbers
        .split_whitespace()
        .map(|word| word.parse().unwrap_or(0))
        .collect();
    let ticks = numbers
        .get(11)
        .zip(numbers.get(12))
        .map_or(0, |(user, system)| user + system);
    let cpu = Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second());
    let status = fs::read_to_string(process.join("status"))?;
    let resident = status
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .trim()
                .strip_suffix(" kB")?
                .parse::<u64>()
                .ok()
        })
        .context("an unreadable /proc")?;
    Ok(Usage {
        cpu,
        memory: resident * 1024,
    })
}

/// Reads to the end, so that the pipe never fills, and tells when the server says that it listens.
async fn read(output: impl AsyncRead + Unpin, listens: mpsc::Sender<()>) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.contains("listening on http") {
            let _known = listens.try_send(());
        }
    }
}

/// Each connection is an open file.
pub(crate) fn raise_open_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _refused = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    );
}
