//! Events that are kept or dropped while offline, and the outcome of their acks.

use serde_json::json;
use socketio_anywhere::{AckError, DisconnectReason, EmitError, Event, Retries, Transport};

use crate::scenario;
use crate::support::{PATIENCE, Server, TRANSPORTS, connected, message, ms, sleep, until};

#[scenario]
async fn what_is_emitted_offline_arrives_in_order_and_volatile_events_do_not() {
    let server = Server::start();
    let client = server.client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    for number in 0..200 {
        client.emit("say", &number).unwrap();
        assert_eq!(client.emit_volatile("say", "gone"), Ok(false));
    }
    client.connect();
    connected(&mut events).await;
    for number in 0..200 {
        assert_eq!(message(&mut events).await.args(), [json!(number)]);
    }
    assert_eq!(client.emit_volatile("say", "there"), Ok(true));
    assert_eq!(message(&mut events).await.args(), [json!("there")]);
}

#[scenario]
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
    while client.emit_volatile("say", "there") == Ok(false) {
        sleep(ms(1)).await;
    }
    assert_eq!(message(&mut events).await.args(), [json!("there")]);
}

#[scenario]
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

#[scenario]
async fn client_c09_the_buffer_can_be_emptied() {
    let server = Server::start();
    let client = server.client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    client.emit("say", "one").unwrap();
    let two = client.emit_with_ack::<u32>("echo", &2, PATIENCE);
    assert_eq!(client.clear_buffer(), 2);
    assert_eq!((client.buffered(), client.clear_buffer()), (0, 0));
    assert_eq!(two.await, Err(AckError::Emit(EmitError::Cleared)));
    client.emit("say", "three").unwrap();
    client.connect();
    assert_eq!(message(&mut events).await.args(), [json!("three")]);

    // All of the retry queue but the event under way.
    let client = server.client().retries(Retries::new(3)).build().unwrap();
    connected(&mut client.events()).await;
    let first = client.emit_with_ack::<u32>("echo", &1, PATIENCE);
    let second = client.emit_with_ack::<u32>("echo", &2, PATIENCE);
    assert_eq!(client.clear_buffer(), 1);
    assert_eq!(first.await, Ok(1));
    assert_eq!(second.await, Err(AckError::Emit(EmitError::Cleared)));
}

#[scenario]
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

#[scenario]
async fn an_event_too_large_for_the_server_ends_the_connection_with_its_details() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let client = server
            .client_at("/small/")
            .transports([*transport])
            .build()
            .unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        client.emit("note", &"x".repeat(5_000)).unwrap();
        let ended = until(&mut events, |event| match event {
            Event::Disconnected { reason, details, .. } => Some((reason, details.unwrap_or_default())),
            _ => None,
        });
        let (reason, details) = ended.await;
        let (expected, beginning) = match transport {
            Transport::WebSocket => (DisconnectReason::TransportClose, "close code 1009"),
            _ => (DisconnectReason::TransportError, "HTTP error: 413"),
        };
        assert_eq!(reason, expected);
        assert!(details.starts_with(beginning), "{details:?}");
    }
}
