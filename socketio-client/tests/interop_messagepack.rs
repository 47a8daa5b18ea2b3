//! The packets of `socket.io-msgpack-parser`, against the npm server with that parser.

#![cfg(all(feature = "client", feature = "msgpack", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use serde_json::{Value, json};
use socketio_anywhere::{Binary, Builder, DisconnectReason, Event, Parser, Transport};
use support::{PATIENCE, Server, connected, disconnected, message, until};

fn client(server: &Server) -> Builder {
    server.client().parser(Parser::MessagePack)
}

#[tokio::test]
async fn events_and_bytes_go_both_ways() {
    let server = Server::with(r#"{"msgpack": true}"#);
    for transports in [
        [Transport::WebSocket; 2],
        [Transport::Polling; 2],
        [Transport::Polling, Transport::WebSocket],
    ] {
        let client = client(&server).transports(transports).build().unwrap();
        let mut events = client.events();
        let numbers = [
            i64::MIN + 1,
            -40_000,
            -129,
            -33,
            -32,
            0,
            127,
            200,
            300,
            70_000,
            1 << 40,
        ];
        let list = json!({"numbers": numbers, "text": "안녕".repeat(100), "none": null, "half": 0.5});
        client
            .emit("say", &(&list, Binary(vec![7; 70_000]), false))
            .unwrap();
        let (back, bytes, no): (Value, Binary, bool) = message(&mut events).await.parse().unwrap();
        // A number of JavaScript has 53 bits.
        assert_eq!(
            back["numbers"].as_array().unwrap()[1..],
            list["numbers"].as_array().unwrap()[1..]
        );
        assert_eq!(
            (&back["text"], &back["none"], &back["half"]),
            (&list["text"], &json!(null), &json!(0.5))
        );
        assert_eq!((bytes.0.len(), no), (70_000, false));
    }
}

#[tokio::test]
async fn acks_go_both_ways() {
    let server = Server::with(r#"{"msgpack": true}"#);
    let client = client(&server).auth(json!({"token": "t"})).build().unwrap();
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"token": "t"}));
    for number in 0..300u32 {
        let answer: u32 = client.emit_with_ack("echo", &number, PATIENCE).await.unwrap();
        assert_eq!(answer, number);
    }
    let mut events = client.events();
    client.emit("ask", &Binary(vec![4])).unwrap();
    let responder = message(&mut events).await.ack.unwrap();
    responder.send(&("bytes", Binary(vec![5]))).unwrap();
    let (text, bytes): (String, Binary) = message(&mut events).await.parse().unwrap();
    assert_eq!((text.as_str(), bytes.0), ("bytes", vec![5]));
}

#[tokio::test]
async fn namespaces_refusals_and_ends_work() {
    let server = Server::with(r#"{"msgpack": true}"#);
    let root = client(&server).build().unwrap();
    let refused = root.of("/private");
    let message = until(&mut refused.events(), |event| match event {
        Event::ConnectError(error) => Some(error.message),
        _ => None,
    })
    .await;
    assert_eq!(message, "members only");
    let admin = root.of("/admin");
    let mut events = admin.events();
    admin.emit("kick", &()).unwrap();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ServerDisconnect
    );
    admin.connect();
    connected(&mut events).await;
    root.disconnect();
    assert!(admin.is_connected());
}

#[tokio::test]
async fn recovery_works() {
    let server = Server::with(r#"{"msgpack": true, "csr": true}"#);
    let client = client(&server).build().unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    client.emit("news", &(0, "first")).unwrap();
    message(&mut events).await;
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    assert_eq!(connected(&mut events).await, id);
    assert!(client.recovered());
}
