//! What is kept while offline, what is dropped, and what becomes of acks.

use serde_json::json;
use socketio_anywhere::{AckError, DisconnectReason, EmitError, Event};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client, connected, message, next, sleep};

#[wasm_bindgen_test]
async fn what_is_emitted_offline_arrives_in_order() {
    let client = client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    for number in 0..200 {
        client.emit("say", &number).unwrap();
    }
    client.connect();
    for number in 0..200 {
        assert_eq!(message(&mut events).await.args(), [json!(number)]);
    }
}

#[wasm_bindgen_test]
async fn volatile_events_are_dropped_while_offline() {
    let client = client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    assert_eq!(client.emit_volatile("say", "gone"), Ok(false));
    client.emit("say", "kept").unwrap();
    client.connect();
    connected(&mut events).await;
    assert_eq!(message(&mut events).await.args(), [json!("kept")]);
    while client.emit_volatile("say", "there") == Ok(false) {
        sleep(1).await;
    }
    assert_eq!(message(&mut events).await.args(), [json!("there")]);
}

#[wasm_bindgen_test]
async fn the_send_buffer_is_bounded() {
    let client = client().auto_connect(false).send_buffer(2).build().unwrap();
    client.emit("say", &1).unwrap();
    client.emit("say", &2).unwrap();
    assert_eq!(client.emit("say", &3), Err(EmitError::BufferFull));
    let ack = client.emit_with_ack::<()>("say", &4, PATIENCE).await;
    assert_eq!(ack, Err(AckError::Emit(EmitError::BufferFull)));
    assert_eq!(client.emit("connect", &()), Err(EmitError::ReservedName));
}

#[wasm_bindgen_test]
async fn a_lost_connection_fails_what_was_sent_and_keeps_what_was_not() {
    let client = client().build().unwrap();
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

/// The loop of the crate's first page.
#[wasm_bindgen_test]
async fn client_c05_a_loop_that_awaits_an_ack_for_each_event_comes_to_its_end() {
    let client = client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("count", &12_000).unwrap();
    for number in 0..12_000_u32 {
        assert_eq!(message(&mut events).await.args(), [json!(number)]);
        let echo = client.emit_with_ack::<u32>("echo", &number, PATIENCE).await;
        assert_eq!(echo, Ok(number));
    }
}

#[wasm_bindgen_test]
async fn client_c05_what_a_browser_has_read_and_the_program_has_not_is_bounded() {
    let client = client()
        .limits(|limits| {
            limits.events = 20;
            limits.packet = 20_000;
        })
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("count", &5_000).unwrap();
    sleep(1_000).await;
    // What was there is read, in order, and then the connection is made anew.
    let mut read = 0;
    loop {
        match next(&mut events).await {
            Event::Message(message) => {
                assert_eq!(message.args(), [json!(read)]);
                read += 1;
            }
            Event::Disconnected { reason, .. } => {
                assert_eq!(reason, DisconnectReason::ParseError);
                break;
            }
            _ => {}
        }
    }
    assert!((500..4_000).contains(&read), "{read}");
    connected(&mut events).await;
}

#[wasm_bindgen_test]
async fn client_c05_a_stream_that_is_not_read_ends_nothing_and_loses_nothing() {
    let client = client().limits(|limits| limits.events = 20).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("count", &300).unwrap();
    sleep(500).await;
    assert!(client.is_connected());
    // An ack that is behind them still comes: while one is awaited, a stream may be 16 times as full.
    for number in 0..300 {
        assert_eq!(message(&mut events).await.args(), [json!(number)]);
        if number % 50 == 0 {
            let echo = client.emit_with_ack::<u32>("echo", &number, PATIENCE);
            assert_eq!(echo.await, Ok(number));
        }
    }
}
