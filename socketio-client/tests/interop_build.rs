//! What a native client alone is told before it starts, or at its first attempt: what can never work is one clear error, and the rest reaches the
//! npm server. No credentials are in what it prints.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{Read, Write};

use socketio_anywhere::{BuildError, Builder, Client, Transport};
use support::{PATIENCE, Server, TRANSPORTS, connect_error, connected};

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

#[tokio::test]
async fn what_is_printed_of_a_builder_and_of_an_attempt_has_no_credentials() {
    let (told, printed) = std::sync::mpsc::channel();
    let builder = Client::builder("http://ann:secret@localhost:1/admin?token=secret#secret")
        .proxy("http://ann:secret@127.0.0.1:1")
        .query([("key", "secret")])
        .extra_header("Authorization", "secret")
        .auth(serde_json::json!({ "token": "secret" }))
        .on_attempt(move |attempt| {
            attempt.url.push_str("&more=secret");
            let _ = told.send(format!("{attempt:?}"));
        });
    let builder_printed = format!("{builder:?}");
    let _client = builder.reconnection(false).build().unwrap();
    let attempt = support::in_time(tokio::task::spawn_blocking(move || {
        printed.recv_timeout(PATIENCE).unwrap()
    }))
    .await
    .unwrap();
    for printed in [&builder_printed, &attempt] {
        assert!(printed.contains("http://localhost:1/admin"), "{printed}");
        assert!(!printed.contains("secret"), "{printed}");
    }
    for name in ["Authorization", "key"] {
        assert!(attempt.contains(name), "{attempt}");
    }
    // A password that a URL cannot hold makes it an unusable one.
    for url in ["http://ann:qx?qx@a", "http://ann:qx/qx@a", "http://ann:qx#qx@a"] {
        let builder = Client::builder(url);
        let printed = format!("{builder:?}");
        let printed = format!("{printed} {}", error(builder));
        assert!(!printed.contains("qx"), "{printed}");
    }
}

/// The address of a server that reads a request of each connection, answers with these bytes, and closes.
fn answering(answer: &'static [u8]) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        }
    });
    format!("http://{address}")
}

async fn message(builder: Builder) -> String {
    let client = builder
        .transports([Transport::WebSocket])
        .reconnection(false)
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    connect_error(&mut events).await.message
}

#[tokio::test]
async fn common_mistakes_are_told_apart() {
    // npm's server closes a request for a WebSocket on another path, and servers of TLS close what is not.
    let said = message(Client::builder(answering(b""))).await;
    assert!(said.contains("closed the connection"), "{said}");
    assert!(said.contains("path") && said.contains("http or https"), "{said}");
    // An alert of TLS.
    let said = message(Client::builder(answering(b"\x15\x03\x01\x00\x02\x02\x46"))).await;
    assert!(said.contains("no HTTP") && said.contains("https"), "{said}");
}

#[tokio::test]
async fn a_proxy_that_fails_is_named_without_its_credentials() {
    let through =
        |proxy: &str| Client::builder("http://localhost:1").proxy(&proxy.replace("//", "//ann:secret@"));
    let said = message(through("http://127.0.0.1:1")).await;
    assert!(
        said.contains("the proxy 127.0.0.1:1") && said.contains("refused"),
        "{said}"
    );
    for answer in [b"".as_slice(), b"SSH-2.0-x\r\n", b"SSH-2.0-x\r\n\r\n"] {
        let proxy = answering(answer);
        let said = message(through(&proxy)).await;
        let name = proxy.replace("http://", "the proxy ");
        assert!(said.contains(&name) && !said.contains("secret"), "{said}");
    }
}
