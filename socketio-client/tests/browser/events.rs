//! Events, acks and bytes, both ways; and what cannot be read.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use socketio_anywhere::{AckError, Binary, EmitError, Event};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client, client_at, connected, disconnected, message, next};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct File {
    name: String,
    parts: Vec<Binary>,
}

fn file() -> File {
    File {
        name: "안녕 \u{1f600} \"\\\n".into(),
        parts: vec![Binary(vec![0, 1, 255]), Binary(vec![]), Binary(vec![7; 70_000])],
    }
}

#[wasm_bindgen_test]
async fn events_carry_any_number_of_arguments_both_ways() {
    let client = client().build().unwrap();
    let mut events = client.events();
    client.emit("say", &()).unwrap();
    client.emit("say", "one").unwrap();
    client.emit("say", &(1, "two", json!(null), [false])).unwrap();
    assert!(message(&mut events).await.args().is_empty());
    assert_eq!(message(&mut events).await.args(), [json!("one")]);
    let third = message(&mut events).await;
    assert_eq!(third.event, "said");
    assert_eq!(
        third.args(),
        [json!(1), json!("two"), json!(null), json!([false])]
    );
}

#[wasm_bindgen_test]
async fn bytes_travel_anywhere_in_the_arguments_both_ways() {
    let client = client().build().unwrap();
    let mut events = client.events();
    client.emit("say", &(1, file(), Binary(vec![9]))).unwrap();
    let said = message(&mut events).await;
    assert_eq!(said.payload.attachments.len(), 4);
    let back: (u8, File, Binary) = said.parse().unwrap();
    assert_eq!(back, (1, file(), Binary(vec![9])));
}

#[wasm_bindgen_test]
async fn acks_carry_bytes_both_ways() {
    let client = client().build().unwrap();
    let mut events = client.events();
    let back: (File, u8) = client
        .emit_with_ack("echo", &(file(), 2), PATIENCE)
        .await
        .unwrap();
    assert_eq!(back, (file(), 2));
    client.emit("ask", &Binary(vec![4])).unwrap();
    let question = message(&mut events).await;
    let responder = question.ack.clone().unwrap();
    responder.send(&("bytes", Binary(vec![5]))).unwrap();
    assert_eq!(question.parse::<Binary>().unwrap().0, [4]);
    let (text, bytes): (String, Binary) = message(&mut events).await.parse().unwrap();
    assert_eq!((text.as_str(), bytes.0), ("bytes", vec![5]));
}

#[wasm_bindgen_test]
async fn acks_time_out_and_the_server_gets_its_answers() {
    let client = client().build().unwrap();
    let mut events = client.events();
    let ack = client
        .emit_with_ack::<()>("ignore", &(), Duration::from_millis(1))
        .await;
    assert_eq!(ack, Err(AckError::Timeout));
    client.emit("ask", "what?").unwrap();
    message(&mut events).await.ack.unwrap().send("this").unwrap();
    assert_eq!(message(&mut events).await.args(), [json!("this")]);
}

#[wasm_bindgen_test]
async fn an_ack_of_another_shape_is_malformed() {
    let client = client().build().unwrap();
    let wrong = client.emit_with_ack::<u8>("echo", "text", PATIENCE).await;
    assert!(matches!(wrong, Err(AckError::Malformed(_))), "{wrong:?}");
    assert!(client.round_trip().unwrap() < PATIENCE);
}

#[wasm_bindgen_test]
async fn an_answer_does_not_go_to_a_later_connection() {
    let client = client().build().unwrap();
    let mut events = client.events();
    client.emit("ask", &()).unwrap();
    let responder = message(&mut events).await.ack.unwrap();
    client.emit("close", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert_eq!(responder.send("late"), Err(EmitError::Disconnected));
}

#[wasm_bindgen_test]
async fn more_than_the_socket_takes_at_once_arrives_whole() {
    let client = client().build().unwrap();
    let text = "x".repeat(600_000);
    let acks: Vec<_> = (0..8)
        .map(|_| client.emit_with_ack::<String>("echo", text.as_str(), PATIENCE))
        .collect();
    for ack in acks {
        assert_eq!(ack.await.unwrap().len(), text.len());
    }
}

/// What the server emits besides, by name; whether it arrives.
const ODD: [(&str, bool); 5] = [
    ("half an emoji", true),
    ("a number for a name", true),
    ("deep", false),
    ("infinity", false),
    ("a second CONNECT", false),
];

#[wasm_bindgen_test]
async fn client_c01_one_bad_event_never_ends_a_connection() {
    for path in ["/socket.io/", "/csr/"] {
        let client = client_at(path).build().unwrap();
        let mut events = client.events();
        let id = connected(&mut events).await;
        for (what, arrives) in ODD {
            client.emit("odd", what).unwrap();
            client.emit("say", what).unwrap();
            let told = next(&mut events).await;
            match &told {
                Event::Unreadable { .. } => assert!(!arrives, "{path} {what}: {told:?}"),
                Event::Message(_) => assert!(arrives, "{path} {what}: {told:?}"),
                _ => panic!("{path} {what}: {told:?}"),
            }
            let behind = message(&mut events).await;
            assert_eq!(behind.event, "said", "{path}");
            assert_eq!(behind.args()[0], json!(what), "{path}");
        }
        assert_eq!(client.id(), Some(id), "{path}");
        client.close().await.unwrap();
    }
}
