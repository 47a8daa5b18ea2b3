//! The packets of `socket.io-msgpack-parser`.

use serde_json::{Value, json};
#[cfg(feature = "polling")]
use socketio_anywhere::Transport;
use socketio_anywhere::{AckError, Binary, Builder, DisconnectReason, Event, Parser};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client_at, disconnected, message, until};

fn client() -> Builder {
    client_at("/msgpack/").parser(Parser::MessagePack)
}

#[wasm_bindgen_test]
async fn events_bytes_and_acks_go_both_ways() {
    let client = client().auth(json!({"token": "t"})).build().unwrap();
    let mut events = client.events();
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"token": "t"}));
    let said = (
        -7,
        1.5,
        "안녕",
        Binary(vec![0, 255]),
        vec![Binary(vec![7; 70_000])],
    );
    client.emit("say", &said).unwrap();
    let back: (i8, f64, String, Binary, Vec<Binary>) = message(&mut events).await.parse().unwrap();
    assert_eq!(back, (said.0, said.1, said.2.to_owned(), said.3, said.4));
    client.emit("ask", &Binary(vec![4])).unwrap();
    let responder = message(&mut events).await.ack.unwrap();
    responder.send(&("bytes", Binary(vec![5]))).unwrap();
    let (text, bytes): (String, Binary) = message(&mut events).await.parse().unwrap();
    assert_eq!((text.as_str(), bytes.0), ("bytes", vec![5]));
}

#[wasm_bindgen_test]
async fn namespaces_and_refusals_work() {
    let root = client().build().unwrap();
    let admin = root.of_with_auth("/admin", json!({"role": "admin"}));
    let auth: Value = admin.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"role": "admin"}));
    let refused = root.of_with_auth("/private", json!({}));
    let message = until(&mut refused.events(), |event| match event {
        Event::ConnectError(error) => Some(error.message),
        _ => None,
    })
    .await;
    assert_eq!(message, "members only");
    let mut events = admin.events();
    admin.emit("kick", &()).unwrap();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ServerDisconnect
    );
}

#[cfg(feature = "polling")]
#[wasm_bindgen_test]
async fn it_works_over_polling() {
    let client = client().transports([Transport::Polling]).build().unwrap();
    let bytes: Result<Binary, AckError> = client
        .emit_with_ack("echo", &Binary(vec![1, 2, 3]), PATIENCE)
        .await;
    assert_eq!(bytes, Ok(Binary(vec![1, 2, 3])));
}

#[wasm_bindgen_test]
async fn another_form_is_a_parse_error() {
    let client = client_at("/socket.io/")
        .parser(Parser::MessagePack)
        .build()
        .unwrap();
    let mut events = client.events();
    let ended = until(&mut events, |event| match event {
        Event::Disconnected { reason, .. } => Some(reason),
        Event::Connected { .. } => panic!("connected"),
        _ => None,
    });
    assert!(matches!(
        ended.await,
        DisconnectReason::ParseError | DisconnectReason::TransportClose
    ));
    client.disconnect();
}
