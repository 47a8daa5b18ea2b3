//! The npm server, started for one test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running `tests/servers/server.mjs`. Killed when dropped.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    pub fn start() -> Self {
        Self::with("{}")
    }

    /// With `socket.io` options, and `csr` and `msgpack` switches.
    pub fn with(options: &str) -> Self {
        Self::on(0, options)
    }

    pub fn on(port: u16, options: &str) -> Self {
        let mut child = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/server.mjs"))
            .arg(node_modules())
            .arg(port.to_string())
            .arg(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("these tests need Node.js: `node` could not be started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line
            .trim()
            .strip_prefix("port ")
            .unwrap_or_else(|| panic!("the server did not start: {line:?}"))
            .parse()
            .unwrap();
        Self { child, port }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts again on the same port.
    pub fn restart(self) -> Self {
        let port = self.port;
        drop(self);
        Self::on(port, "{}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn node_modules() -> PathBuf {
    let found = std::env::var_os("SOCKETIO_NODE_MODULES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../e2e/node_modules"),
        PathBuf::from,
    );
    assert!(
        found.join("socket.io/package.json").exists(),
        "These tests talk to the npm package `socket.io`, which is not in {}. Run `npm ci` in e2e/, or name another \
         folder in SOCKETIO_NODE_MODULES.",
        found.display()
    );
    found.canonicalize().unwrap()
}
