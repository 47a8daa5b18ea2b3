//! One program of the cluster.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Child, ExitStatus},
    sync::{
        Arc,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, bail};

use crate::{process, step::Stopwatch};

/// How long a program may take to end.
const END: Duration = Duration::from_secs(60);

/// How often to check whether it listens, and the timeout of one check.
const LOOK: Duration = Duration::from_millis(50);

/// A program that is running or has ended.
pub(super) struct Process {
    name: String,
    id: u32,
    lines: Option<Receiver<String>>,
    ended: Receiver<ExitStatus>,
    over: bool,
}

impl Process {
    /// Waits for it on another thread, and repeats its log under its name. Standard output and error have to be piped or
    /// null.
    pub(super) fn new(name: String, mut child: Child) -> Self {
        let id = child.id();
        let (sender, lines) = mpsc::channel();
        let prefix: Arc<str> = format!("[{name}] ").into();
        let streams: [Option<Box<dyn std::io::Read + Send>>; 2] = [
            child.stdout.take().map(|pipe| Box::new(pipe) as _),
            child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ];
        for stream in streams.into_iter().flatten() {
            let (sender, prefix) = (sender.clone(), prefix.clone());
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    eprintln!("{prefix}{line}");
                    let _ = sender.send(line);
                }
            });
        }
        let (end, ended) = mpsc::channel();
        thread::spawn(move || {
            if let Ok(status) = child.wait() {
                eprintln!("{prefix}ended: {status}");
                let _ = end.send(status);
            }
        });
        Self {
            name,
            id,
            lines: Some(lines),
            ended,
            over: false,
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Whether it is still running.
    pub(super) fn runs(&mut self) -> bool {
        self.over = self.over || self.ended.try_recv().is_ok();
        !self.over
    }

    /// Waits for a line that says that it is ready. Later lines are only repeated.
    pub(super) fn says(&mut self, ready: &str, within: Duration) -> anyhow::Result<()> {
        let lines = self.lines.take().context("its output was already read")?;
        loop {
            match lines.recv_timeout(within) {
                Ok(line) if line.contains(ready) => return Ok(()),
                Ok(_) => {}
                Err(_) => bail!("{} did not print {ready:?}", self.name),
            }
        }
    }

    /// Waits until it listens on a port of this machine.
    pub(super) fn listens(&mut self, port: u16, within: Duration) -> anyhow::Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let watch = Stopwatch::start();
        while self.runs() && watch.elapsed().0 < within {
            if TcpStream::connect_timeout(&address, LOOK).is_ok() {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        bail!(
            "{} does not listen on port {port}; its output is above",
            self.name
        )
    }

    /// Sends it a signal, such as `KILL`.
    pub(super) fn signal(&mut self, signal: &str) -> anyhow::Result<()> {
        if !self.runs() {
            bail!("{} is not running", self.name);
        }
        process::run(process::command("kill").args([format!("-{signal}"), self.id.to_string()]))
    }

    /// Sends a signal that ends it, and waits until it has ended.
    pub(super) fn end(&mut self, signal: &str) -> anyhow::Result<()> {
        self.signal(signal)?;
        let ended = self.ended.recv_timeout(END);
        ended.with_context(|| format!("{} does not end", self.name))?;
        self.over = true;
        Ok(())
    }
}
