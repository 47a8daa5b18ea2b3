//! A chat's server as a process of its own, and its use of processor and memory.

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

use crate::database::Database;
use crate::member::Entrance;

/// How long a server may take until it listens.
const START: Duration = Duration::from_secs(20);
/// Switches off the limits that would stop a load generator.
const LIFTED: [&str; 24] = [
    "--messages-per-second",
    "1000000",
    "--message-burst",
    "1000000",
    "--events-per-second",
    "1000000",
    "--event-burst",
    "1000000",
    "--rooms-per-minute",
    "1000000",
    "--sign-ins-per-minute",
    "1000000",
    "--max-connections",
    "20000",
    "--max-connections-per-address",
    "20000",
    "--max-handshakes",
    "4096",
    "--max-handshakes-per-address",
    "4096",
    "--daily-entries",
    "0",
    "--daily-bytes",
    "0",
];

/// The server that is measured.
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
    /// This project's server on Postgres
    #[value(name = "postgres-1")]
    Postgres1,
    /// Two nodes on one Postgres
    #[value(name = "postgres-2")]
    Postgres2,
    /// Three nodes on one Postgres
    #[value(name = "postgres-3")]
    Postgres3,
    /// Three nodes on one Postgres, with Redis for hints
    #[value(name = "redis-3")]
    Redis3,
    /// The tutorial's chat with better-sqlite3, one worker per core, with the official cluster adapter
    Cluster,
}

impl Peer {
    pub(crate) const ALL: [Self; 4] = [Self::Steadfast, Self::Sqlite3, Self::BetterSqlite3, Self::Floor];

    /// Whether it is this project's server.
    pub(crate) fn is_ours(self) -> bool {
        matches!(
            self,
            Self::Steadfast | Self::Postgres1 | Self::Postgres2 | Self::Postgres3 | Self::Redis3
        )
    }

    /// How many processes serve.
    fn processes(self) -> usize {
        match self {
            Self::Postgres2 => 2,
            Self::Postgres3 | Self::Redis3 => 3,
            Self::Cluster => std::thread::available_parallelism().map_or(1, usize::from),
            Self::Steadfast | Self::Sqlite3 | Self::BetterSqlite3 | Self::Floor | Self::Postgres1 => 1,
        }
    }

    fn on_postgres(self) -> bool {
        self.is_ours() && self != Self::Steadfast
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Steadfast => "steadfast",
            Self::Sqlite3 => "sqlite3",
            Self::BetterSqlite3 => "better-sqlite3",
            Self::Floor => "floor",
            Self::Postgres1 => "postgres-1",
            Self::Postgres2 => "postgres-2",
            Self::Postgres3 => "postgres-3",
            Self::Redis3 => "redis-3",
            Self::Cluster => "cluster",
        })
    }
}

/// Where the programs are.
pub(crate) struct Programs {
    pub(crate) steadfast: PathBuf,
    pub(crate) tutorial: PathBuf,
    /// The address of a Postgres on which databases may be made.
    pub(crate) postgres: Option<String>,
    pub(crate) redis: Option<String>,
}

/// A running chat with a database of its own: one process, or several.
pub(crate) struct Host {
    pub(crate) peer: Peer,
    /// Where each process serves.
    pub(crate) urls: Vec<String>,
    processes: Vec<Process>,
    database: Option<Database>,
    folder: TempDir,
}

struct Process {
    child: Child,
    id: u32,
}

/// A process's use of processor and memory so far.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Usage {
    /// Processor time, all threads.
    pub(crate) cpu: Duration,
    /// Memory that is resident, in bytes.
    pub(crate) memory: u64,
}

impl Host {
    /// `settings` are this project's server's own.
    pub(crate) async fn start(peer: Peer, programs: &Programs, settings: &[&str]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = match (peer.on_postgres(), &programs.postgres) {
            (false, _) => None,
            (true, Some(postgres)) => Some(Database::make(postgres).await?),
            (true, None) => bail!("{peer} needs --postgres"),
        };
        let mut host = Self {
            peer,
            urls: Vec::new(),
            processes: Vec::new(),
            database,
            folder,
        };
        if peer == Peer::Cluster {
            host.start_cluster(programs).await?;
            return Ok(host);
        }
        for nth in 0..peer.processes() {
            let port = free_port().await?;
            let folder = host.folder.path().join(nth.to_string());
            fs::create_dir(&folder)?;
            let mut command = host.command(port, &folder, programs)?;
            if peer.is_ours() {
                command.args(settings);
            }
            host.launch(command.current_dir(&folder), 1).await?;
            host.urls.push(format!("http://127.0.0.1:{port}"));
        }
        Ok(host)
    }

    fn command(&self, port: u16, folder: &Path, programs: &Programs) -> anyhow::Result<Command> {
        let peer = self.peer;
        let file = folder.join("chat.db");
        let mut command;
        if peer.is_ours() {
            let database = self.database.as_ref().map(|database| database.url.clone());
            command = Command::new(&programs.steadfast);
            command
                .args(["--listen", &format!("127.0.0.1:{port}"), "--database"])
                .arg(database.map_or_else(|| file.into_os_string(), Into::into))
                .args(LIFTED);
            if peer == Peer::Redis3 {
                let redis = programs.redis.as_ref().context("redis-3 needs --redis")?;
                command.args(["--adapter", redis]);
            }
        } else if peer == Peer::Floor {
            command = Command::new(std::env::current_exe()?);
            command.args(["floor", &port.to_string()]);
        } else {
            command = Command::new("node");
            command
                .arg(programs.tutorial.join("tutorial.mjs"))
                .arg(port.to_string())
                .arg(file)
                .arg(peer.to_string());
        }
        Ok(command)
    }

    /// The tutorial's last step: a worker per core, each with a port of its own.
    async fn start_cluster(&mut self, programs: &Programs) -> anyhow::Result<()> {
        let mut ports = Vec::new();
        for _ in 0..self.peer.processes() {
            ports.push(free_port().await?);
        }
        let list: Vec<_> = ports.iter().map(u16::to_string).collect();
        let mut command = Command::new("node");
        command
            .arg(programs.tutorial.join("tutorial.mjs"))
            .arg(list.join(","))
            .arg(self.folder.path().join("chat.db"))
            .arg("better-sqlite3");
        self.launch(&mut command, ports.len()).await?;
        self.urls = ports
            .iter()
            .map(|port| format!("http://127.0.0.1:{port}"))
            .collect();
        Ok(())
    }

    /// Starts a process and waits until it has printed this many times that it listens.
    async fn launch(&mut self, command: &mut Command, times: usize) -> anyhow::Result<()> {
        let peer = self.peer;
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
        let (listens, mut said) = mpsc::channel(times);
        tokio::spawn(read(out, listens.clone()));
        tokio::spawn(read(err, listens));
        for _ in 0..times {
            if !matches!(timeout(START, said.recv()).await, Ok(Some(()))) {
                bail!("{peer} does not listen");
            }
        }
        self.processes.push(Process { child, id });
        Ok(())
    }

    /// Where the nth member goes in: the nodes of a cluster take turns.
    pub(crate) fn entrance(&self, nth: usize) -> Entrance {
        let node = nth % self.urls.len();
        let url = &self.urls[node];
        Entrance {
            peer: self.peer,
            door: url.clone(),
            url: url.clone(),
            node,
            rooms: Vec::new(),
        }
    }

    /// Puts this many messages into the database of a tutorial's chat, by another process.
    pub(crate) async fn fill_tutorial(&self, programs: &Programs, messages: usize) -> anyhow::Result<()> {
        let folder = match self.peer {
            Peer::Cluster => self.folder.path().to_owned(),
            _ => self.folder.path().join("0"),
        };
        let done = Command::new("node")
            .arg(programs.tutorial.join("fill.mjs"))
            .arg(folder.join("chat.db"))
            .arg(messages.to_string())
            .status()
            .await?;
        if !done.success() {
            bail!("the tutorial's database cannot be filled: {done}");
        }
        Ok(())
    }

    /// The server's use so far, over all its processes except those of Postgres and Redis.
    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        let mut all = Usage::default();
        for Process { id, .. } in &self.processes {
            for id in with_children(*id) {
                let one = usage(&PathBuf::from(format!("/proc/{id}")))?;
                all.cpu += one.cpu;
                all.memory += one.memory;
            }
        }
        Ok(all)
    }

    /// How many transactions its Postgres has committed so far.
    pub(crate) async fn transactions(&self) -> anyhow::Result<Option<f64>> {
        match &self.database {
            Some(database) => Ok(Some(database.transactions().await?)),
            None => Ok(None),
        }
    }

    pub(crate) async fn stop(mut self) {
        for process in &mut self.processes {
            let _gone = process.child.kill().await;
        }
    }
}

/// A process and those it has started.
fn with_children(id: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|id| id.parse().ok());
    std::iter::once(id).chain(children).collect()
}

async fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port())
}

/// This program's own use so far.
pub(crate) fn own_usage() -> anyhow::Result<Usage> {
    usage(Path::new("/proc/self"))
}

fn usage(process: &Path) -> anyhow::Result<Usage> {
    let stat = fs::read_to_string(process.join("stat")).context("no /proc: this runs on Linux")?;
    // The name may contain anything; the fields after its bracket are numbers.
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
