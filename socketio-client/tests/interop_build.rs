//! What a native client alone is told before it starts: what can never work is one clear error, and the rest reaches the npm server.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use socketio_anywhere::{BuildError, Builder, Client};
use support::{PATIENCE, Server, TRANSPORTS, connected};

fn error(builder: Builder) -> BuildError {
    builder.build().unwrap_err()
}

#[tokio::test]
async fn client_c08_what_can_never_work_is_an_error_of_building() {
    // In a page these name its own server, and a browser writes names in Punycode.
    for url in ["", "/admin", "http://bücher.example", "http://host%20x"] {
        assert!(matches!(error(Client::builder(url)), BuildError::Url(_)), "{url}");
    }
    let client = || Client::builder("http://localhost:1");
    for (name, value) in [("a b", "c"), ("", "c"), ("a", "b\r\nc: d")] {
        assert_eq!(
            error(client().extra_header(name, value)),
            BuildError::Header(name.into())
        );
    }
    #[cfg(not(feature = "rustls"))]
    assert_eq!(error(Client::builder("https://localhost:1")), BuildError::NoTls);
}

#[test]
fn client_c08_without_a_runtime_there_is_an_error_and_no_panic() {
    assert_eq!(
        error(Client::builder("http://localhost:1")),
        BuildError::NoRuntime
    );
}

#[test]
fn a_runtime_without_timers_is_an_error_of_building() {
    let without_timers = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    let _inside = without_timers.enter();
    assert_eq!(
        error(Client::builder("http://localhost:1")),
        BuildError::NoRuntime
    );
}

#[tokio::test]
async fn client_c08_the_host_reaches_the_server_over_each_transport() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let client = Client::builder(server.url())
            .extra_header("Host", "chat.example")
            .transports([*transport])
            .build()
            .unwrap();
        connected(&mut client.events()).await;
        let host: String = client.emit_with_ack("header", "host", PATIENCE).await.unwrap();
        assert_eq!(host, "chat.example");
    }
}
