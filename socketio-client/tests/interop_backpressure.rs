//! A program that reads slowly, against the npm server.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use support::{PATIENCE, Server, connected, message, within};

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

/// Longer than a stream may hold up others, and less than the server waits for the answer to a ping.
const REST: Duration = Duration::from_secs(12);

#[tokio::test]
async fn a_reader_that_holds_up_nobody_misses_nothing_however_long_it_rests() {
    let server = Server::start();
    let few = || server.client().limits(|limits| limits.events = 100);
    let client = few().build().unwrap();
    let mut numbers = client.on::<u32>("number");
    client.emit("count", &3_000).unwrap();
    // One task with two streams: it has waited on the second, and is then busy with the first.
    let other = few().build().unwrap();
    let (mut events, mut others) = (other.events(), other.on::<u32>("number"));
    connected(&mut events).await;
    other.emit("count", &3_000).unwrap();
    let never = other.on::<u32>("never");
    tokio::pin!(never);
    assert!(futures::poll!(futures::StreamExt::next(&mut never)).is_pending());

    tokio::time::sleep(REST).await;
    for number in 0..3_000 {
        assert_eq!(numbers.next().await.unwrap().unwrap(), number);
        assert_eq!(others.next().await.unwrap().unwrap(), number);
        assert_eq!(message(&mut events).await.args(), [json!(number)]);
    }
    assert!(client.is_connected() && other.is_connected());
}

/// The guard against waiting for ever: the ack is behind more events than the stream may hold.
#[tokio::test]
async fn an_ack_far_behind_a_stream_that_nobody_reads_comes_and_the_stream_is_told_what_it_missed() {
    let server = Server::start();
    let client = server
        .client()
        .limits(|limits| limits.events = 20)
        .build()
        .unwrap();
    let mut numbers = client.on::<u32>("number");
    client.emit("count", &3_000).unwrap();
    let echo = client.emit_with_ack::<u32>("echo", &7, 3 * PATIENCE);
    assert_eq!(echo.await, Ok(7));
    let mut read = 0;
    let missed = loop {
        match numbers.next().await.unwrap() {
            Ok(number) => assert_eq!(number, read),
            Err(error) => break error.to_string(),
        }
        read += 1;
    };
    assert_eq!(missed, format!("{} events were missed", 3_000 - read));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn what_a_slow_function_misses_while_another_stream_waits_is_counted() {
    let server = Server::start();
    let client = server
        .client()
        .limits(|limits| limits.events = 50)
        .build()
        .unwrap();
    let mut events = client.events();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sees = seen.clone();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let handler = client.on_each("number", move |number: u32| {
        sees.lock().unwrap().push(number);
        // One round in which it has read something may pass before the one in which it has not.
        if number == 60 {
            // The task that is next on this thread, as the loop of the client may be, goes to another.
            let _ = tokio::task::block_in_place(|| released.recv_timeout(3 * PATIENCE));
        }
    });
    connected(&mut events).await;
    client.emit("count", &400).unwrap();
    for number in 0..400 {
        let event = within(3 * PATIENCE, async { events.next().await }).await;
        assert!(
            matches!(&event, Some(socketio_anywhere::Event::Message(message)) if message.args() == [json!(number)]),
            "{event:?}"
        );
    }
    let missed = handler.missed();
    assert!(missed > 0);
    drop(release);
    let all = async {
        while seen.lock().unwrap().len() + missed < 400 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    within(3 * PATIENCE, all).await;
    let seen = seen.lock().unwrap();
    assert!(seen.iter().copied().eq(0..seen.len() as u32), "the first ones");
}
