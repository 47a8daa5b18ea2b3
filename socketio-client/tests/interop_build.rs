//! What a client is told before it starts: what can never work is one clear error, and the rest reaches the npm server.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use socketio_anywhere::{BuildError, Builder, Client, Event, Transport};
use support::{PATIENCE, Server, connected, next};

fn error(builder: Builder) -> BuildError {
    builder.build().unwrap_err()
}

#[tokio::test]
async fn client_c08_what_can_never_work_is_an_error_of_building() {
    for url in [
        "",
        "/admin",
        "ftp://a",
        "http://",
        "http://a b",
        "http://a:70000",
        "http://[::1",
    ] {
        assert!(matches!(error(Client::builder(url)), BuildError::Url(_)), "{url}");
    }
    let client = || Client::builder("http://localhost:1");
    assert_eq!(error(client().transports([])), BuildError::NoTransport);
    for auth in [json!("token"), json!(7), json!([1])] {
        assert_eq!(error(client().auth(auth)), BuildError::Auth);
    }
    for (name, value) in [("a b", "c"), ("", "c"), ("a", "b\r\nc: d")] {
        assert_eq!(
            error(client().extra_header(name, value)),
            BuildError::Header(name.into())
        );
    }
    #[cfg(not(feature = "rustls"))]
    assert_eq!(error(Client::builder("https://localhost:1")), BuildError::NoTls);
    client().auth(()).build().unwrap();
    client().auth(json!({"token": 1})).build().unwrap();
}

#[test]
fn client_c08_without_a_runtime_there_is_an_error_and_no_panic() {
    assert_eq!(
        error(Client::builder("http://localhost:1")),
        BuildError::NoRuntime
    );
}

#[tokio::test]
async fn client_c08_credentials_that_are_no_object_are_one_refusal() {
    let server = Server::start();
    let client = server
        .client()
        .auth_with(|| json!("token"))
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    assert!(matches!(next(&mut events).await, Event::Connecting { .. }));
    let event = next(&mut events).await;
    assert!(
        matches!(&event, Event::ConnectError(error) if error.refused),
        "{event:?}"
    );
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!client.is_connected());
}

#[tokio::test]
async fn client_c08_any_query_and_the_host_reach_the_server_over_each_transport() {
    let server = Server::start();
    for transport in [Transport::WebSocket, Transport::Polling] {
        let client = Client::builder(format!("{}?name=Zoë B&plus=a%2Bb", server.url()))
            .extra_header("Host", "chat.example")
            .transports([transport])
            .build()
            .unwrap();
        connected(&mut client.events()).await;
        let query: Value = client.emit_with_ack("query", &(), PATIENCE).await.unwrap();
        assert_eq!((&query["name"], &query["plus"]), (&json!("Zoë B"), &json!("a+b")));
        let host: String = client.emit_with_ack("header", "host", PATIENCE).await.unwrap();
        assert_eq!(host, "chat.example");
    }
}

#[tokio::test]
async fn client_c08_twenty_megabytes_go_both_ways_with_the_default_limits() {
    let server = Server::with(r#"{"maxHttpBufferSize": 100000000}"#);
    for transport in [Transport::WebSocket, Transport::Polling] {
        let client = server.client().transports([transport]).build().unwrap();
        connected(&mut client.events()).await;
        let text = "x".repeat(20 << 20);
        let back: String = client.emit_with_ack("echo", &text, 6 * PATIENCE).await.unwrap();
        assert_eq!(back.len(), text.len(), "{transport:?}");
    }
}
