//! The proxy, configured by its file in `deploy/` with this machine's ports.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::bail;
use clap::ValueEnum;

use super::{child::Process, deployed, guard::Guard};
use crate::{apt, process};

/// The longest time to start.
const START: Duration = Duration::from_secs(10);

/// The supported proxies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Kind {
    Nginx,
    Haproxy,
    Caddy,
}

pub(super) struct Proxy {
    kind: Kind,
    port: u16,
    file: PathBuf,
    process: Process,
    /// Former processes that may still have connections.
    former: Vec<Process>,
}

impl Proxy {
    pub(super) fn start(guard: &Guard, kind: Kind, port: u16, nodes: &[u16]) -> anyhow::Result<Self> {
        let folder = guard.subfolder("proxy")?;
        let (name, text) = match kind {
            Kind::Nginx => (
                "nginx.conf",
                nginx(&deployed("nginx.conf")?, &folder.to_string_lossy(), port, nodes),
            ),
            Kind::Haproxy => ("haproxy.cfg", haproxy(&deployed("haproxy.cfg")?, port, nodes)),
            Kind::Caddy => ("Caddyfile", caddy(&deployed("Caddyfile")?, port, nodes)),
        };
        let file = folder.join(name);
        fs::write(&file, text)?;
        let mut process = guard.spawn(kind.name(), &mut kind.command(&file))?;
        process.listens(port, START)?;
        Ok(Self {
            kind,
            port,
            file,
            process,
            former: Vec::new(),
        })
    }

    pub(super) fn show(&self) {
        println!(
            "proxy: http://127.0.0.1:{}, process {}",
            self.port,
            self.process.id()
        );
    }

    /// Makes it reload its file, as after a change.
    pub(super) fn reload(&mut self, guard: &Guard) -> anyhow::Result<()> {
        match self.kind {
            Kind::Nginx => self.process.signal("HUP"),
            // A new process takes over the sockets and lets the former one finish.
            Kind::Haproxy => {
                let mut command = self.kind.command(&self.file);
                command.args(["-sf", &self.process.id().to_string()]);
                let process = guard.spawn(self.kind.name(), &mut command)?;
                self.former.push(std::mem::replace(&mut self.process, process));
                Ok(())
            }
            Kind::Caddy => bail!("Caddy has no admin address here"),
        }
    }
}

impl Kind {
    /// The program's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Caddy => "caddy",
        }
    }

    /// Installs it with apt if it is missing.
    pub(crate) fn prepare(self) -> anyhow::Result<()> {
        let program = self.name();
        let package = match self {
            Self::Nginx => "nginx-light",
            Self::Haproxy | Self::Caddy => program,
        };
        if process::find(program).is_some() || fs::exists(format!("/usr/sbin/{program}"))? {
            return Ok(());
        }
        apt::install(
            &[package],
            &format!("Elsewhere: install {program}, or choose another --proxy"),
        )
    }

    fn command(self, file: &std::path::Path) -> Command {
        let name = self.name();
        let program = process::find(name).unwrap_or_else(|| format!("/usr/sbin/{name}").into());
        let mut command = process::command(program);
        match self {
            Self::Nginx => command.arg("-c").arg(file),
            Self::Haproxy => command.args(["-db", "-f"]).arg(file),
            Self::Caddy => command
                .args(["run", "--adapter", "caddyfile", "--config"])
                .arg(file)
                .env("HOME", file.parent().unwrap_or(file)),
        };
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }
}

/// The file belongs inside an `http` block; this adds the rest.
fn nginx(file: &str, folder: &str, port: u16, nodes: &[u16]) -> String {
    let user = if crate::postgres::is_root() {
        "user root;"
    } else {
        ""
    };
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("{name}_temp_path {folder}/{name};\n"))
        .collect();
    let file = file.replace("listen 80;", &format!("listen 127.0.0.1:{port};"));
    let file = with_nodes(&file, nodes);
    format!(
        "{user}\ndaemon off;\npid {folder}/pid;\nerror_log stderr warn;\nworker_rlimit_nofile 16384;\nevents {{ worker_connections 8192; }}\n\
         http {{\naccess_log off;\n{temporary}{file}}}\n"
    )
}

fn haproxy(file: &str, port: u16, nodes: &[u16]) -> String {
    // A developer's machine allows fewer open files.
    let file = file.replace("maxconn 8000", "maxconn 1000");
    with_nodes(
        &file.replace("bind :80", &format!("bind 127.0.0.1:{port}")),
        nodes,
    )
}

fn caddy(file: &str, port: u16, nodes: &[u16]) -> String {
    let addresses: Vec<_> = nodes.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    let file = file
        .replace(
            "chat.example.org {",
            &format!("http://:{port} {{\n\tbind 127.0.0.1"),
        )
        .replace(
            "127.0.0.1:3001 127.0.0.1:3002 127.0.0.1:3003",
            &addresses.join(" "),
        );
    format!("{{\n\tadmin off\n\tauto_https off\n\tlog {{\n\t\tlevel WARN\n\t}}\n}}\n{file}")
}

/// A line for each node, based on the first one's.
fn with_nodes(file: &str, nodes: &[u16]) -> String {
    const FIRST: &str = "127.0.0.1:3001";
    let mut lines = Vec::new();
    for line in file.lines() {
        if line.contains(FIRST) {
            for (index, port) in nodes.iter().enumerate() {
                let line = line.replace(FIRST, &format!("127.0.0.1:{port}"));
                lines.push(line.replace("one", &format!("node{}", index + 1)));
            }
        } else if !line.contains("127.0.0.1:300") {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    type Write = fn(&str, u16, &[u16]) -> String;

    #[test]
    fn the_files_are_made_for_the_nodes_there_are() {
        for (name, write) in [
            (
                "nginx.conf",
                (|file, port, nodes| nginx(file, "/tmp", port, nodes)) as Write,
            ),
            ("haproxy.cfg", haproxy),
            ("Caddyfile", caddy),
        ] {
            let text = write(&deployed(name).unwrap(), 4000, &[4001, 4002]);
            for port in [4000, 4001, 4002] {
                assert_eq!(
                    text.matches(&port.to_string()).count(),
                    1,
                    "{name}: {port}\n{text}"
                );
            }
            assert!(!text.contains("300"), "{name}\n{text}");
        }
    }
}
