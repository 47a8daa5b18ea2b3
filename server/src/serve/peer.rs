//! One TCP connection, and how it ends when its peer stops reading.
//!
//! If the peer of a WebSocket reads nothing, the task that writes to it waits for ever, and everything queued for that socket
//! stays in memory. So every connection has a deadline for each write, and a handle that ends it from outside.

use std::future::Future;
use std::io::{self, IoSlice};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep, timeout};

use crate::clock;
use crate::serve::places::ConnectionSlot;

/// Unsent bytes that the kernel may buffer per connection: enough to keep a link busy, little enough for many stalled ones.
const UNSENT_BYTES: u32 = 128 * 1024;

/// The handle of one TCP connection.
#[derive(Clone, Debug)]
pub struct Peer(Arc<PeerParts>);

#[derive(Debug)]
struct PeerParts {
    address: SocketAddr,
    local: IpAddr,
    place: ConnectionSlot,
    vouched: AtomicBool,
    /// Bytes that the peer may send before it is authenticated; [`usize::MAX`] turns counting off.
    allowance: AtomicUsize,
    aborted: AtomicBool,
    overdue: AtomicBool,
    waiting: AtomicBool,
    written: Notify,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

impl Peer {
    fn new(address: SocketAddr, local: IpAddr, place: ConnectionSlot) -> Self {
        Self(Arc::new(PeerParts {
            address,
            local,
            place,
            vouched: AtomicBool::new(false),
            allowance: AtomicUsize::new(usize::MAX),
            aborted: AtomicBool::new(false),
            overdue: AtomicBool::new(false),
            waiting: AtomicBool::new(false),
            written: Notify::new(),
            reader: AtomicWaker::new(),
            writer: AtomicWaker::new(),
        }))
    }

    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// The local address that the peer connected to.
    pub fn local(&self) -> IpAddr {
        self.0.local
    }

    /// Ends the connection at once; unsent bytes are dropped, here and in the kernel.
    pub fn abort(&self) {
        self.0.aborted.store(true, Ordering::Release);
        self.0.reader.wake();
        self.0.writer.wake();
        self.0.written.notify_waiters();
    }

    /// Whether it was ended because the peer left a write unread past its deadline.
    pub fn is_overdue(&self) -> bool {
        self.0.overdue.load(Ordering::Acquire)
    }

    /// Returns once no write waits for the peer, or the connection has ended, or `patience` is over.
    pub async fn caught_up(&self, patience: Duration) {
        let caught_up = async {
            loop {
                let written = self.0.written.notified();
                if !self.0.waiting.load(Ordering::Acquire) || self.is_aborted() {
                    return;
                }
                written.await;
            }
        };
        let _ = timeout(patience, caught_up).await;
    }

    /// Records activity on the connection.
    pub fn touch(&self) {
        ConnectionSlot::touch(self);
    }

    /// Marks the connection as carrying a signed-in person's chat: it keeps its place and has no byte allowance.
    pub fn vouch(&self) {
        self.0.vouched.store(true, Ordering::Release);
        self.0.allowance.store(usize::MAX, Ordering::Release);
        ConnectionSlot::keep(self);
    }

    /// Marks the connection as no longer carrying a person's chat.
    pub fn unvouch(&self) {
        self.0.vouched.store(false, Ordering::Release);
        ConnectionSlot::touch(self);
    }

    /// Undoes what was done for a WebSocket that it has not become.
    pub fn stay_http(&self) {
        self.0.allowance.store(usize::MAX, Ordering::Release);
        self.unvouch();
    }

    /// Allows this many bytes until the connection is vouched for; beyond them it is ended.
    pub fn allow(&self, bytes: usize) {
        if !self.is_vouched() {
            self.0.allowance.store(bytes, Ordering::Release);
        }
    }

    pub(crate) fn is_vouched(&self) -> bool {
        self.0.vouched.load(Ordering::Acquire)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.is_aborted()
    }

    pub(crate) fn place(&self) -> &ConnectionSlot {
        &self.0.place
    }

    /// Records that a message of the signed-in person has arrived complete.
    pub fn message_received(&self) {
        self.place().pending().clear();
    }

    /// Takes received bytes from the allowance. Returns whether it covered them.
    fn spend(&self, bytes: usize) -> bool {
        if bytes == 0 {
            return true;
        }
        if self.is_vouched() {
            return self.place().pending().add(bytes, clock::instant());
        }
        let left = self.0.allowance.load(Ordering::Acquire);
        if left == usize::MAX {
            return true;
        }
        let spent = left.checked_sub(bytes);
        self.0.allowance.store(spent.unwrap_or(0), Ordering::Release);
        spent.is_some()
    }

    fn is_aborted(&self) -> bool {
        self.0.aborted.load(Ordering::Acquire)
    }
}

/// The stream of one connection.
#[derive(Debug)]
pub struct PeerIo {
    stream: TcpStream,
    peer: Peer,
    stall: Duration,
    /// Set while a write waits.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl PeerIo {
    /// Sets `TCP_NODELAY` and a deadline for writes: `stall` is the longest a write may wait for the peer to read.
    pub fn new(stream: TcpStream, address: SocketAddr, stall: Duration, place: ConnectionSlot) -> Self {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        #[cfg(target_os = "linux")]
        if let Err(error) = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT_BYTES) {
            tracing::debug!(%error, "cannot set TCP_NOTSENT_LOWAT");
        }
        // Fails only if the peer has already disconnected.
        let local = stream.local_addr();
        let local = local.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |local| local.ip());
        let peer = Peer::new(address, local, place);
        peer.touch();
        Self {
            stream,
            peer,
            stall,
            deadline: None,
        }
    }

    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The error of an aborted connection. The kernel drops its unsent bytes.
    fn aborted(&self) -> io::Error {
        let _ = self.stream.set_zero_linger();
        io::ErrorKind::ConnectionAborted.into()
    }

    /// Applies the deadline to one write.
    fn under_deadline(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        self.peer.0.writer.register(cx.waker());
        if self.peer.is_aborted() {
            return Poll::Ready(Err(self.aborted()));
        }
        let done = write(Pin::new(&mut self.stream), cx);
        if done.is_ready() {
            if self.deadline.take().is_some() {
                self.peer.0.waiting.store(false, Ordering::Release);
                self.peer.0.written.notify_waiters();
            }
            return done;
        }
        let stall = self.stall;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(stall)));
        self.peer.0.waiting.store(true, Ordering::Release);
        if deadline.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.peer.0.overdue.store(true, Ordering::Release);
        self.peer.abort();
        Poll::Ready(Err(self.aborted()))
    }
}

impl Drop for PeerIo {
    fn drop(&mut self) {
        self.peer.0.aborted.store(true, Ordering::Release);
        self.peer.place().give_back();
    }
}

impl AsyncRead for PeerIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.peer.0.reader.register(cx.waker());
        if self.peer.is_aborted() {
            return Poll::Ready(Err(self.aborted()));
        }
        let before = buf.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(cx, buf);
        if !self.peer.spend(buf.filled().len() - before) {
            self.peer.abort();
            return Poll::Ready(Err(self.aborted()));
        }
        done
    }
}

impl AsyncWrite for PeerIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.under_deadline(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.under_deadline(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.peer.is_aborted() {
            return Poll::Ready(Err(self.aborted()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
