//! Bytes, and the ways to listen, against the npm server.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::sync::Arc;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use serde_json::json;
use socketio_anywhere::Binary;
use support::{PATIENCE, Server, connected, message};

#[derive(PartialEq, Debug, Serialize, Deserialize)]
struct File {
    name: String,
    parts: Vec<Binary>,
}

#[tokio::test]
async fn bytes_travel_anywhere_in_the_arguments_both_ways() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    let file = File {
        name: "f".into(),
        parts: vec![Binary(vec![0, 1, 255]), Binary(vec![]), Binary(vec![7; 100_000])],
    };
    client.emit("say", &(1, &file, Binary(vec![9]))).unwrap();
    let said = message(&mut events).await;
    assert_eq!(said.payload.attachments.len(), 4);
    let (one, back, last): (u8, File, Binary) = said.parse().unwrap();
    assert_eq!((one, back, last), (1, file, Binary(vec![9])));
}

#[tokio::test]
async fn acks_carry_bytes_both_ways() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    let bytes: Binary = client
        .emit_with_ack("echo", &Binary(vec![1, 2, 3]), PATIENCE)
        .await
        .unwrap();
    assert_eq!(bytes.0, [1, 2, 3]);
    client.emit("ask", &Binary(vec![4])).unwrap();
    let question = message(&mut events).await;
    question
        .ack
        .clone()
        .unwrap()
        .send(&("bytes", Binary(vec![5])))
        .unwrap();
    assert_eq!(question.parse::<Binary>().unwrap().0, [4]);
    let (text, bytes): (String, Binary) = message(&mut events).await.parse().unwrap();
    assert_eq!((text.as_str(), bytes.0), ("bytes", vec![5]));
}

#[tokio::test]
async fn once_listens_once_and_off_ends_a_handler() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = heard.clone();
    let handler = client.on_each::<u32>("said", move |number| hearing.lock().unwrap().push(number));
    let once = client.once::<u32>("said");
    client.emit("say", &1).unwrap();
    client.emit("say", &2).unwrap();
    assert_eq!(once.await.unwrap().unwrap(), 1);
    message(&mut events).await;
    message(&mut events).await;
    while heard.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    handler.off();
    client.emit("say", &3).unwrap();
    message(&mut events).await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(*heard.lock().unwrap(), [1, 2]);
}

#[tokio::test]
async fn what_goes_out_can_be_watched_as_it_goes() {
    let server = Server::start();
    let client = server.client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    let mut sent = client.sent();
    client.emit("say", "kept").unwrap();
    client.connect();
    connected(&mut events).await;
    client.emit("say", &("now", 2)).unwrap();
    client.emit("say", &Binary(vec![1, 2, 3])).unwrap();
    let first = sent.next().await.unwrap();
    assert_eq!((first.event.as_str(), first.args()), ("say", vec![json!("kept")]));
    assert_eq!(sent.next().await.unwrap().args(), [json!("now"), json!(2)]);
    let bytes: Binary = sent.next().await.unwrap().parse().unwrap();
    assert_eq!(bytes.0, [1, 2, 3]);
}
