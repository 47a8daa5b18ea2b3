//! The server as a process of its own: this very program, started again to run [`serve`] alone, so that it can be killed
//! without a chance to tidy up.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use steadfast_client::link::{Chat, ChatOptions, MemoryStorage, SoloPeers};
use steadfast_server::app;
use steadfast_server::config::Config;
use steadfast_shared::http::SessionInfo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::desk::until;

const DATABASE: &str = "STEADFAST_TEST_DATABASE";
const LISTEN: &str = "STEADFAST_TEST_LISTEN";

/// The server's process. Nothing in a run of the tests themselves.
#[tokio::test]
async fn serve() {
    let (Some(database), Ok(listen)) = (std::env::var_os(DATABASE), std::env::var(LISTEN)) else {
        return;
    };
    let database = PathBuf::from(database);
    let mut config = Config::new(database.clone());
    config.listen = listen;
    let (listener, _) = app::listen(&config).await.unwrap();
    let app = app::build(config).await.unwrap();
    if let Some(link) = &app.owner_link {
        std::fs::write(owner_code(&database), &link.code).unwrap();
    }
    app.serve(listener, std::future::pending()).await.unwrap();
}

/// Where the process writes the code that makes the first owner.
fn owner_code(database: &Path) -> PathBuf {
    database.with_extension("owner")
}

pub(crate) struct Server {
    process: Child,
    database: PathBuf,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) async fn start(database: &Path, address: SocketAddr) -> Self {
        Self::start_in(&[], database, address).await
    }

    /// Starts with these variables in the process's environment.
    pub(crate) async fn start_in(
        environment: &[(&str, &OsStr)],
        database: &Path,
        address: SocketAddr,
    ) -> Self {
        let process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::serve"])
            .envs(environment.iter().copied())
            .env(DATABASE, database)
            .env(LISTEN, address.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            process,
            database: database.to_owned(),
            address,
        };
        until("the server listens", async || {
            TcpStream::connect(address).await.is_ok()
        })
        .await;
        server
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) async fn sign_in(&self, nickname: &str) -> SessionInfo {
        self.session(&format!(r#"{{"nickname":"{nickname}","with_token":true}}"#))
            .await
    }

    /// Signs the first owner up.
    pub(crate) async fn owner(&self, nickname: &str) -> SessionInfo {
        // The address is bound before the database is open.
        let code = || std::fs::read_to_string(owner_code(&self.database)).unwrap_or_default();
        until("there is an owner link", async || !code().is_empty()).await;
        let code = code();
        let body = format!(r#"{{"nickname":"{nickname}","with_token":true,"owner_code":"{code}"}}"#);
        self.session(&body).await
    }

    async fn session(&self, body: &str) -> SessionInfo {
        let request = format!(
            "POST /api/session HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 201"), "{answer}");
        serde_json::from_str(body).unwrap()
    }

    pub(crate) fn chat(&self, info: &SessionInfo, storage: &MemoryStorage) -> Chat {
        chat_at(self.address, info, storage)
    }
}

/// A chat that reaches its server at this address.
pub(crate) fn chat_at(address: SocketAddr, info: &SessionInfo, storage: &MemoryStorage) -> Chat {
    let options = ChatOptions {
        url: format!("http://{address}"),
        token: info.token.clone(),
        ..ChatOptions::default()
    };
    Chat::start(options, storage.clone(), SoloPeers).unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

pub(crate) fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}
