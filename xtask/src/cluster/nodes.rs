//! The nodes: one server process each.

use std::{fs, path::PathBuf, process::Stdio, time::Duration};

use anyhow::{Context, bail};

use super::{child::Process, command::Action, free_port, guard::Guard};
use crate::process;

/// How long a node may take to serve: it may be a debug build on a busy machine, and creates the tables.
const START: Duration = Duration::from_secs(60);

/// All nodes, by number from 1.
pub(super) struct Nodes {
    binary: PathBuf,
    args: Vec<String>,
    nodes: Vec<Node>,
}

struct Node {
    port: u16,
    process: Process,
}

impl Nodes {
    /// Starts them one after another: the first one creates the tables.
    pub(super) fn start(
        guard: &Guard,
        binary: PathBuf,
        count: u8,
        args: Vec<String>,
    ) -> anyhow::Result<Self> {
        let mut all = Self {
            binary,
            args,
            nodes: Vec::new(),
        };
        for number in 1..=usize::from(count) {
            let port = free_port()?;
            let process = all.launch(guard, number, port)?;
            all.nodes.push(Node { port, process });
        }
        Ok(all)
    }

    fn launch(&self, guard: &Guard, number: usize, port: u16) -> anyhow::Result<Process> {
        let folder = guard.folder().join(format!("node-{number}"));
        fs::create_dir_all(&folder)?;
        let mut command = process::command(&self.binary);
        command
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .args(&self.args)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = guard.spawn(&format!("node {number}"), &mut command)?;
        process.says("listening on", START)?;
        Ok(process)
    }

    pub(super) fn ports(&self) -> Vec<u16> {
        self.nodes.iter().map(|node| node.port).collect()
    }

    pub(super) fn show(&mut self) {
        for (index, Node { port, process }) in self.nodes.iter_mut().enumerate() {
            let state = if process.runs() {
                format!("process {}", process.id())
            } else {
                "ended".to_owned()
            };
            println!("node {}: http://127.0.0.1:{port}, {state}", index + 1);
        }
    }

    pub(super) fn apply(&mut self, guard: &Guard, action: Action, number: usize) -> anyhow::Result<()> {
        let index = number.wrapping_sub(1);
        let node = self
            .nodes
            .get_mut(index)
            .with_context(|| format!("there is no node {number}"))?;
        match action {
            Action::Kill => node.process.end("KILL"),
            Action::Stop => node.process.end("TERM"),
            Action::Freeze => node.process.signal("STOP"),
            Action::Thaw => node.process.signal("CONT"),
            Action::Start if node.process.runs() => bail!("node {number} is running"),
            Action::Start => {
                let port = node.port;
                let process = self.launch(guard, number, port)?;
                if let Some(node) = self.nodes.get_mut(index) {
                    node.process = process;
                }
                Ok(())
            }
        }
    }
}
