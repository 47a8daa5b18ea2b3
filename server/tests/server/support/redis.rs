//! A Redis of one test's own: started from the machine's packages on a free port, and killed with the test.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::client::PATIENCE;

pub(crate) struct Redis {
    port: u16,
    running: Option<Child>,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        // Another program may take the port before Redis does: then try another one.
        for _ in 0..5 {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let mut redis = Self { port, running: None };
            if redis.run().await {
                return redis;
            }
        }
        panic!("Redis did not start");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) async fn publish(&self, channel: &str, text: &str) {
        let mut redis = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let words = ["PUBLISH", channel, text].map(|word| format!("${}\r\n{word}\r\n", word.len()));
        let command = format!("*3\r\n{}", words.concat());
        redis.write_all(command.as_bytes()).await.unwrap();
        let mut answer = [0; 2];
        redis.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer[0], b':', "published");
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.kill();
            let _ = running.wait();
        }
    }

    /// Starts it again on the same port.
    pub(crate) async fn restart(&mut self) {
        self.kill();
        assert!(self.run().await, "Redis did not start again");
    }

    async fn run(&mut self) -> bool {
        let command = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("Redis is not installed: apt-get install redis-server");
        let running = self.running.insert(command);
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if running.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return true;
            }
            sleep(Duration::from_millis(20)).await;
        }
        false
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
