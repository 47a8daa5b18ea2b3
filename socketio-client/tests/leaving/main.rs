//! Leaving after every step of a conversation: whenever a program leaves, everything that it emitted arrives, once and in order, and
//! the server is told.
//!
//! A step is a piece of bytes that crosses, in either direction. The conversation is held again and again, and left after no step,
//! after the first, the second, and so on up to its end.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod servers;
mod steps;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use futures::future::{Either, select};
use servers::Server;
use socketio_anywhere::{Binary, Client, Event, Transport};
use socketioxide::TransportType;
use steps::{Counted, Steps};
use support::PATIENCE;

/// A way to be connected.
struct Way {
    transports: &'static [Transport],
    upgrades: bool,
}

const WEBSOCKET: Way = Way {
    transports: &[Transport::WebSocket],
    upgrades: false,
};
const POLLING: Way = Way {
    transports: &[Transport::Polling],
    upgrades: false,
};
const UPGRADE: Way = Way {
    transports: &[Transport::Polling, Transport::WebSocket],
    upgrades: true,
};
/// To a server without WebSocket.
const FALLBACK: Way = Way {
    transports: &[Transport::WebSocket, Transport::Polling],
    upgrades: false,
};

/// A client that emits numbers, in order.
struct Speaker {
    client: Client,
    said: AtomicU32,
}

impl Speaker {
    fn new(server: &Server, way: &Way, steps: &Arc<Steps>) -> Self {
        let (connect, steps) = (server.connect(), steps.clone());
        let client = Client::builder("http://server.invalid")
            .transports(way.transports.iter().copied())
            .try_all_transports(true)
            .reconnection_delay(Duration::from_millis(1))
            .connector(move |_, _| {
                let (connecting, steps) = (connect(), steps.clone());
                async move { Ok(Counted::new(connecting.await?, &steps)) }
            })
            .build()
            .unwrap();
        Self {
            client,
            said: AtomicU32::new(0),
        }
    }

    fn note(&self) {
        let number = self.said.fetch_add(1, Relaxed);
        self.client.emit("note", &number).unwrap();
    }

    fn note_with_bytes(&self) {
        let number = self.said.fetch_add(1, Relaxed);
        self.client
            .emit("note bytes", &(number, Binary(vec![7; 40])))
            .unwrap();
    }

    async fn echo(&self) {
        let echo: u32 = self.client.emit_with_ack("echo", &7, PATIENCE).await.unwrap();
        assert_eq!(echo, 7);
    }

    /// The whole conversation: what is emitted before there is a connection, during an upgrade, while an ack is awaited, with
    /// attachments, and while a lost connection comes back. An ack comes before the loss, which alone may take events along.
    async fn converse(&self, way: &Way) {
        let mut events = self.client.events();
        self.note();
        self.note_with_bytes();
        for connection in 0..2 {
            let (mut connected, mut upgraded) = (false, !way.upgrades);
            while !(connected && upgraded) {
                match events.next().await.unwrap() {
                    Event::Connected { .. } => {
                        connected = true;
                        self.note();
                        self.echo().await;
                        self.note_with_bytes();
                    }
                    Event::Upgraded => {
                        upgraded = true;
                        self.note();
                    }
                    _ => {}
                }
            }
            self.note();
            self.echo().await;
            if connection == 0 {
                self.client.close_transport();
                self.note_with_bytes();
                self.note();
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Leave {
    Close,
    Disconnect,
    Drop,
}

/// Holds the conversation and leaves after so many steps; returns whether it had that many.
async fn leave_after(steps: usize, leave: Leave, seed: u64, server: &Server, way: &Way) -> bool {
    let moment = format!("{leave:?} after {steps} steps, seed {seed}");
    server.forget();
    let counted = Steps::new(steps, seed);
    let speaker = Speaker::new(server, way, &counted);
    let end = select(Box::pin(counted.time_to_leave()), Box::pin(speaker.converse(way)));
    let left = matches!(in_time(&moment, end).await, Either::Left(_));
    speaker.note();

    let Speaker { client, said } = speaker;
    let connected = client.is_connected();
    // Packets that no live connection has yet stay behind, except that a close waits for one.
    let mut kept = client.buffered();
    match leave {
        Leave::Close => {
            kept = 0;
            assert_eq!(in_time(&moment, client.close()).await, Ok(()), "{moment}");
            assert!(!client.is_connected(), "{moment}");
        }
        Leave::Disconnect => client.disconnect(),
        Leave::Drop => {}
    }
    drop(client);

    let all: Vec<u32> = (0..said.into_inner() - kept as u32).collect();
    let arrived = async {
        loop {
            let seen = server.seen().await;
            let over = seen.said_goodbye.len() == seen.came && counted.open() == 0;
            if over && seen.notes.len() >= all.len() {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let Ok(seen) = tokio::time::timeout(PATIENCE, arrived).await else {
        let open = counted.open();
        panic!(
            "{moment}: {:?} of {all:?}, {open} connections open",
            server.seen().await
        );
    };
    assert_eq!(seen.notes, all, "{moment}");
    if connected || leave == Leave::Close {
        assert_eq!(seen.said_goodbye.last(), Some(&true), "{moment}: {seen:?}");
    }
    left
}

async fn in_time<T>(moment: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{moment}: not in time"),
    }
}

async fn leave_after_every_step(leave: Leave, seed: u64, server: &Server, way: &Way) {
    let mut steps = 0;
    while leave_after(steps, leave, seed, server, way).await {
        steps += 1;
    }
    println!("{leave:?}, seed {seed}: {steps} steps");
    assert!(steps > 20, "a whole conversation");
}

/// In each way of leaving; and with the bytes cut by chance, so that a program leaves in the middle of frames, too.
async fn leave_in_memory(way: &Way, transports: [TransportType; 2]) {
    let server = Server::in_memory(transports);
    for leave in [Leave::Close, Leave::Disconnect, Leave::Drop] {
        leave_after_every_step(leave, 0, &server, way).await;
    }
    leave_after_every_step(Leave::Close, 1, &server, way).await;
}

const BOTH: [TransportType; 2] = [TransportType::Polling, TransportType::Websocket];

#[tokio::test]
async fn a_websocket_is_left_cleanly_after_every_step() {
    leave_in_memory(&WEBSOCKET, BOTH).await;
}

#[tokio::test]
async fn long_polling_is_left_cleanly_after_every_step() {
    leave_in_memory(&POLLING, BOTH).await;
}

#[tokio::test]
async fn an_upgrade_is_left_cleanly_after_every_step() {
    leave_in_memory(&UPGRADE, BOTH).await;
}

#[tokio::test]
async fn a_fallback_is_left_cleanly_after_every_step() {
    leave_in_memory(&FALLBACK, [TransportType::Polling; 2]).await;
}

#[tokio::test]
async fn the_npm_server_is_left_cleanly_after_every_step() {
    let server = Server::npm().await;
    for way in [WEBSOCKET, POLLING, UPGRADE] {
        for leave in [Leave::Close, Leave::Disconnect, Leave::Drop] {
            leave_after_every_step(leave, 0, &server, &way).await;
        }
    }
}
