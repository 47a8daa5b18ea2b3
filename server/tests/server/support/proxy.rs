//! A proxy between a node and its database that can fall silent: connections stay open, and nothing passes.

use std::path::PathBuf;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The connections that fall silent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Silent {
    Nothing,
    /// Connections that listen for notifications.
    Listeners,
    Everything,
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    silent: watch::Sender<Silent>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Forwards any free port to a socket.
    pub(crate) async fn start(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let silent = watch::Sender::new(Silent::Nothing);
        let state = silent.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (socket, state) = (socket.clone(), state.subscribe());
                tokio::spawn(async move {
                    if let Ok(server) = UnixStream::connect(socket).await {
                        forward(client, server, state).await;
                    }
                });
            }
        });
        Self {
            port,
            silent,
            accepting,
        }
    }

    pub(crate) fn silence(&self, what: Silent) {
        self.silent.send_replace(what);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn forward(
    mut client: tokio::net::TcpStream,
    mut server: UnixStream,
    mut state: watch::Receiver<Silent>,
) {
    let (mut request, mut response) = ([0; 16 * 1024], [0; 16 * 1024]);
    let mut listens = false;
    loop {
        let read = tokio::select! {
            read = client.read(&mut request) => (true, read),
            read = server.read(&mut response) => (false, read),
        };
        let (from_client, Ok(count @ 1..)) = read else {
            return;
        };
        listens |= from_client && request[..count].windows(7).any(|word| word == b"LISTEN ");
        let passes = |silent: &Silent| match silent {
            Silent::Nothing => true,
            Silent::Listeners => !listens,
            Silent::Everything => false,
        };
        if state.wait_for(passes).await.is_err() {
            return;
        }
        let written = if from_client {
            server.write_all(&request[..count]).await
        } else {
            client.write_all(&response[..count]).await
        };
        if written.is_err() {
            return;
        }
    }
}
