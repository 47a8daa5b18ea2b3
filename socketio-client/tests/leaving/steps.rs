//! A connection whose bytes are counted, piece by piece.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use socketio_anywhere::backoff::Rng as Chance;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

/// Counts the pieces of all connections of a client, and says when it is time to leave.
pub(crate) struct Steps {
    remaining: AtomicUsize,
    time: Notify,
    /// Cuts the bytes into pieces; `None` leaves them as they come.
    scissors: Option<Mutex<Chance>>,
    open: AtomicUsize,
}

/// The longest piece that chance cuts, in bytes: less than most requests, and more than most frames.
const LONGEST: f64 = 100.0;

impl Steps {
    /// Time to leave comes after so many steps. A seed of 0 cuts nothing.
    pub(crate) fn new(steps: usize, seed: u64) -> Arc<Self> {
        let time = Notify::new();
        if steps == 0 {
            time.notify_one();
        }
        Arc::new(Self {
            remaining: AtomicUsize::new(steps),
            time,
            scissors: (seed > 0).then(|| Mutex::new(Chance::new(seed))),
            open: AtomicUsize::new(0),
        })
    }

    /// Resolves when it is time to leave.
    pub(crate) async fn time_to_leave(&self) {
        self.time.notified().await;
    }

    /// The number of connections that the client holds.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Relaxed)
    }

    fn length(&self, most: usize) -> usize {
        let Some(chance) = &self.scissors else { return most };
        let chance = chance.lock().unwrap().next_unit();
        most.min(1 + (chance * LONGEST) as usize)
    }

    fn step(&self) {
        let remaining = self.remaining.load(Relaxed);
        self.remaining.store(remaining.saturating_sub(1), Relaxed);
        if remaining == 1 {
            self.time.notify_one();
        }
    }
}

/// The client's end of a connection.
pub(crate) struct Counted<S> {
    stream: S,
    steps: Arc<Steps>,
}

impl<S> Counted<S> {
    pub(crate) fn new(stream: S, steps: &Arc<Steps>) -> Self {
        steps.open.fetch_add(1, Relaxed);
        Self {
            stream,
            steps: steps.clone(),
        }
    }
}

impl<S> Drop for Counted<S> {
    fn drop(&mut self) {
        self.steps.open.fetch_sub(1, Relaxed);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let mut piece = vec![0; this.steps.length(into.remaining())];
        let mut piece = ReadBuf::new(&mut piece);
        let result = Pin::new(&mut this.stream).poll_read(cx, &mut piece);
        into.put_slice(piece.filled());
        if !piece.filled().is_empty() {
            this.steps.step();
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let piece = &bytes[..this.steps.length(bytes.len())];
        let result = Pin::new(&mut this.stream).poll_write(cx, piece);
        if matches!(result, Poll::Ready(Ok(_))) {
            this.steps.step();
        }
        result
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
