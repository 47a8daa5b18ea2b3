//! A Postgres for the tests: started once per test process from the machine's packages, and ended with it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use steadfast_server::store::Store;
use steadfast_server::store::postgres::{CommitClock, PostgresStore};
use tokio::sync::OnceCell;

/// The script that runs it: it exits when the pipe to its standard input closes, which also happens if the process is killed.
const RUN: &str = r#"
set -e
bin="$1"
folder=$(mktemp -d /tmp/steadfast-postgres-XXXXXX)
trap 'test -z "$pid" || kill -QUIT "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM HUP
"$bin/initdb" -D "$folder/data" -U steadfast -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; exit 1; }
start() {
    "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=400 -c shared_buffers=32MB \
        -c fsync=off -c full_page_writes=off -c deadlock_timeout=200ms </dev/null >>"$folder/log" 2>&1 &
    pid=$!
    tries=0
    until "$bin/pg_isready" -q -h "$folder"; do
        tries=$((tries + 1))
        test "$tries" -lt 1200 || exit 1
        kill -0 "$pid" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
        sleep 0.05
    done
    echo "$folder"
}
start
# QUIT ends it as a crash does, INT as an operator does.
while read -r signal; do
    kill "-$signal" "$pid"
    wait "$pid" || true
    start
done
"#;

struct Server {
    /// The folder of its socket.
    folder: PathBuf,
    running: Child,
    /// Prints the folder each time it has started.
    output: Mutex<BufReader<ChildStdout>>,
}

static SERVER: OnceLock<Server> = OnceLock::new();
/// Databases of tests that have ended.
static ENDED: Mutex<Vec<String>> = Mutex::new(Vec::new());
static TEMPLATE: OnceCell<()> = OnceCell::const_new();
static MADE: AtomicUsize = AtomicUsize::new(0);

impl Server {
    fn start() -> Self {
        let bin = binaries().expect("Postgres is not installed: apt-get install postgresql");
        let mut command = as_somebody();
        let mut running = command
            .args(["sh", "-c", RUN, "sh"])
            .arg(&bin)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = Mutex::new(BufReader::new(running.stdout.take().unwrap()));
        Self {
            folder: started(&output),
            running,
            output,
        }
    }
}

/// Waits until the server has started. Returns its folder.
fn started(output: &Mutex<BufReader<ChildStdout>>) -> PathBuf {
    let mut folder = String::new();
    output.lock().unwrap().read_line(&mut folder).unwrap();
    assert!(!folder.is_empty(), "Postgres did not start");
    folder.trim().into()
}

/// The newest installed Postgres.
pub(super) fn binaries() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    found.sort();
    found.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path));
    let all = ["initdb", "postgres", "pg_isready"];
    found
        .into_iter()
        .find(|bin| all.iter().all(|name| bin.join(name).exists()))
}

/// A command that runs another one as an ordinary user if this is root, because Postgres refuses to run as root.
pub(crate) fn as_somebody() -> Command {
    let is_root = fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    if !is_root {
        return Command::new("env");
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let has_own = users.lines().any(|line| line.starts_with("postgres:"));
    let mut command = Command::new("runuser");
    command.args(["-u", if has_own { "postgres" } else { "nobody" }, "--"]);
    command.current_dir("/");
    command
}

/// A database of one test's own.
pub(crate) struct Database {
    name: String,
    /// Its server, if no other test shares it.
    own: Option<Server>,
}

impl Database {
    pub(crate) async fn new() -> Self {
        let template = "steadfast_template";
        TEMPLATE
            .get_or_init(async || {
                create(folder(), template, "template0").await;
                let store = open(&url(folder(), template)).await;
                store.close().await;
            })
            .await;
        let database = Self::empty_named();
        create(folder(), &database.name, template).await;
        database
    }

    /// An empty database, on a server that only this test uses.
    pub(crate) async fn on_a_server_of_its_own() -> Self {
        let own = tokio::task::spawn_blocking(Server::start).await.unwrap();
        create(&own.folder, "steadfast_own", "template0").await;
        Self {
            name: "steadfast_own".into(),
            own: Some(own),
        }
    }

    /// Crashes this test's own server, and starts it again.
    pub(crate) async fn crash_the_server(&self) {
        self.end_and_start("QUIT").await;
    }

    /// Restarts this test's own server in order: it ends its sessions, writes everything and starts again.
    pub(crate) async fn restart_the_server(&self) {
        self.end_and_start("INT").await;
    }

    async fn end_and_start(&self, signal: &str) {
        let own = self.own.as_ref().unwrap();
        tokio::task::block_in_place(|| {
            let mut input = own.running.stdin.as_ref().unwrap();
            input.write_all(format!("{signal}\n").as_bytes()).unwrap();
            started(&own.output);
        });
    }

    pub(crate) async fn empty() -> Self {
        let database = Self::empty_named();
        create(folder(), &database.name, "template0").await;
        database
    }

    fn empty_named() -> Self {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        Self {
            name: format!("steadfast_{number}"),
            own: None,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The folder of its server's socket.
    pub(crate) fn folder(&self) -> &Path {
        match &self.own {
            Some(own) => &own.folder,
            None => folder(),
        }
    }

    pub(crate) fn url(&self) -> String {
        url(self.folder(), &self.name)
    }

    /// Its socket, and its URL through a proxy to that.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder().join(".s.PGSQL.5432")
    }

    pub(crate) fn url_by(&self, port: u16) -> String {
        format!(
            "postgres://steadfast@127.0.0.1:{port}/{}?sslmode=disable",
            self.name
        )
    }

    /// A connection behind the store's back.
    pub(crate) async fn connect(&self) -> PgConnection {
        options(self.folder(), &self.name).connect().await.unwrap()
    }

    /// Opens it as one more node.
    pub(crate) async fn open_beside(&self) -> PostgresStore {
        PostgresStore::open_beside(&self.url(), Duration::from_secs(10), 1, CommitClock::Caller)
            .await
            .unwrap()
    }

    pub(crate) async fn open(&self) -> PostgresStore {
        open(&self.url()).await
    }
}

impl Drop for Server {
    /// Its standard input closes, and it exits.
    fn drop(&mut self) {
        drop(self.running.stdin.take());
        let _ = self.running.wait();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.own.is_none() {
            ENDED.lock().unwrap().push(self.name.clone());
        }
    }
}

fn folder() -> &'static Path {
    &SERVER.get_or_init(Server::start).folder
}

fn url(folder: &Path, name: &str) -> String {
    format!("postgres://steadfast@localhost/{name}?host={}", folder.display())
}

fn options(folder: &Path, name: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(folder)
        .username("steadfast")
        .database(name)
}

async fn open(url: &str) -> PostgresStore {
    PostgresStore::open(url, Duration::from_secs(10), 1, CommitClock::Caller)
        .await
        .unwrap()
}

async fn create(folder: &Path, name: &str, template: &str) {
    let mut connection = options(folder, "postgres").connect().await.unwrap();
    let is_shared = SERVER.get().is_some_and(|server| server.folder == folder);
    let ended = match is_shared {
        true => std::mem::take(&mut *ENDED.lock().unwrap()),
        false => Vec::new(),
    };
    for name in ended {
        let drop = format!("drop database if exists {name} with (force)");
        connection.execute(AssertSqlSafe(drop)).await.unwrap();
    }
    let create = format!("create database {name} template {template}");
    connection.execute(AssertSqlSafe(create)).await.unwrap();
}
