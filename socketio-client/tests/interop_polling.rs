//! Long-polling, and the move to WebSocket, against the npm server.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use serde_json::json;
use socketio_anywhere::{Binary, Builder, Client, DisconnectReason, Event, Transport};
use support::{PATIENCE, Server, connected, disconnected, message, until};

fn polling(server: &Server) -> Builder {
    server.client().transports([Transport::Polling])
}

fn upgrading(server: &Server) -> Builder {
    server
        .client()
        .transports([Transport::Polling, Transport::WebSocket])
}

async fn upgraded(client: &Client) {
    tokio::time::timeout(PATIENCE, async {
        while client.transport_name() != "websocket" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("an upgrade in time");
}

#[tokio::test]
async fn everything_works_over_polling() {
    let server = Server::with(r#"{"pingInterval": 100, "pingTimeout": 200}"#);
    let client = polling(&server).auth(json!({"token": "t"})).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    assert_eq!(client.transport_name(), "polling");
    let transport: String = client.emit_with_ack("transport", &(), PATIENCE).await.unwrap();
    assert_eq!(transport, "polling");
    for number in 0..100 {
        client
            .emit("say", &(number, Binary(vec![number; 10]), "€"))
            .unwrap();
    }
    for number in 0..100 {
        let (back, bytes, euro): (u8, Binary, String) = message(&mut events).await.parse().unwrap();
        assert_eq!((back, bytes.0, euro.as_str()), (number, vec![number; 10], "€"));
    }
    // Heartbeats keep it alive.
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(client.is_connected());
    client.emit("mute", &()).unwrap();
    assert_eq!(disconnected(&mut events).await, DisconnectReason::PingTimeout);
    connected(&mut events).await;
    client.disconnect();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ClientDisconnect
    );
}

#[tokio::test]
async fn ends_over_polling_have_their_names() {
    let server = Server::start();
    for (order, argument, reason) in [
        ("close", json!(null), DisconnectReason::TransportClose),
        ("raw", json!("9"), DisconnectReason::ParseError),
        ("kick", json!(null), DisconnectReason::ServerDisconnect),
    ] {
        let client = polling(&server).build().unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        client.emit(order, &argument).unwrap();
        assert_eq!(disconnected(&mut events).await, reason, "{order}");
        client.connect();
        connected(&mut events).await;
    }
}

#[tokio::test]
async fn the_server_learns_that_a_polling_client_left() {
    let server = Server::start();
    let watcher = server.client().build().unwrap();
    let clients = || watcher.emit_with_ack::<u32>("clients", &(), PATIENCE);
    let leaving = polling(&server).build().unwrap();
    let dropped = polling(&server).build().unwrap();
    connected(&mut leaving.events()).await;
    while clients().await.unwrap() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    leaving.disconnect();
    drop(dropped);
    while clients().await.unwrap() > 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_goes_in_one_request_respects_the_servers_limit() {
    let server = Server::with(r#"{"maxHttpBufferSize": 2000}"#);
    let client = polling(&server).build().unwrap();
    let mut events = client.events();
    let text = "x".repeat(500);
    for number in 0..20 {
        client.emit("say", &(number, &text)).unwrap();
    }
    for number in 0..20 {
        assert_eq!(message(&mut events).await.args()[0], json!(number));
    }
}

#[tokio::test]
async fn the_move_to_websocket_loses_and_reorders_nothing() {
    let server = Server::start();
    for round in 0..10 {
        let client = upgrading(&server).build().unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        let mut sent = 0;
        // Both directions are busy before, during and after.
        while client.transport_name() == "polling" || sent < 300 {
            client.emit("say", &(sent, Binary(vec![1]))).unwrap();
            sent += 1;
            if sent % 7 == 0 {
                tokio::time::sleep(Duration::from_millis(round % 3)).await;
            }
        }
        for number in 0..sent {
            assert_eq!(message(&mut events).await.args()[0], json!(number));
        }
        let transport: String = client.emit_with_ack("transport", &(), PATIENCE).await.unwrap();
        assert_eq!(transport, "websocket");
    }
}

#[tokio::test]
async fn a_server_without_websocket_is_not_asked_to_upgrade_and_is_fallen_back_to() {
    let server = Server::with(r#"{"transports": ["polling"]}"#);
    let client = upgrading(&server).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(client.transport_name(), "polling");

    let client = server.client().try_all_transports(true).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    assert_eq!(client.transport_name(), "polling");

    let client = server.client().reconnection(false).build().unwrap();
    let mut events = client.events();
    until(&mut events, |event| {
        matches!(event, Event::ConnectError(_)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_upgrade_may_be_declined_and_is_remembered_where_asked_to() {
    let server = Server::start();
    let client = upgrading(&server).upgrade(false).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(client.transport_name(), "polling");

    let client = upgrading(&server).remember_upgrade(true).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    upgraded(&client).await;
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert_eq!(client.transport_name(), "websocket");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_after_the_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::builder(format!("http://{}", listener.local_addr().unwrap()))
        .transports([Transport::Polling])
        .timeout(Duration::from_millis(100))
        .reconnection(false)
        .build()
        .unwrap();
    let message = until(&mut client.events(), |event| match event {
        Event::ConnectError(error) => Some(error.message),
        _ => None,
    })
    .await;
    assert_eq!(message, "timeout");
}
