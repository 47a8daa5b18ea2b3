//! Ends all programs when this process ends, in whatever way: a separate shell waits for a pipe to close.

use std::{
    fs::{self, OpenOptions},
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, bail};

use super::child::Process;
use crate::process;

/// Makes the folder, prints its path, and waits. Each line of `pids` is a process to end.
const GUARD: &str = r#"
trap '' INT TERM HUP
folder=$(mktemp -d "${TMPDIR:-/tmp}/steadfast-cluster-XXXXXX") || exit 1
chmod 755 "$folder"
: >"$folder/pids"
echo "$folder"
cat >/dev/null
running() { while read -r pid; do kill -0 "$pid" 2>/dev/null && return 0; done <"$folder/pids"; return 1; }
end() { while read -r pid; do kill "-$1" "$pid" 2>/dev/null; done <"$folder/pids"; }
end CONT
end TERM
tries=0
while running && test "$tries" -lt 30; do tries=$((tries + 1)); sleep 0.1; done
end KILL
postmaster=$(head -n 1 "$folder/postgres/data/postmaster.pid" 2>/dev/null)
test -z "$postmaster" || kill -QUIT "$postmaster" 2>/dev/null
tries=0
while test -n "$postmaster" && kill -0 "$postmaster" 2>/dev/null && test "$tries" -lt 50; do tries=$((tries + 1)); sleep 0.1; done
rm -rf "$folder"
"#;

/// Ends its processes when it is dropped.
pub(super) struct Guard {
    shell: Child,
    folder: PathBuf,
}

impl Guard {
    pub(super) fn start() -> anyhow::Result<Self> {
        let mut shell = process::command("sh")
            .args(["-c", GUARD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start sh")?;
        let mut folder = String::new();
        if let Some(stdout) = shell.stdout.take() {
            BufReader::new(stdout).read_line(&mut folder)?;
        }
        if folder.trim().is_empty() {
            bail!("cannot make a temporary folder");
        }
        Ok(Self {
            shell,
            folder: folder.trim().into(),
        })
    }

    /// The folder for everything that the cluster writes; it is deleted with the cluster.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a folder inside it.
    pub(super) fn subfolder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.folder.join(name);
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// Starts a program that Ctrl-C does not reach, because the cluster ends its programs in order.
    pub(super) fn spawn(&self, name: &str, command: &mut Command) -> anyhow::Result<Process> {
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", process::shown(command)))?;
        let mut pids = OpenOptions::new().append(true).open(self.folder.join("pids"))?;
        writeln!(pids, "{}", child.id())?;
        Ok(Process::new(name.to_owned(), child))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
