//! A program that reads slowly, against the npm server.

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
use support::{Server, connected, message};

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
