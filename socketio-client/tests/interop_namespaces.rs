//! Several namespaces over one connection, against the npm server.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use socketio_client::{Client, DisconnectReason, Event, State};
use support::{PATIENCE, Server, connected, disconnected, message, until};

#[tokio::test]
async fn namespaces_share_a_connection_and_nothing_else() {
    let server = Server::start();
    let root = server.client().build();
    let admin = root.of_with_auth("/admin", json!({"role": "admin"}));
    let (mut root_events, mut admin_events) = (root.events(), admin.events());
    let (root_id, admin_id) = (
        connected(&mut root_events).await,
        connected(&mut admin_events).await,
    );
    assert_ne!(root_id, admin_id);
    let count: u32 = root.emit_with_ack("clients", &(), PATIENCE).await.unwrap();
    assert_eq!(count, 1, "one connection");
    let auth: Value = admin.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"role": "admin"}));

    admin.emit("say", "admin").unwrap();
    root.emit("say", "root").unwrap();
    assert_eq!(message(&mut admin_events).await.args, [json!("admin")]);
    assert_eq!(message(&mut root_events).await.args, [json!("root")]);

    admin.disconnect();
    assert_eq!(
        disconnected(&mut admin_events).await,
        DisconnectReason::ClientDisconnect
    );
    assert!(root.is_connected());
    admin.emit("say", "kept").unwrap();
    admin.connect();
    assert_eq!(message(&mut admin_events).await.args, [json!("kept")]);

    root.emit("close", &()).unwrap();
    assert_eq!(
        disconnected(&mut root_events).await,
        DisconnectReason::TransportClose
    );
    assert_eq!(
        disconnected(&mut admin_events).await,
        DisconnectReason::TransportClose
    );
    connected(&mut root_events).await;
    connected(&mut admin_events).await;
}

#[tokio::test]
async fn a_refused_namespace_leaves_the_others_alone() {
    let server = Server::start();
    let root = server.client().build();
    let mut events = root.events();
    connected(&mut events).await;
    for (namespace, expected) in [("/private", "members only"), ("/nowhere", "Invalid namespace")] {
        let refused = root.of(namespace);
        let mut events = refused.events();
        let message = until(&mut events, |event| match event {
            Event::ConnectError {
                message,
                refused: true,
                ..
            } => Some(message),
            _ => None,
        })
        .await;
        assert_eq!(message, expected);
        assert_eq!(refused.state(), State::Disconnected { reason: None });
    }
    assert!(root.is_connected());
}

#[tokio::test]
async fn the_path_of_a_url_is_a_namespace() {
    let server = Server::start();
    let client = Client::builder(format!("{}/admin", server.url())).build();
    let count: u32 = client.emit_with_ack("clients", &(), PATIENCE).await.unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn credentials_may_take_their_time() {
    let server = Server::start();
    let client = server
        .client()
        .auth_async(|| async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            json!({"token": "late"})
        })
        .build();
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"token": "late"}));
}
