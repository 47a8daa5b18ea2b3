//! Writes WebSocket frames beneath tungstenite.
//!
//! tungstenite copies each message into a buffer per socket, which stays as large as the largest one. Here the payload is written
//! from where it is, which for a broadcast is one place for all sockets. tungstenite still reads, and writes its own control frames.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use engineioxide_core::{Packet, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most frames that are written at once, and taken from a socket's queue while they wait for its peer.
pub(super) const FRAMES: usize = 32;
/// What is no longer than this goes to the kernel in one piece, which costs it less than several.
const IN_ONE: usize = 1024;
/// The longest head: of a frame (10 bytes), and the type of a packet.
const HEAD: usize = 11;

const FINAL: u8 = 0x80;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
/// The packet types that come before a payload as it is.
const MESSAGE: u8 = b'4';
const MESSAGE_V3: u8 = 0x04;

/// A transport, and the frames that are to be written to it.
pub(super) struct FrameIo<S> {
    io: S,
    frames: VecDeque<Frame>,
}

struct Frame {
    head: [u8; HEAD],
    /// The head's length, and how much of both is written.
    head_len: u8,
    payload: Bytes,
    written: usize,
}

impl Frame {
    /// A frame of a packet; `None` for one that is not sent over a WebSocket.
    fn of(packet: Packet, protocol: ProtocolVersion) -> Option<Self> {
        let (opcode, kind, payload) = match packet {
            Packet::Message(text) => (TEXT, Some(MESSAGE), text.into()),
            Packet::Binary(bytes) | Packet::BinaryV3(bytes) => {
                let kind = (protocol == ProtocolVersion::V3).then_some(MESSAGE_V3);
                (BINARY, kind, bytes)
            }
            // It ends a poll; one that no poll took remains in the queue after an upgrade.
            Packet::Noop => return None,
            packet => (TEXT, None, String::from(packet).into()),
        };
        Some(Self::new(opcode, kind, payload))
    }

    fn new(opcode: u8, kind: Option<u8>, payload: Bytes) -> Self {
        let mut frame = Self::bare(payload);
        frame.push(&[FINAL | opcode]);
        let len = frame.payload.len() + usize::from(kind.is_some());
        match (u16::try_from(len), u8::try_from(len)) {
            (_, Ok(len @ ..=125)) => frame.push(&[len]),
            (Ok(len), _) => {
                frame.push(&[126]);
                frame.push(&len.to_be_bytes());
            }
            _ => {
                frame.push(&[127]);
                frame.push(&(len as u64).to_be_bytes());
            }
        }
        if let Some(kind) = kind {
            frame.push(&[kind]);
        }
        frame
    }

    /// Bytes that tungstenite has made a frame of.
    fn bare(payload: Bytes) -> Self {
        Self {
            head: [0; HEAD],
            head_len: 0,
            payload,
            written: 0,
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        let at = usize::from(self.head_len);
        self.head[at..at + bytes.len()].copy_from_slice(bytes);
        self.head_len += bytes.len() as u8;
    }

    fn len(&self) -> usize {
        usize::from(self.head_len) + self.payload.len()
    }

    /// What is left of head and payload.
    fn left(&self) -> [&[u8]; 2] {
        let head = &self.head[..usize::from(self.head_len)];
        match self.written.checked_sub(head.len()) {
            Some(written) => [&[], &self.payload[written..]],
            None => [&head[self.written..], &self.payload],
        }
    }
}

impl<S: AsyncWrite + Unpin> FrameIo<S> {
    pub(super) fn new(io: S) -> Self {
        Self {
            io,
            frames: VecDeque::new(),
        }
    }

    /// Adds a packet to those that are to be written.
    pub(super) fn push(&mut self, packet: Packet, protocol: ProtocolVersion) {
        self.frames.extend(Frame::of(packet, protocol));
    }

    /// How many frames wait.
    pub(super) fn waiting(&self) -> usize {
        self.frames.len()
    }

    /// Writes the frames, until all are written or the transport takes no more. After an error none are left.
    pub(super) fn poll_write_frames(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.frames.is_empty() {
            let written = match ready!(self.poll_write_some(cx)) {
                Ok(0) => Err(io::ErrorKind::WriteZero.into()),
                written => written,
            };
            match written {
                Ok(written) => self.advance(written),
                Err(error) => {
                    self.frames = VecDeque::new();
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_some(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let frames = || self.frames.iter().take(FRAMES);
        let left: usize = frames().map(|frame| frame.len() - frame.written).sum();
        let parts = frames()
            .flat_map(Frame::left)
            .filter(|part| !part.is_empty());
        let io = Pin::new(&mut self.io);
        if left <= IN_ONE {
            let mut piece = [0; IN_ONE];
            let mut len = 0;
            for part in parts {
                piece[len..len + part.len()].copy_from_slice(part);
                len += part.len();
            }
            return io.poll_write(cx, &piece[..len]);
        }
        let mut slices = [IoSlice::new(&[]); FRAMES * 2];
        let mut used = 0;
        for part in parts {
            slices[used] = IoSlice::new(part);
            used += 1;
        }
        io.poll_write_vectored(cx, &slices[..used])
    }

    fn advance(&mut self, mut written: usize) {
        while let Some(first) = self.frames.front_mut() {
            let left = first.len() - first.written;
            if written < left {
                first.written += written;
                return;
            }
            written -= left;
            self.frames.pop_front();
        }
        // What is empty holds nothing.
        self.frames = VecDeque::new();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FrameIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

/// How tungstenite writes its frames: between ours, never within one.
impl<S: AsyncWrite + Unpin> AsyncWrite for FrameIo<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_write_frames(cx))?;
        self.frames
            .push_back(Frame::bare(Bytes::copy_from_slice(buf)));
        if let Poll::Ready(Err(error)) = self.poll_write_frames(cx) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_write_frames(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_write_frames(cx))?;
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use engineioxide_core::Str;
    use futures_util::{FutureExt, StreamExt};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio_tungstenite::{
        WebSocketStream,
        tungstenite::{Message, protocol::Role},
    };

    use super::*;

    fn text(len: usize) -> Packet {
        Packet::Message(Str::from("x".repeat(len)))
    }

    async fn pair(bytes: usize) -> (FrameIo<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (server, client) = duplex(bytes);
        let client = WebSocketStream::from_raw_socket(client, Role::Client, None).await;
        (FrameIo::new(server), client)
    }

    #[tokio::test]
    async fn frames_of_every_length_arrive_as_they_are_through_a_narrow_pipe() {
        let (mut server, mut client) = pair(7).await;
        let lengths = [0, 1, 124, 125, 126, 65_534, 65_535, 65_536, 70_000];
        let writing = tokio::spawn(async move {
            for len in lengths {
                server.push(text(len), ProtocolVersion::V4);
                server.push(Packet::Noop, ProtocolVersion::V4);
                server.push(Packet::Binary(vec![7; len].into()), ProtocolVersion::V4);
            }
            server.push(Packet::Ping, ProtocolVersion::V4);
            poll_fn(|cx| server.poll_write_frames(cx)).await.unwrap();
            server
        });
        for len in lengths {
            let said = client.next().await.unwrap().unwrap();
            assert_eq!(said, Message::text(format!("4{}", "x".repeat(len))));
            let bytes = client.next().await.unwrap().unwrap();
            assert_eq!(bytes, Message::binary(vec![7; len]));
        }
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text("2"));
        let server = writing.await.unwrap();
        assert_eq!((server.waiting(), server.frames.capacity()), (0, 0));
    }

    #[cfg(feature = "v3")]
    #[tokio::test]
    async fn binary_of_the_third_version_names_its_type() {
        let (mut server, mut client) = pair(64).await;
        server.push(Packet::BinaryV3(vec![1, 2].into()), ProtocolVersion::V3);
        poll_fn(|cx| server.poll_write_frames(cx)).await.unwrap();
        assert_eq!(
            client.next().await.unwrap().unwrap(),
            Message::binary(vec![4, 1, 2])
        );
    }

    #[tokio::test]
    async fn what_tungstenite_writes_comes_between_frames() {
        let (server, mut client) = duplex(5);
        let mut server = FrameIo::new(server);
        server.push(text(3), ProtocolVersion::V4);
        // The pipe takes five of the frame's six bytes.
        assert!(server.write_all(b"pong").now_or_never().is_none());
        let writing = tokio::spawn(async move {
            server.write_all(b"pong").await.unwrap();
            server.flush().await.unwrap();
        });
        let mut read = [0; 10];
        client.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"\x81\x044xxxpong");
        writing.await.unwrap();
    }

    #[tokio::test]
    async fn a_broken_transport_leaves_no_frames() {
        let (server, client) = duplex(5);
        let mut server = FrameIo::new(server);
        drop(client);
        server.push(text(3), ProtocolVersion::V4);
        assert!(poll_fn(|cx| server.poll_write_frames(cx)).await.is_err());
        assert_eq!(server.waiting(), 0);
    }
}
