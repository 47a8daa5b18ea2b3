//! Connection state recovery, against the npm server.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use serde_json::json;
use socketio_anywhere::DisconnectReason;
use support::{PATIENCE, Server, connected, disconnected, message};

#[tokio::test]
async fn what_was_missed_is_replayed_and_the_id_stays() {
    let server = Server::with(r#"{"csr": true}"#);
    let client = server
        .client()
        .reconnection_delay(Duration::from_millis(300))
        .build()
        .unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    assert!(!client.recovered());
    client.emit("news", &(0, "first")).unwrap();
    assert_eq!(message(&mut events).await.args()[0], "first");
    for number in 0..3 {
        client.emit("news", &(50 + number, number)).unwrap();
    }
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    assert_eq!(connected(&mut events).await, id);
    assert!(client.recovered());
    for number in 0..3 {
        assert_eq!(message(&mut events).await.args()[0], json!(number));
    }
    let recovered: bool = client.emit_with_ack("recovered", &(), PATIENCE).await.unwrap();
    assert!(recovered);
}

#[tokio::test]
async fn a_volatile_text_does_not_spoil_the_offset() {
    let server = Server::with(r#"{"csr": true}"#);
    let client = server.client().volatile_events(["whisper"]).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("news", &(0, "first")).unwrap();
    message(&mut events).await;
    for text in ["Mallory is typing", "Pending", "PkDVPqZ"] {
        client.emit("whisper", text).unwrap();
        assert_eq!(message(&mut events).await.args(), [json!(text)]);
    }
    client.emit("ask", "PkDVPqZ").unwrap();
    assert_eq!(message(&mut events).await.event, "question");
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert!(client.recovered());
}

#[tokio::test]
async fn a_session_that_the_server_does_not_know_starts_anew() {
    let server = Server::with(r#"{"csr": true}"#);
    let client = server.client().build().unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    client.emit("news", &(0, "first")).unwrap();
    message(&mut events).await;
    let port = server.port;
    drop(server);
    disconnected(&mut events).await;
    let server = Server::on(port, r#"{"csr": true}"#);
    assert_ne!(connected(&mut events).await, id);
    assert!(!client.recovered());
    // The server ends the session for good when it says goodbye itself.
    client.emit("news", &(0, "first")).unwrap();
    message(&mut events).await;
    client.emit("kick", &()).unwrap();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ServerDisconnect
    );
    client.connect();
    connected(&mut events).await;
    assert!(!client.recovered());
    drop(server);
}

#[tokio::test]
async fn a_server_without_recovery_recovers_nothing() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert!(!client.recovered());
}
