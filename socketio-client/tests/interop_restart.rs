//! The npm server ends, and starts again.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use socketio_anywhere::{DisconnectReason, Event};
use support::{Server, connected, disconnected, message, next};

#[tokio::test]
async fn a_dead_server_is_waited_for_and_found_again() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    let server = server.restart();
    assert!(matches!(
        disconnected(&mut events).await,
        DisconnectReason::TransportClose | DisconnectReason::TransportError
    ));
    assert!(matches!(
        next(&mut events).await,
        Event::Reconnecting { attempt: 1, .. }
    ));
    connected(&mut events).await;
    drop(server);
}

#[tokio::test]
async fn a_session_that_the_server_does_not_know_starts_anew() {
    let server = Server::start();
    let client = server.client_at("/csr/").build().unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    client.emit("news", &(0, "first")).unwrap();
    message(&mut events).await;
    let server = server.restart();
    disconnected(&mut events).await;
    assert_ne!(connected(&mut events).await, id);
    assert!(!client.recovered());
    drop(server);
}
