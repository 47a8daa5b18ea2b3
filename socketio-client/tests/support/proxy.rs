//! An HTTP proxy.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// A proxy of HTTP that knows one person.
pub struct Proxy {
    pub url: String,
    pub tunnels: Arc<AtomicUsize>,
}

impl Proxy {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = listener.local_addr().unwrap().to_string();
        let tunnels = Arc::new(AtomicUsize::new(0));
        let counted = tunnels.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counted = counted.clone();
                tokio::spawn(async move { Self::serve(stream, &counted).await });
            }
        });
        Self { url, tunnels }
    }

    async fn serve(mut stream: TcpStream, tunnels: &AtomicUsize) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        if !text.contains("Proxy-Authorization: Basic YW5uOnNlY3JldA==\r\n") {
            return stream.write_all(b"HTTP/1.1 407 Who?\r\n\r\n").await;
        }
        let to = text
            .strip_prefix("CONNECT ")
            .and_then(|rest| rest.split(' ').next())
            .unwrap();
        let mut server = TcpStream::connect(to).await?;
        tunnels.fetch_add(1, Ordering::Relaxed);
        stream.write_all(b"HTTP/1.1 200 OK\r\nVia: test\r\n\r\n").await?;
        copy_bidirectional(&mut stream, &mut server).await?;
        Ok(())
    }
}
