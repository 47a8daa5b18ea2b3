//! The retry queue, against the npm server.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use serde_json::json;
use socketio_anywhere::{AckError, Client, Event, Exhausted, Retries};
use support::{PATIENCE, Server, connected, disconnected, until};

fn quick(retries: u32) -> Retries {
    Retries::new(retries).ack_timeout(Duration::from_millis(100))
}

/// What the server got of `perhaps`, asked by a client without a queue.
async fn seen(server: &Server) -> Vec<u32> {
    let client = server.client().build().unwrap();
    client.emit_with_ack("seen", &(), PATIENCE).await.unwrap()
}

async fn swallow(server: &Server, count: u32) -> Client {
    let client = server.client().build().unwrap();
    let () = client
        .emit_with_ack("swallow all", &count, PATIENCE)
        .await
        .unwrap();
    client
}

#[tokio::test]
async fn events_go_one_by_one_and_again_until_acknowledged() {
    let server = Server::start();
    swallow(&server, 2).await;
    let client = server.client().retries(quick(3)).build().unwrap();
    let acks: Vec<_> = (0..5u32)
        .map(|number| client.emit_with_ack::<u32>("perhaps", &number, Duration::from_millis(100)))
        .collect();
    assert_eq!(client.buffered(), 5);
    for (number, ack) in acks.into_iter().enumerate() {
        assert_eq!(ack.await, Ok(number as u32));
    }
    assert_eq!(seen(&server).await, [0, 1, 2, 3, 4]);
    assert_eq!(client.buffered(), 0);
}

#[tokio::test]
async fn an_event_emitted_on_connecting_goes_once() {
    let server = Server::start();
    let client = server
        .client()
        .retries(Retries::new(3))
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    let mut sent = client.sent();
    client.connect();
    connected(&mut events).await;
    let ack = client.emit_with_ack::<u32>("perhaps", &7, PATIENCE);
    assert_eq!(ack.await, Ok(7));
    assert_eq!(sent.next().await.unwrap().args(), [json!(7)]);
    let again = tokio::time::timeout(Duration::from_millis(100), sent.next()).await;
    assert!(again.is_err(), "{again:?}");
    assert_eq!(seen(&server).await, [7]);
}

#[tokio::test]
async fn an_event_out_of_tries_is_dropped_and_said_so() {
    let server = Server::start();
    swallow(&server, 2).await;
    let client = server.client().retries(quick(1)).build().unwrap();
    let mut events = client.events();
    let first = client.emit_with_ack::<u32>("perhaps", &1, Duration::from_millis(50));
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
    while client.buffered() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(seen(&server).await, [2]);
}

#[tokio::test]
async fn an_event_out_of_tries_may_be_kept_for_the_next_connection() {
    let server = Server::start();
    swallow(&server, 2).await;
    let client = server
        .client()
        .retries(quick(1).exhausted(Exhausted::Keep))
        .build()
        .unwrap();
    let mut events = client.events();
    let first = client.emit_with_ack::<u32>("perhaps", &1, Duration::from_millis(50));
    client.emit("perhaps", &2).unwrap();
    connected(&mut events).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((seen(&server).await, client.buffered()), (vec![], 2));
    client.disconnect();
    client.connect();
    assert_eq!(first.await, Ok(1));
    while client.buffered() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(seen(&server).await, [1, 2]);
}

#[tokio::test]
async fn a_disconnect_burns_no_try_unless_asked_to() {
    for (count, expected) in [(false, Ok(7)), (true, Err(AckError::Disconnected))] {
        let server = Server::start();
        swallow(&server, 3).await;
        let client = server
            .client()
            .retries(Retries::new(1).count_disconnects(count))
            .build()
            .unwrap();
        let mut events = client.events();
        let ack = client.emit_with_ack::<u32>("perhaps", &7, PATIENCE);
        for _ in 0..3 {
            connected(&mut events).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            client.disconnect();
            disconnected(&mut events).await;
            client.connect();
        }
        assert_eq!(ack.await, expected);
    }
}

#[tokio::test]
async fn volatile_events_do_not_queue() {
    let server = Server::start();
    swallow(&server, 100).await;
    let client = server.client().retries(quick(100)).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("perhaps", &1).unwrap();
    while client.emit_volatile("say", "past the queue") != Ok(true) {
        tokio::task::yield_now().await;
    }
    support::message(&mut events).await;
    assert_eq!(client.buffered(), 1);
}
