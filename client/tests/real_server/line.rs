//! A TCP proxy between a chat and the server with the faults of a network: it drops, it hangs, it swallows one direction.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How the line treats arriving bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mood {
    /// It carries them.
    Carries,
    /// It holds them back, both ways, and carries them later.
    Stalls,
    /// The server's bytes are lost without an error: a half-open link, until it drops.
    Swallows,
}

/// One line. Dropping it cuts it.
pub(crate) struct Line {
    pub(crate) address: SocketAddr,
    mood: watch::Sender<Mood>,
    cuts: watch::Sender<u32>,
    listening: JoinHandle<()>,
}

impl Line {
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mood, moods) = watch::channel(Mood::Carries);
        let (cuts, cut) = watch::channel(0);
        let listening = tokio::spawn(async move {
            loop {
                let (chat, _) = listener.accept().await.unwrap();
                tokio::spawn(connection(chat, server, moods.clone(), cut.clone()));
            }
        });
        Self {
            address,
            mood,
            cuts,
            listening,
        }
    }

    pub(crate) fn be(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// Every connection falls; new ones are carried.
    pub(crate) fn cut(&self) {
        self.mood.send_replace(Mood::Carries);
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

async fn connection(
    chat: TcpStream,
    server: SocketAddr,
    moods: watch::Receiver<Mood>,
    mut cut: watch::Receiver<u32>,
) {
    cut.mark_unchanged();
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_chat, to_chat) = chat.into_split();
    let (from_server, to_server) = server.into_split();
    let heard = Arc::new(moods);
    tokio::select! {
        () = carry(from_chat, to_server, (*heard).clone(), Mood::Carries) => {}
        () = carry(from_server, to_chat, (*heard).clone(), Mood::Swallows) => {}
        _ = cut.changed() => {}
    }
}

/// Carries one direction until it ends. `swallowed` is the mood in which this direction loses its bytes.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut mood: watch::Receiver<Mood>,
    swallowed: Mood,
) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if mood.wait_for(|mood| *mood != Mood::Stalls).await.is_err() {
            return;
        }
        let lost = swallowed == Mood::Swallows && *mood.borrow() == Mood::Swallows;
        if !lost && to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
