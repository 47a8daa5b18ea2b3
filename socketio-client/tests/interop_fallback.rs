//! Networks that carry no WebSocket, against the npm server: through a proxy that treats it in each bad way there is.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use socketio_anywhere::{Client, Event, EventStream, WebSocketFailure};
use support::{PATIENCE, Server, connected, message, until};

const BAD_MODES: [(&str, WebSocketFailure); 6] = [
    ("refused", WebSocketFailure::Refused),
    ("reset", WebSocketFailure::Refused),
    ("unanswered", WebSocketFailure::Silent),
    ("silent", WebSocketFailure::Silent),
    ("broken", WebSocketFailure::Broken),
    ("buffered", WebSocketFailure::Silent),
];

/// A running `e2e/proxy.mjs`. Killed when dropped.
struct Proxy {
    child: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

impl Proxy {
    fn start(server: &Server) -> Self {
        let mut child = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../e2e/proxy.mjs"))
            .arg(server.port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("these tests need Node.js: `node` could not be started");
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("port ").unwrap().parse().unwrap();
        Self { child, lines, port }
    }

    /// Waits until it is done.
    fn order(&mut self, order: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{order}").unwrap();
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), order);
    }

    /// A client in a hurry.
    fn client(&self) -> (Client, EventStream) {
        let client = Client::builder(format!("http://127.0.0.1:{}", self.port))
            .try_all_transports(true)
            .fallback_timeout(Duration::from_millis(500))
            .upgrade_delay(Duration::from_secs(1), Duration::from_secs(2))
            .reconnection_delay(Duration::from_millis(20))
            .auto_connect(false)
            .build()
            .unwrap();
        let events = client.events();
        client.connect();
        (client, events)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn settled(client: &Client, transport: &str) {
    let settled = async {
        while !client.is_connected() || client.transport_name() != transport {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, settled)
        .await
        .unwrap_or_else(|_| panic!("not by {transport}: {client:?} {:?}", client.fallback()));
}

#[tokio::test]
async fn fault_f02_polling_takes_over_in_seconds_whatever_a_proxy_does_to_websockets() {
    let server = Server::start();
    let mut proxy = Proxy::start(&server);
    for (mode, failure) in BAD_MODES {
        proxy.order(mode);
        let (client, mut events) = proxy.client();
        connected(&mut events).await;
        assert_eq!(client.transport_name(), "polling", "{mode}");
        let fallback = client.fallback().unwrap();
        assert_eq!(fallback.failure, failure, "{mode}");
        // On a busy machine it is being tried again already.
        assert!(
            fallback
                .retry_in
                .is_none_or(|left| left <= Duration::from_secs(1))
        );
        client.emit("say", mode).unwrap();
        assert_eq!(message(&mut events).await.args(), [json!(mode)]);
    }
}

#[tokio::test]
async fn fault_f02_trying_again_in_vain_costs_the_session_nothing() {
    let server = Server::start();
    let mut proxy = Proxy::start(&server);
    for (mode, failure) in BAD_MODES {
        proxy.order(mode);
        let (client, mut events) = proxy.client();
        let id = connected(&mut events).await;
        let failed = until(&mut events, |event| match event {
            Event::UpgradeFailed { failure } => Some(failure),
            Event::Disconnected { reason, .. } => panic!("{mode}: {reason}"),
            _ => None,
        });
        assert_eq!(failed.await, failure, "{mode}");
        client.emit("say", mode).unwrap();
        assert_eq!(message(&mut events).await.args(), [json!(mode)]);
        assert_eq!(client.id(), Some(id));
    }
}

#[tokio::test]
async fn fault_f02_websocket_takes_over_when_it_works_and_nothing_is_lost_or_reordered() {
    let server = Server::start();
    let mut proxy = Proxy::start(&server);
    for (mode, _) in BAD_MODES {
        proxy.order(mode);
        let (client, mut events) = proxy.client();
        let id = connected(&mut events).await;
        proxy.order("open");
        let mut sent = 0;
        // Both directions are busy before, during and after.
        let deadline = tokio::time::sleep(PATIENCE);
        tokio::pin!(deadline);
        while client.transport_name() == "polling" || sent < 300 {
            client.emit("say", &sent).unwrap();
            sent += 1;
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(3)) => {}
                () = &mut deadline => panic!("{mode}: {:?}", client.fallback()),
            }
        }
        for number in 0..sent {
            assert_eq!(message(&mut events).await.args(), [json!(number)], "{mode}");
        }
        let transport: String = client.emit_with_ack("transport", &(), PATIENCE).await.unwrap();
        assert_eq!((transport.as_str(), client.fallback()), ("websocket", None));
        assert_eq!(client.id(), Some(id), "{mode}: the session it had");

        // And back.
        proxy.order(mode);
        proxy.order("drop");
        connected(&mut events).await;
        settled(&client, "polling").await;
    }
}
