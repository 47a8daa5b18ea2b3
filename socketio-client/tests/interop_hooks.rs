//! What a native program alone may decide of its connections: the headers and the server of each attempt, cookies, the stream beneath; and
//! the errors it gets when an attempt fails.

#![cfg(all(feature = "polling", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use socketio_anywhere::{BuildError, Client, Event, Transport};
use support::proxy::Proxy;
use support::{Server, TRANSPORTS, connect_error, connected, disconnected, next, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn client_c07_each_attempt_has_the_headers_and_the_server_that_the_program_says() {
    let (first, second) = (Server::start(), Server::start());
    for transport in TRANSPORTS {
        let urls = [first.url(), second.url()];
        let client = first
            .client()
            .transports([*transport])
            .extra_header("x-kind", "fixed")
            .on_attempt(move |attempt| {
                attempt.url = urls[usize::from(attempt.number > 0)].clone();
                attempt.query.push(("attempt".into(), attempt.number.to_string()));
                attempt
                    .headers
                    .push(("x-token".into(), format!("t{}", attempt.number)));
            })
            .build()
            .unwrap();
        let mut events = client.events();
        for attempt in 0..2 {
            connected(&mut events).await;
            let query: Value = client.emit_with_ack("query", &(), None).await.unwrap();
            assert_eq!(query["attempt"], attempt.to_string());
            for (name, value) in [("x-kind", "fixed".to_owned()), ("x-token", format!("t{attempt}"))] {
                let header: String = client.emit_with_ack("header", name, None).await.unwrap();
                assert_eq!(header, value);
            }
            client.emit("close", &()).unwrap();
            disconnected(&mut events).await;
        }
    }
}

#[tokio::test]
async fn client_c07_an_attempt_at_a_server_that_cannot_be_fails_and_the_next_one_may_not() {
    let server = Server::start();
    let url = server.url();
    let client = server
        .client()
        .on_attempt(move |attempt| match attempt.number {
            0 => attempt.url = "gopher://x".into(),
            1 => attempt.headers.push(("not a name".into(), String::new())),
            _ => attempt.url.clone_from(&url),
        })
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    let mut errors = Vec::new();
    loop {
        match next(&mut events).await {
            Event::ConnectError(error) => errors.push(error.to_string()),
            Event::Connected { .. } => break,
            _ => {}
        }
    }
    assert_eq!(
        errors,
        [
            "unusable URL: unknown scheme gopher",
            "unusable header \"not a name\""
        ]
    );
}

/// Asks a server that sets cookies, and answers only who brings them back.
#[tokio::test]
async fn client_c07_cookies_lead_back_to_the_server_that_holds_the_session() {
    let server = Server::start();
    for transports in [
        &[Transport::Polling][..],
        &[Transport::Polling, Transport::WebSocket],
    ] {
        let sticky = Sticky::start(&server.url()).await;
        let without = Client::builder(&sticky.url)
            .transports(transports.iter().copied())
            .reconnection(false)
            .build()
            .unwrap();
        let details = until(&mut without.events(), |event| match event {
            Event::Disconnected { details, .. } => details,
            _ => None,
        })
        .await;
        assert_eq!(details, "HTTP error: 400 whose?");
        let client = Client::builder(&sticky.url)
            .transports(transports.iter().copied())
            .with_credentials(true)
            .extra_header("Cookie", "own=1")
            .build()
            .unwrap();
        let mut engine = client.engine_events();
        let cookie: String = client.emit_with_ack("header", "cookie", None).await.unwrap();
        assert!(cookie.starts_with("own=1"), "{cookie}");
        if transports.len() > 1 {
            until(&mut engine, |event| {
                matches!(event, Event::Upgraded).then_some(())
            })
            .await;
        }
        client.close().await.unwrap();
    }
}

/// A proxy that sets a cookie on each answer to a handshake, and takes no request of a session without it.
struct Sticky {
    url: String,
}

impl Sticky {
    async fn start(upstream: &str) -> Self {
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let upstream = upstream.clone();
                tokio::spawn(async move { Self::serve(stream, upstream).await });
            }
        });
        Self { url }
    }

    /// One request a connection.
    async fn serve(mut stream: TcpStream, upstream: String) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        let joins = text.lines().next().is_some_and(|line| line.contains("sid="));
        if joins && !text.contains("server=1") {
            return stream
                .write_all(
                    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 6\r\n\r\nwhose?",
                )
                .await;
        }
        let mut server = TcpStream::connect(upstream).await?;
        let upgrade = text.contains("Upgrade: websocket") || text.contains("upgrade: websocket");
        let head = if upgrade {
            text
        } else {
            text.replacen("\r\n", "\r\nConnection: close\r\n", 1)
        };
        server.write_all(head.as_bytes()).await?;
        if !joins && !upgrade {
            let mut status = Vec::new();
            while !status.ends_with(b"\r\n") {
                status.push(server.read_u8().await?);
            }
            stream.write_all(&status).await?;
            stream
                .write_all(b"Set-Cookie: server=1; Path=/; HttpOnly\r\n")
                .await?;
        }
        copy_bidirectional(&mut stream, &mut server).await?;
        Ok(())
    }
}

#[tokio::test]
async fn client_c07_a_program_connects_by_its_own_function_or_through_a_proxy() {
    let server = Server::start();
    let calls = Arc::new(AtomicUsize::new(0));
    let port = server.url().rsplit(':').next().unwrap().parse::<u16>().unwrap();
    let proxy = Proxy::start().await;
    for transport in TRANSPORTS {
        let counted = calls.clone();
        let client = Client::builder("http://server.invalid:1/")
            .transports([*transport])
            .connector(move |host, asked| {
                assert_eq!((host.as_str(), asked), ("server.invalid", 1));
                counted.fetch_add(1, Ordering::Relaxed);
                TcpStream::connect(("127.0.0.1", port))
            })
            .build()
            .unwrap();
        let echo: String = client.emit_with_ack("echo", "direct", None).await.unwrap();
        assert_eq!(echo, "direct");
        assert!(calls.swap(0, Ordering::Relaxed) > 0);
        client.close().await.unwrap();

        let (before, url) = (proxy.tunnels.load(Ordering::Relaxed), &proxy.url);
        let client = server
            .client()
            .transports([*transport])
            .proxy(&format!("http://ann:secret@{url}"))
            .build()
            .unwrap();
        let echo: String = client.emit_with_ack("echo", "by proxy", None).await.unwrap();
        assert_eq!(echo, "by proxy");
        assert!(proxy.tunnels.load(Ordering::Relaxed) > before);

        let stranger = server
            .client()
            .transports([*transport])
            .proxy(&format!("http://{url}"))
            .reconnection(false)
            .build()
            .unwrap();
        let error = connect_error(&mut stranger.events()).await;
        assert!(
            error.message.ends_with(&format!(
                "the proxy {url} opens no tunnel: it says: HTTP/1.1 407 Who?"
            )),
            "{error}"
        );
    }
    assert!(matches!(
        server.client().proxy("socks5://x").build(),
        Err(BuildError::Proxy(_))
    ));
}

#[tokio::test]
async fn client_c07_a_failed_attempt_says_what_was_answered_and_what_is_beneath() {
    let server = Server::start();
    // Closed for the night.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let answer = b"HTTP/1.1 503 Closed\r\nContent-Length: 5\r\n\r\nlater";
            stream.write_all(answer).await.unwrap();
        }
    });
    for transport in TRANSPORTS {
        let lost = Client::builder(&closed)
            .transports([*transport])
            .reconnection(false)
            .build()
            .unwrap();
        let error = connect_error(&mut lost.events()).await;
        assert_eq!(
            (error.status, error.body.as_deref(), error.refused),
            (Some(503), Some("later"), false),
            "{error:?}"
        );
        let gone = Client::builder("http://127.0.0.1:1")
            .transports([*transport])
            .reconnection(false)
            .build()
            .unwrap();
        let error = connect_error(&mut gone.events()).await;
        assert_eq!((error.status, &error.body), (None, &None));
        let mut beneath = error.source();
        let refused = loop {
            let Some(error) = beneath else { break false };
            if let Some(io) = error.downcast_ref::<io::Error>()
                && io.kind() == io::ErrorKind::ConnectionRefused
            {
                break true;
            }
            beneath = error.source();
        };
        assert!(refused, "{error:?}");
    }
    // An upgrade that is answered with an error.
    let polling = server
        .client()
        .path("/polling/")
        .transports([Transport::WebSocket])
        .reconnection(false)
        .build()
        .unwrap();
    assert_eq!(connect_error(&mut polling.events()).await.status, Some(400));
}

/// A server that answers every request with this.
async fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                // Who has read enough goes.
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    url
}

#[tokio::test]
async fn what_is_no_answer_of_a_socket_io_server_is_said_in_one_line() {
    let page = format!("<!doctype html>\n<title>Welcome</title>{}", "<p>é".repeat(12_000));
    for (head, status, message) in [
        ("429 Too Many Requests", 429, "HTTP error: 429 Too Many Requests"),
        ("404 Not Found", 404, "HTTP error: 404 Not Found"),
        (
            "302 Found\r\nLocation: https://elsewhere/?a=1",
            302,
            "HTTP error: 302 Found, to https://elsewhere/",
        ),
        (
            "200 OK\r\nContent-Type: text/html",
            200,
            "the answer is not that of Engine.IO 4: is the path right? HTTP status 200",
        ),
    ] {
        let length = page.len();
        let url = answering(format!(
            "HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{page}"
        ))
        .await;
        for transport in TRANSPORTS {
            let client = Client::builder(&url)
                .transports([*transport])
                .reconnection(false)
                .build()
                .unwrap();
            let error = connect_error(&mut client.events()).await;
            let line = error.message.trim_end_matches(" OK");
            assert_eq!((error.status, line), (Some(status), message), "{transport:?}");
            let body = error.body.unwrap();
            assert!(
                body.starts_with("<!doctype html>") && body.len() <= 16 << 10,
                "{transport:?}"
            );
        }
    }
}
