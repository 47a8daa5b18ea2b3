//! Programs that read slowly, or not at all, against the npm server.

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
use socketio_anywhere::Event;
use support::{PATIENCE, Server, connected, message};

#[tokio::test]
async fn client_c05_the_limit_holds_and_reading_goes_on_where_it_stopped() {
    let server = Server::start();
    let client = server
        .client()
        .limits(|limits| limits.events = 20)
        .build()
        .unwrap();
    let mut events = client.events();
    let mut numbers = client.on::<u32>("number");
    connected(&mut events).await;
    client.emit("count", &30_000).unwrap();
    for number in 0..30_000 {
        // Each falls behind in its turn.
        assert_eq!(numbers.next().await.unwrap().unwrap(), number);
        if number % 1_000 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(message(&mut events).await.args(), [json!(number)]);
    }
}

#[tokio::test]
async fn client_c05_a_stream_that_nobody_reads_holds_up_the_others_for_a_while_only() {
    let server = Server::start();
    let client = server
        .client()
        .limits(|limits| limits.events = 100)
        .build()
        .unwrap();
    let mut events = client.events();
    let mut unread = client.on::<u32>("number");
    connected(&mut events).await;
    client.emit("count", &1_000).unwrap();
    for number in 0..1_000 {
        // Longer than it may hold them up.
        let event = tokio::time::timeout(3 * PATIENCE, events.next()).await.unwrap();
        assert!(
            matches!(&event, Some(Event::Message(message)) if message.args() == [json!(number)]),
            "{event:?}"
        );
    }
    // What it had is there, and what it missed is said.
    let mut read = 0;
    let missed = loop {
        match unread.next().await.unwrap() {
            Ok(number) => assert_eq!(number, read),
            Err(error) => break error.to_string(),
        }
        read += 1;
    };
    assert_eq!(missed, format!("{} events were missed", 1_000 - read));
    client.emit("count", &1).unwrap();
    assert_eq!(unread.next().await.unwrap().unwrap(), 0);
}
