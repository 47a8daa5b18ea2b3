//! Acknowledgements, the server's and the client's.

use serde_json::{Value, json};
use socketio_anywhere::{AckError, Binary, EmitError};

use crate::events::{File, file};
use crate::scenario;
use crate::support::{PATIENCE, Server, connected, disconnected, message, ms};

#[scenario]
async fn an_ack_brings_the_servers_answer() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let answer: (u8, Value) = client
        .emit_with_ack("echo", &(7, json!({"title": "안녕", "tags": []})), PATIENCE)
        .await
        .unwrap();
    assert_eq!(answer, (7, json!({"title": "안녕", "tags": []})));
    assert!(client.round_trip().unwrap() < PATIENCE);
    let wrong = client.emit_with_ack::<u8>("echo", "text", PATIENCE).await;
    assert!(matches!(wrong, Err(AckError::Malformed(_))), "{wrong:?}");
}

#[scenario]
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

#[scenario]
async fn acks_carry_bytes_both_ways() {
    let server = Server::start();
    let client = server.client().build().unwrap();
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

#[scenario]
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

#[scenario]
async fn client_c09_an_event_is_answered_once() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("ask", "why").unwrap();
    let question = message(&mut events).await;
    let (answer, clone) = (question.ack.clone().unwrap(), question.ack.unwrap());
    answer.send("because").unwrap();
    assert_eq!(answer.send("again"), Err(EmitError::AlreadyAnswered));
    assert_eq!(clone.send("and again"), Err(EmitError::AlreadyAnswered));
    assert_eq!(message(&mut events).await.args(), [json!("because")]);
}

#[scenario]
async fn an_ack_that_does_not_come_times_out() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    // Not even connected.
    let ack = client.emit_with_ack::<()>("ignore", &(), ms(1)).await;
    assert_eq!(ack, Err(AckError::Timeout));
    connected(&mut events).await;
    let ack = client.emit_with_ack::<()>("ignore", &(), ms(50)).await;
    assert_eq!(ack, Err(AckError::Timeout));
}

#[scenario]
async fn client_c07_an_ack_has_a_default_timeout() {
    let server = Server::start();
    let client = server.client().ack_timeout(ms(100)).build().unwrap();
    connected(&mut client.events()).await;
    let ack = client.emit_with_ack::<()>("ignore", &(), None);
    assert_eq!(crate::support::in_time(ack).await, Err(AckError::Timeout));
}

#[scenario]
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
