//! The retry queue.

use std::time::Duration;

use serde_json::json;
use socketio_anywhere::{AckError, Client, Event, Exhausted, Retries};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client, connected, disconnected, message, sleep, until};

const TRY: Duration = Duration::from_millis(200);

fn quick(retries: u32) -> Retries {
    Retries::new(retries).ack_timeout(TRY)
}

/// A client without a queue, after it told the server to swallow this many, and to forget what it saw.
async fn swallow(count: u32) -> Client {
    let client = client().build().unwrap();
    let _: Vec<u32> = seen(&client).await;
    let () = client
        .emit_with_ack("swallow all", &count, PATIENCE)
        .await
        .unwrap();
    client
}

/// What the server got of `perhaps`.
async fn seen(plain: &Client) -> Vec<u32> {
    plain.emit_with_ack("seen", &(), PATIENCE).await.unwrap()
}

async fn sent_all(client: &Client) {
    while client.buffered() > 0 {
        sleep(5).await;
    }
}

#[wasm_bindgen_test]
async fn events_go_one_by_one_and_again_until_acknowledged() {
    let plain = swallow(2).await;
    let client = client().retries(quick(3)).build().unwrap();
    let acks: Vec<_> = (0..5u32)
        .map(|number| client.emit_with_ack::<u32>("perhaps", &number, TRY))
        .collect();
    assert_eq!(client.buffered(), 5);
    for (number, ack) in acks.into_iter().enumerate() {
        assert_eq!(ack.await, Ok(number as u32));
    }
    assert_eq!(seen(&plain).await, [0, 1, 2, 3, 4]);
    assert_eq!(client.buffered(), 0);
}

#[wasm_bindgen_test]
async fn an_event_out_of_tries_is_dropped_and_said_so() {
    let plain = swallow(2).await;
    let client = client().retries(quick(1)).build().unwrap();
    let mut events = client.events();
    let first = client.emit_with_ack::<u32>("perhaps", &1, TRY);
    client.emit("perhaps", &2).unwrap();
    assert_eq!(first.await, Err(AckError::Timeout));
    let dropped = until(&mut events, |event| match event {
        Event::Undelivered(message) => Some(message),
        _ => None,
    })
    .await;
    assert_eq!(
        (dropped.event.as_str(), dropped.args()),
        ("perhaps", vec![json!(1)])
    );
    sent_all(&client).await;
    assert_eq!(seen(&plain).await, [2]);
}

#[wasm_bindgen_test]
async fn an_event_out_of_tries_may_be_kept_for_the_next_connection() {
    let plain = swallow(2).await;
    let client = client()
        .retries(quick(1).exhausted(Exhausted::Keep))
        .build()
        .unwrap();
    let mut events = client.events();
    let first = client.emit_with_ack::<u32>("perhaps", &1, TRY);
    client.emit("perhaps", &2).unwrap();
    connected(&mut events).await;
    sleep(1000).await;
    assert_eq!((seen(&plain).await, client.buffered()), (vec![], 2));
    client.disconnect();
    client.connect();
    assert_eq!(first.await, Ok(1));
    sent_all(&client).await;
    assert_eq!(seen(&plain).await, [1, 2]);
}

#[wasm_bindgen_test]
async fn a_disconnect_burns_no_try_unless_asked_to() {
    for (count, expected) in [(false, Ok(7)), (true, Err(AckError::Disconnected))] {
        let _plain = swallow(3).await;
        let client = client()
            .retries(Retries::new(1).count_disconnects(count))
            .build()
            .unwrap();
        let mut events = client.events();
        let ack = client.emit_with_ack::<u32>("perhaps", &7, PATIENCE);
        for _ in 0..3 {
            connected(&mut events).await;
            sleep(100).await;
            client.disconnect();
            disconnected(&mut events).await;
            client.connect();
        }
        assert_eq!(ack.await, expected);
    }
}

#[wasm_bindgen_test]
async fn volatile_events_do_not_queue() {
    let _plain = swallow(100).await;
    let client = client().retries(quick(100)).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("perhaps", &1).unwrap();
    while client.emit_volatile("say", "past the queue") != Ok(true) {
        sleep(1).await;
    }
    assert_eq!(message(&mut events).await.args(), [json!("past the queue")]);
    assert_eq!(client.buffered(), 1);
}
