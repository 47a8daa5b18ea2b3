//! A Postgres and its standby, for one test: made from the machine's packages, and ended with it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use steadfast_server::store::database::Database;
use tempfile::TempDir;

use super::postgres::{as_somebody, binaries};

/// A script that runs commands line by line, and exits when the pipe to its standard input closes.
const RUN: &str = r#"
set -e
bin="$1"
folder=$(mktemp -d /tmp/steadfast-standby-XXXXXX)
pid() { head -n 1 "$folder/$1/data/postmaster.pid" 2>/dev/null; }
trap 'for node in one other; do kill -QUIT "$(pid $node)" 2>/dev/null || true; done; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM HUP
mkdir "$folder/one" "$folder/other"
start() {
    "$bin/postgres" -D "$folder/$1/data" -k "$folder/$1" -c listen_addresses= -c max_connections=60 -c shared_buffers=32MB \
        -c fsync=off -c full_page_writes=off </dev/null >>"$folder/$1/log" 2>&1 &
    tries=0
    until "$bin/pg_isready" -q -h "$folder/$1"; do
        tries=$((tries + 1))
        test "$tries" -lt 1200 || { cat "$folder/$1/log" >&2; exit 1; }
        sleep 0.05
    done
}
"$bin/initdb" -D "$folder/one/data" -U steadfast -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1
start one
"$bin/psql" -h "$folder/one" -U steadfast -d postgres -qc 'create database chat' >/dev/null
echo "$folder"
while read -r command; do
    case "$command" in
        copy) "$bin/pg_basebackup" -h "$folder/one" -U steadfast -D "$folder/other/data" -R -X stream -c fast --no-sync ;;
        crash) "$bin/pg_ctl" -D "$folder/one/data" -m immediate -w stop ;;
        promote)
            start other
            "$bin/pg_ctl" -D "$folder/other/data" -w promote
            ;;
    esac >>"$folder/commands.log" 2>&1
    echo "$command"
done
"#;

/// A primary, and its standby once it has been copied.
pub(crate) struct Pair {
    folder: PathBuf,
    /// The address of the primary for nodes: a link to the folder of its socket.
    address: TempDir,
    running: Child,
    tell: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Pair {
    pub(crate) async fn start() -> Self {
        tokio::task::spawn_blocking(|| {
            let bin = binaries().expect("Postgres is not installed: apt-get install postgresql");
            let mut command = as_somebody();
            let mut running = command
                .args(["sh", "-c", RUN, "sh"])
                .arg(&bin)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut output = BufReader::new(running.stdout.take().unwrap());
            let mut folder = String::new();
            output.read_line(&mut folder).unwrap();
            assert!(!folder.is_empty(), "Postgres did not start");
            let pair = Self {
                folder: folder.trim().into(),
                address: tempfile::tempdir().unwrap(),
                tell: running.stdin.take(),
                running,
                output,
            };
            pair.lead_to("one");
            pair
        })
        .await
        .unwrap()
    }

    /// The database, on whichever of the two the address leads to.
    pub(crate) fn database(&self) -> Database {
        let socket = self.address.path().join("primary");
        Database::Postgres(format!(
            "postgres://steadfast@localhost/chat?host={}",
            socket.display()
        ))
    }

    /// Makes the standby a copy of the primary. It receives no later commits.
    pub(crate) async fn copy(&mut self) {
        self.run("copy").await;
    }

    /// The primary dies, the standby is promoted, and the address leads to it.
    pub(crate) async fn fail_over(&mut self) {
        self.run("crash").await;
        self.run("promote").await;
        self.lead_to("other");
    }

    fn lead_to(&self, node: &str) {
        let (link, next) = (
            self.address.path().join("primary"),
            self.address.path().join("next"),
        );
        symlink(self.folder.join(node), &next).unwrap();
        std::fs::rename(next, link).unwrap();
    }

    async fn run(&mut self, command: &str) {
        tokio::task::block_in_place(|| {
            writeln!(self.tell.as_mut().unwrap(), "{command}").unwrap();
            let mut done = String::new();
            self.output.read_line(&mut done).unwrap();
            assert_eq!(done.trim(), command, "Postgres did not do it");
        });
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        drop(self.tell.take());
        let _ = self.running.wait();
    }
}
