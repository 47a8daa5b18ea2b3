//! Long-polling against the npm server, over a network that loses an answer.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;
use socketio_anywhere::{Client, DisconnectReason, Transport};
use support::{PATIENCE, Server, connected, disconnected, in_time, message, ms};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Passes everything on, except the next answer to a GET when asked to: that connection is cut instead.
struct Lossy {
    url: String,
    lose: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
}

impl Lossy {
    async fn before(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let lose = Arc::new(AtomicBool::new(false));
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        let (asked, port) = (lose.clone(), server.port);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let asked = asked.clone();
                tokio::spawn(async move { Self::pass(client, server, &asked).await });
            }
        });
        Self {
            url,
            lose,
            connections,
        }
    }

    async fn pass(mut client: TcpStream, mut server: TcpStream, lose: &AtomicBool) -> io::Result<()> {
        let (mut request, mut answer) = (vec![0; 16 << 10], vec![0; 16 << 10]);
        let mut is_get = false;
        loop {
            tokio::select! {
                read = client.read(&mut request) => {
                    let sent = &request[..read?];
                    if sent.is_empty() {
                        return Ok(());
                    }
                    if sent.starts_with(b"GET ") || sent.starts_with(b"POST ") {
                        is_get = sent.starts_with(b"GET ");
                    }
                    server.write_all(sent).await?;
                }
                read = server.read(&mut answer) => {
                    let read = read?;
                    if read == 0 || is_get && lose.swap(false, Ordering::Relaxed) {
                        return Ok(());
                    }
                    client.write_all(&answer[..read]).await?;
                }
            }
        }
    }
}

/// The server cannot notice: until its own ping timeout it would hold the old socket for connected, and not restore it.
#[tokio::test]
async fn a_lost_answer_ends_the_session_and_the_next_one_takes_over_from_it() {
    let server = Server::start();
    let network = Lossy::before(&server).await;
    let client = Client::builder(&network.url)
        .path("/csr/")
        .transports([Transport::Polling])
        .reconnection_delay(ms(100))
        .build()
        .unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    for round in 0..5 {
        client.emit("say", &(round, "arrives")).unwrap();
        assert_eq!(message(&mut events).await.args()[0], json!(round));
        network.lose.store(true, Ordering::Relaxed);
        client.emit("say", &(round, "is lost, and replayed")).unwrap();
        assert_eq!(disconnected(&mut events).await, DisconnectReason::TransportError);
        assert_eq!(connected(&mut events).await, id);
        assert!(client.recovered());
        assert_eq!(
            message(&mut events).await.args()[1],
            json!("is lost, and replayed")
        );
        let answer = client.emit_with_ack::<u32>("clients", &(), PATIENCE);
        assert_eq!(in_time(answer).await.unwrap(), 1, "the old session is gone");
    }
}

/// Servers close what is not used for a while (Node.js after 5 s): an event that left at that moment was lost.
#[tokio::test]
async fn a_connection_that_was_not_used_for_a_while_carries_nothing_more() {
    let server = Server::start();
    let network = Lossy::before(&server).await;
    let client = Client::builder(&network.url)
        .transports([Transport::Polling])
        .build()
        .unwrap();
    let echo = async |number: u32| client.emit_with_ack::<u32>("echo", &number, PATIENCE).await;
    for number in 0..5 {
        assert_eq!(echo(number).await, Ok(number));
    }
    let used = network.connections.load(Ordering::Relaxed);
    assert_eq!(echo(5).await, Ok(5));
    assert_eq!(
        network.connections.load(Ordering::Relaxed),
        used,
        "one in use is kept"
    );
    tokio::time::sleep(ms(3_500)).await;
    assert_eq!(echo(6).await, Ok(6));
    assert!(network.connections.load(Ordering::Relaxed) > used);
}
