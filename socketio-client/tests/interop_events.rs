//! Events, acks and buffers, against the npm server.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketio_anywhere::{AckError, EmitError};
use support::{PATIENCE, Server, connected, disconnected, message};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Note {
    title: String,
    tags: Vec<String>,
}

#[tokio::test]
async fn events_carry_any_number_of_arguments_both_ways() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    let note = Note {
        title: "안녕 \u{1f600} \"\\\n".into(),
        tags: vec!["a".into()],
    };
    client.emit("say", &()).unwrap();
    client.emit("say", "one").unwrap();
    client
        .emit("say", &(1, "two", json!(null), note.clone()))
        .unwrap();
    assert_eq!(message(&mut events).await.args(), Vec::<Value>::new());
    assert_eq!(message(&mut events).await.args(), [json!("one")]);
    let third = message(&mut events).await;
    assert_eq!(third.event, "said");
    let (one, two, none, back): (u8, String, Option<u8>, Note) = third.parse().unwrap();
    assert_eq!((one, two.as_str(), none, back), (1, "two", None, note));
}

#[tokio::test]
async fn a_typed_stream_yields_the_arguments_of_its_event() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut numbers = client.on::<u32>("number");
    client.emit("say", "not a number event").unwrap();
    client.emit("count", &100).unwrap();
    for expected in 0..100 {
        let number = tokio::time::timeout(PATIENCE, numbers.next()).await.unwrap();
        assert_eq!(number.unwrap().unwrap(), expected);
    }
    let mut said = client.on::<u32>("said");
    client.emit("say", "text").unwrap();
    assert!(said.next().await.unwrap().is_err());
}

#[tokio::test]
async fn an_ack_brings_the_servers_answer() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let answer: (u8, Note) = client
        .emit_with_ack("echo", &(7, json!({"title": "t", "tags": []})), PATIENCE)
        .await
        .unwrap();
    assert_eq!(answer.0, 7);
    assert!(client.round_trip().unwrap() < PATIENCE);
    let wrong = client.emit_with_ack::<u8>("echo", "text", PATIENCE).await;
    assert!(matches!(wrong, Err(AckError::Malformed(_))), "{wrong:?}");
}

#[tokio::test]
async fn the_server_gets_its_answers_too() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    client.emit("ask", "what?").unwrap();
    let question = message(&mut events).await;
    assert_eq!(
        (question.event.as_str(), &question.args()[..]),
        ("question", &[json!("what?")][..])
    );
    question.ack.unwrap().send(&("because", 1)).unwrap();
    let answered = message(&mut events).await;
    assert_eq!(
        (answered.event.as_str(), answered.args()),
        ("answered", vec![json!("because"), json!(1)])
    );
}

#[tokio::test]
async fn an_answer_does_not_go_to_a_later_connection() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    client.emit("ask", &()).unwrap();
    let responder = message(&mut events).await.ack.unwrap();
    client.emit("close", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert_eq!(responder.send("late"), Err(EmitError::Disconnected));
}

#[tokio::test]
async fn an_ack_that_does_not_come_times_out() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    let ack = client
        .emit_with_ack::<()>("ignore", &(), Duration::from_millis(50))
        .await;
    assert_eq!(ack, Err(AckError::Timeout));
}

#[tokio::test]
async fn a_lost_connection_fails_what_was_sent_and_keeps_what_was_not() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    let sent = client.emit_with_ack::<()>("ignore", &(), PATIENCE);
    client.disconnect();
    let kept = client.emit_with_ack::<String>("echo", "kept", PATIENCE);
    assert_eq!(sent.await, Err(AckError::Disconnected));
    assert_eq!(client.buffered(), 1);
    client.connect();
    assert_eq!(kept.await, Ok("kept".into()));
}

#[tokio::test]
async fn what_is_emitted_offline_arrives_in_order_and_volatile_events_do_not() {
    let server = Server::start();
    let client = server.client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    for number in 0..50 {
        client.emit("say", &number).unwrap();
        assert_eq!(client.emit_volatile("say", "gone"), Ok(false));
    }
    client.connect();
    connected(&mut events).await;
    for number in 0..50 {
        assert_eq!(message(&mut events).await.args(), [json!(number)]);
    }
    assert_eq!(client.emit_volatile("say", "there"), Ok(true));
    assert_eq!(message(&mut events).await.args(), [json!("there")]);
}

#[tokio::test]
async fn a_volatile_event_is_dropped_while_the_link_is_busy() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("say", "first").unwrap();
    // Nothing ran meanwhile that could have taken the first.
    assert_eq!(client.emit_volatile("say", "gone"), Ok(false));
    client.emit("say", "last").unwrap();
    assert_eq!(message(&mut events).await.args(), [json!("first")]);
    assert_eq!(message(&mut events).await.args(), [json!("last")]);
}

#[tokio::test]
async fn the_send_buffer_is_bounded() {
    let server = Server::start();
    let client = server
        .client()
        .auto_connect(false)
        .send_buffer(2)
        .build()
        .unwrap();
    client.emit("say", &1).unwrap();
    client.emit("say", &2).unwrap();
    assert_eq!(client.emit("say", &3), Err(EmitError::BufferFull));
    let ack = client.emit_with_ack::<()>("say", &4, PATIENCE).await;
    assert_eq!(ack, Err(AckError::Emit(EmitError::BufferFull)));
    assert_eq!(client.emit("connect", &()), Err(EmitError::ReservedName));
}

#[tokio::test]
async fn many_acked_events_in_flight_are_answered_in_order() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let acks: Vec<_> = (0..2000u32)
        .map(|number| client.emit_with_ack::<u32>("echo", &number, PATIENCE))
        .collect();
    for (number, ack) in acks.into_iter().enumerate() {
        assert_eq!(ack.await.unwrap() as usize, number);
    }
}
