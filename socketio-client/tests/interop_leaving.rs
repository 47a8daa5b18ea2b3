//! Leaving the npm server. `leaving` leaves at every moment.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use socketio_anywhere::{Builder, Client, Transport, Unsent};
use support::{PATIENCE, Server, connected};

type Transports = (&'static str, &'static [Transport]);

const TRANSPORTS: [Transports; 3] = [
    ("websocket", &[Transport::WebSocket]),
    ("polling", &[Transport::Polling]),
    ("upgrade", &[Transport::Polling, Transport::WebSocket]),
];

fn by(server: &Server, transports: &[Transport]) -> Builder {
    server.client().transports(transports.iter().copied())
}

fn note(client: &Client, numbers: std::ops::Range<u32>) {
    for number in numbers {
        client.emit("note", &number).unwrap();
    }
}

/// What the server has got, once it is as much as that, or does not grow any more.
async fn noted(watcher: &Client, count: usize) -> Vec<u32> {
    let mut all: Vec<u32> = Vec::new();
    let mut quiet = 0;
    while all.len() < count && quiet < 40 {
        let more: Vec<u32> = watcher.emit_with_ack("noted", &(), PATIENCE).await.unwrap();
        quiet = if more.is_empty() { quiet + 1 } else { 0 };
        all.extend(more);
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    all
}

fn all(count: u32) -> Vec<u32> {
    (0..count).collect()
}

#[tokio::test]
async fn client_c04_emitting_and_closing_at_once_delivers_all_of_it() {
    let server = Server::start();
    let watcher = server.client().build().unwrap();
    for (name, transports) in TRANSPORTS {
        let client = by(&server, transports).build().unwrap();
        note(&client, 0..200);
        assert_eq!(client.close().await, Ok(()), "{name}");
        assert!(!client.is_connected());
        assert_eq!(noted(&watcher, 200).await, all(200), "{name}");
        drop(client);
        // And nobody is left behind.
        let gone = async {
            while watcher
                .emit_with_ack::<u32>("clients", &(), PATIENCE)
                .await
                .unwrap()
                > 1
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, gone)
            .await
            .unwrap_or_else(|_| panic!("{name}"));
    }
}

#[test]
fn client_c04_a_program_that_awaits_the_close_may_end() {
    let server = Server::start();
    for (name, transports) in TRANSPORTS {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let client = by(&server, transports).build().unwrap();
            note(&client, 0..100);
            client.close().await.unwrap();
        });
        drop(runtime);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let got = runtime.block_on(async { noted(&server.client().build().unwrap(), 100).await });
        assert_eq!(got, all(100), "{name}");
    }
}

#[tokio::test]
async fn client_c03_what_was_emitted_before_a_disconnect_arrives_whenever_it_comes() {
    let server = Server::start();
    let watcher = server.client().build().unwrap();
    for (name, transports) in TRANSPORTS {
        for round in 0..12 {
            let client = by(&server, transports).build().unwrap();
            connected(&mut client.events()).await;
            // Among requests under way, and at every moment of the upgrade.
            note(&client, 0..20);
            tokio::time::sleep(Duration::from_micros(700 * round)).await;
            note(&client, 20..40);
            match round % 3 {
                0 => client.disconnect(),
                1 => drop(client),
                _ => client.close().await.unwrap(),
            }
            assert_eq!(noted(&watcher, 40).await, all(40), "{name} {round}");
        }
    }
}

#[tokio::test]
async fn client_c03_a_link_that_is_not_read_for_a_while_is_waited_for() {
    let server = Server::start();
    let watcher = server.client().build().unwrap();
    let client = server.client().build().unwrap();
    connected(&mut client.events()).await;
    client.emit("stop reading", &3_000).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let text = "x".repeat(900_000);
    for number in 0..12 {
        client.emit("note", &(number, &text)).unwrap();
    }
    client.disconnect();
    let mut got = Vec::new();
    while got.len() < 12 {
        got.extend(noted(&watcher, 1).await);
    }
    assert_eq!(got, all(12));
}

#[tokio::test]
async fn client_c04_what_did_not_go_is_said_within_the_bound() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let client = Client::builder(format!("http://{free}"))
        .close_timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    note(&client, 0..3);
    let unsent: Unsent = client.flush().await.unwrap_err();
    assert_eq!(
        (unsent.events, unsent.to_string().as_str()),
        (3, "3 events were not sent")
    );
    assert_eq!(client.close().await.unwrap_err().events, 3);
    // Nothing is done any more: there is nothing to wait for.
    assert_eq!(client.flush().await.unwrap_err().events, 3);
    assert_eq!(client.buffered(), 3, "kept for the next connection");
}

#[tokio::test]
async fn client_c04_flushing_waits_for_the_connection_and_stays() {
    let server = Server::start();
    let watcher = server.client().build().unwrap();
    for (name, transports) in TRANSPORTS {
        let client = by(&server, transports).build().unwrap();
        note(&client, 0..50);
        client.flush().await.unwrap();
        assert!(client.is_connected(), "{name}");
        assert_eq!(noted(&watcher, 50).await, all(50), "{name}");
        client.flush().await.unwrap();
        client.close().await.unwrap();
        client.flush().await.unwrap();
    }
}
