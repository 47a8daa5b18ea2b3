//! The client against another server of the protocol: socketioxide.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use serde_json::{Value, json};
use socketio_anywhere::{Binary, Builder, Client, ConnectError, DisconnectReason, Event, State, Transport};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef};
use socketioxide::handler::ConnectHandler;
use support::{PATIENCE, connected, disconnected, message, until};

/// Serves on a free port for as long as the test runs.
async fn start() -> String {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", nothing_more.with(behave));
    io.ns("/admin", nothing_more.with(behave));
    io.ns("/private", nothing_more.with(refuse));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().layer(layer)).await });
    format!("http://{address}")
}

async fn nothing_more(_: SocketRef) {}

async fn refuse(_: SocketRef) -> Result<(), String> {
    Err("members only".into())
}

/// In a middleware, so that no event comes before its handler.
async fn behave(socket: SocketRef, Data(auth): Data<Value>) -> Result<(), Infallible> {
    socket.on("auth", async move |ack: AckSender| ack.send(&auth).unwrap());
    socket.on("say", async |socket: SocketRef, Data::<Value>(said)| {
        socket.emit("said", &said).unwrap();
    });
    socket.on(
        "bytes",
        async |Data::<(u8, Bytes)>((number, bytes)), ack: AckSender| {
            ack.send(&(number, bytes)).unwrap();
        },
    );
    socket.on("ask", async |socket: SocketRef, Data::<Value>(question)| {
        let answer = socket
            .emit_with_ack::<_, (String, Bytes)>("question", &question)
            .unwrap();
        let (text, bytes) = answer.await.unwrap();
        socket.emit("answered", &(text, bytes)).unwrap();
    });
    socket.on("transport", async |socket: SocketRef, ack: AckSender| {
        let name = format!("{:?}", socket.transport_type()).to_lowercase();
        ack.send(&name).unwrap();
    });
    socket.on("ignore", async || {});
    socket.on("kick", async |socket: SocketRef| socket.disconnect().unwrap());
    Ok(())
}

fn client(url: &str) -> Builder {
    Client::builder(url)
        .auth(json!({"token": "t"}))
        .reconnection_delay(Duration::from_millis(20))
}

const TRANSPORTS: [&[Transport]; 3] = [
    &[Transport::WebSocket],
    &[Transport::Polling],
    &[Transport::Polling, Transport::WebSocket],
];

#[tokio::test]
async fn events_and_acks_go_both_ways_over_every_transport() {
    let url = start().await;
    for transports in TRANSPORTS {
        let client = client(&url)
            .transports(transports.iter().copied())
            .build()
            .unwrap();
        let mut events = client.events();
        let id = connected(&mut events).await;
        assert_eq!(client.id(), Some(id));
        let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
        assert_eq!(auth, json!({"token": "t"}));
        for number in 0..100 {
            client
                .emit("say", &json!({"number": number, "text": "안녕"}))
                .unwrap();
        }
        // Their handlers run side by side, so the order is not theirs to promise.
        let mut numbers = Vec::new();
        while numbers.len() < 100 {
            numbers.push(message(&mut events).await.args()[0]["number"].as_u64().unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, Vec::from_iter(0..100));

        let bytes: (u8, Binary) = client
            .emit_with_ack("bytes", &(1, Binary(vec![7; 70_000])), PATIENCE)
            .await
            .unwrap();
        assert_eq!((bytes.0, bytes.1.0), (1, vec![7; 70_000]));
        client.emit("ask", "what?").unwrap();
        let question = message(&mut events).await;
        assert_eq!(question.args(), [json!("what?")]);
        question.ack.unwrap().send(&("this", Binary(vec![5]))).unwrap();
        let (text, bytes): (String, Binary) = message(&mut events).await.parse().unwrap();
        assert_eq!((text.as_str(), bytes.0), ("this", vec![5]));
    }
}

#[tokio::test]
async fn polling_moves_to_websocket() {
    let url = start().await;
    let client = client(&url)
        .transports([Transport::Polling, Transport::WebSocket])
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    let mut sent = 0;
    tokio::time::timeout(PATIENCE, async {
        while client.transport_name() != "websocket" || sent < 100 {
            client.emit("say", &sent).unwrap();
            sent += 1;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .expect("an upgrade in time");
    let mut numbers = Vec::new();
    while numbers.len() < sent {
        numbers.push(message(&mut events).await.parse::<usize>().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, Vec::from_iter(0..sent));
    let transport: String = client.emit_with_ack("transport", &(), PATIENCE).await.unwrap();
    assert_eq!(transport, "websocket");
}

#[tokio::test]
async fn namespaces_and_refusals_work() {
    let url = start().await;
    let root = client(&url).build().unwrap();
    let admin = root.of_with_auth("/admin", json!({"role": "admin"}));
    let auth: Value = admin.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"role": "admin"}));
    let refused = root.of("/private");
    let message = until(&mut refused.events(), |event| match event {
        Event::ConnectError(ConnectError {
            message,
            refused: true,
            ..
        }) => Some(message),
        _ => None,
    })
    .await;
    assert_eq!(message, "members only");
    assert_eq!(refused.state(), State::Disconnected { reason: None });
    root.disconnect();
    assert!(admin.is_connected());
}

#[tokio::test]
async fn both_sides_may_end_it() {
    let url = start().await;
    let client = client(&url).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("kick", &()).unwrap();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ServerDisconnect
    );
    client.connect();
    connected(&mut events).await;
    client.disconnect();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ClientDisconnect
    );
    let kept = client.emit_with_ack::<Value>("auth", &(), PATIENCE);
    client.connect();
    assert_eq!(kept.await, Ok(json!({"token": "t"})));
}
