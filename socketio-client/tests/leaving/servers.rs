//! The servers that are left: socketioxide in this thread, connected in memory, where every run is the same; and npm's, which is
//! stricter.

use std::future::{pending, ready};
use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use socketioxide::extract::{AckSender, Data, SocketRef};
use socketioxide::socket::DisconnectReason;
use socketioxide::{SocketIo, TransportType};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::support::{PATIENCE, Server as Npm};

pub(crate) trait Bytestream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Bytestream for T {}

pub(crate) type Connect = Arc<dyn Fn() -> BoxFuture<'static, io::Result<Box<dyn Bytestream>>> + Send + Sync>;

/// The packets and requests a server has seen of one client.
#[derive(Clone, Default, Debug)]
pub(crate) struct Seen {
    pub(crate) notes: Vec<u32>,
    pub(crate) came: usize,
    /// Of each connection that is over, whether the client disconnected.
    pub(crate) said_goodbye: Vec<bool>,
}

impl Seen {
    fn add(&mut self, more: Self) {
        self.notes.extend(more.notes);
        self.came += more.came;
        self.said_goodbye.extend(more.said_goodbye);
    }
}

/// A server that one client at a time talks to.
pub(crate) enum Server {
    InMemory {
        connect: Connect,
        seen: Arc<Mutex<Seen>>,
        serving: AbortHandle,
    },
    Npm {
        connect: Connect,
        watcher: socketio_anywhere::Client,
        seen: Mutex<Seen>,
        _server: Npm,
    },
}

impl Server {
    pub(crate) fn in_memory(transports: [TransportType; 2]) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (layer, io) = SocketIo::builder().transports(transports).build_layer();
        let noted = seen.clone();
        io.ns("/", async move |socket: SocketRef| behave(&socket, &noted));
        let (hand_over, connections) = mpsc::unbounded_channel();
        let serving = axum::serve(Listener(connections), Router::new().layer(layer));
        let serving = tokio::spawn(serving.into_future().map(drop)).abort_handle();
        let connect = move || {
            let (near, far) = duplex(64 << 10);
            hand_over.send(far).unwrap();
            ready(Ok(Box::new(near) as Box<dyn Bytestream>)).boxed()
        };
        Self::InMemory {
            connect: Arc::new(connect),
            seen,
            serving,
        }
    }

    pub(crate) async fn npm() -> Self {
        let server = Npm::start();
        let port = server.port;
        let connect = move || {
            async move {
                let stream = TcpStream::connect(("127.0.0.1", port)).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream) as Box<dyn Bytestream>)
            }
            .boxed()
        };
        let server = Self::Npm {
            connect: Arc::new(connect),
            watcher: server.client().build().unwrap(),
            seen: Mutex::default(),
            _server: server,
        };
        // The watcher.
        assert_eq!(server.seen().await.came, 1);
        server
    }

    pub(crate) fn connect(&self) -> Connect {
        match self {
            Self::InMemory { connect, .. } | Self::Npm { connect, .. } => connect.clone(),
        }
    }

    /// Those it has seen since [`Self::forget`].
    pub(crate) async fn seen(&self) -> Seen {
        match self {
            Self::InMemory { seen, .. } => seen.lock().unwrap().clone(),
            Self::Npm { watcher, seen, .. } => {
                let notes = watcher.emit_with_ack("noted", &(), PATIENCE).await.unwrap();
                let (came, ends): (usize, Vec<String>) =
                    watcher.emit_with_ack("guests", &(), PATIENCE).await.unwrap();
                let said_goodbye = ends
                    .iter()
                    .map(|end| end == "client namespace disconnect")
                    .collect();
                let mut seen = seen.lock().unwrap();
                seen.add(Seen {
                    notes,
                    came,
                    said_goodbye,
                });
                seen.clone()
            }
        }
    }

    pub(crate) fn forget(&self) {
        match self {
            Self::InMemory { seen, .. } => *seen.lock().unwrap() = Seen::default(),
            Self::Npm { seen, .. } => *seen.lock().unwrap() = Seen::default(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::InMemory { serving, .. } = self {
            serving.abort();
        }
    }
}

/// As `servers/server.mjs` behaves.
fn behave(socket: &SocketRef, seen: &Arc<Mutex<Seen>>) {
    seen.lock().unwrap().came += 1;
    let noted = seen.clone();
    socket.on("note", async move |Data::<u32>(number)| {
        noted.lock().unwrap().notes.push(number);
    });
    let noted = seen.clone();
    socket.on("note bytes", async move |Data::<(u32, Bytes)>((number, _))| {
        noted.lock().unwrap().notes.push(number);
    });
    socket.on("echo", async |Data::<u32>(number), ack: AckSender| {
        // Its client may have left.
        let _ = ack.send(&number);
    });
    let seen = seen.clone();
    socket.on_disconnect(async move |reason: DisconnectReason| {
        let goodbye = reason == DisconnectReason::ClientNSDisconnect;
        seen.lock().unwrap().said_goodbye.push(goodbye);
    });
}

struct Listener(mpsc::UnboundedReceiver<DuplexStream>);

impl axum::serve::Listener for Listener {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}
