//! HTTP requests: limits on their size and their rate, and TCP connections that carry many of them.

use std::time::Duration;

use serde_json::{Value, json};
use steadfast_shared::http::SessionInfo;
use steadfast_shared::limit;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::slow::{connect_polling, poll};
use crate::support::TestServer;
use crate::support::client::PATIENCE;

/// The server's response to a request of which only the headers arrive.
async fn answer_to(server: &TestServer, method: &str, path: &str, length: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    let _ = read.unwrap_or_else(|_| panic!("{method} {path} waits for a body"));
    String::from_utf8_lossy(&answer).into_owned()
}

/// The id of a polling session.
async fn polling(server: &TestServer) -> String {
    let url = server.url("/socket.io/?EIO=4&transport=polling");
    let opened = server.http.get(url).send().await.unwrap().text().await.unwrap();
    let opened: Value = serde_json::from_str(opened.trim_start_matches('0')).unwrap();
    format!(
        "/socket.io/?EIO=4&transport=polling&sid={}",
        opened["sid"].as_str().unwrap()
    )
}

#[tokio::test]
async fn fault_h06_a_body_that_is_too_large_by_its_headers_is_refused_at_once() {
    let server = TestServer::with(|limits| limits.times.body = Duration::from_secs(600)).await;
    let mina = server.sign_in("Mina").await;
    let token = mina.token.unwrap();
    let stranger = polling(&server).await;
    let connected = polling(&server).await;
    let connect = format!("40{}", json!({ "token": token }));
    let sent = server
        .http
        .post(server.url(&connected))
        .body(connect)
        .send()
        .await;
    assert_eq!(sent.unwrap().status(), 200);
    // A ping may come before the response.
    for _ in 0..2 {
        let heard = server.http.get(server.url(&connected)).send().await.unwrap();
        if heard.text().await.unwrap().contains("40{") {
            break;
        }
    }

    let ten_gigabytes = "10737418240";
    for (method, path) in [
        ("POST", "/api/session"),
        ("DELETE", "/api/session"),
        ("PUT", "/api/passphrase"),
        ("GET", "/api/devices"),
        ("PUT", "/api/registration"),
    ] {
        for length in [ten_gigabytes, "16385"] {
            let answer = answer_to(&server, method, path, length, &token).await;
            assert!(answer.starts_with("HTTP/1.1 413 "), "{method} {path}: {answer}");
            assert!(
                answer.contains(r#""code":"too_large""#),
                "{method} {path}: {answer}"
            );
        }
    }
    let more = (limit::PACKET_BYTES + 1).to_string();
    for (path, length) in [
        (&stranger, ten_gigabytes),
        (&stranger, "131073"),
        (&connected, ten_gigabytes),
        (&connected, more.as_str()),
    ] {
        let answer = answer_to(&server, "POST", path, length, &token).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}, {length}: {answer}");
    }
}

async fn devices(server: &TestServer, session: &SessionInfo) -> reqwest::Response {
    let request = server.http.get(server.url("/api/devices"));
    let token = session.token.as_ref().unwrap();
    request.bearer_auth(token).send().await.unwrap()
}

#[tokio::test]
async fn a_person_who_asks_too_often_is_told_to_wait_and_others_are_not() {
    let server = TestServer::with(|limits| limits.rates.requests_per_minute = 5).await;
    let (mina, jun) = (server.sign_in("Mina").await, server.sign_in("Jun").await);
    for _ in 0..5 {
        assert_eq!(devices(&server, &mina).await.status(), 200);
    }
    let refused = devices(&server, &mina).await;
    assert_eq!(refused.status(), 429);
    let seconds: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=12).contains(&seconds), "{seconds}");
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["code"], "rate_limited");
    assert!(refused["retry_after_ms"].as_u64().unwrap() <= 12_000, "{refused}");
    assert_eq!(devices(&server, &jun).await.status(), 200);
    // Signing out is always allowed.
    let token = mina.token.as_ref().unwrap();
    let left = server.http.delete(server.url("/api/session")).bearer_auth(token);
    assert_eq!(left.send().await.unwrap().status(), 204);
}

/// The answer to a request on a connection that is kept for further ones, as a proxy keeps it for requests of anybody.
async fn on(kept: &mut TcpStream, path: &str, padding: usize) -> String {
    let padding = "x".repeat(padding);
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nx-padding: {padding}\r\n\r\n");
    // The server may have ended it.
    let _ = kept.write_all(head.as_bytes()).await;
    let mut answer = vec![0; 4_096];
    let read = timeout(PATIENCE, kept.read(&mut answer))
        .await
        .expect("no answer");
    String::from_utf8_lossy(&answer[..read.unwrap_or(0)]).into_owned()
}

#[tokio::test]
async fn a_session_by_polling_that_ends_leaves_the_connection_it_was_opened_on_to_other_requests() {
    let server = TestServer::start().await;
    let mina = server.sign_in("Mina").await;
    let mut kept = TcpStream::connect(server.address).await.unwrap();
    let opened = on(&mut kept, "/socket.io/?EIO=4&transport=polling", 0).await;
    let (_, opened) = opened.split_once("\r\n\r\n").unwrap();
    let url = connect_polling(&server, &mina, opened).await;
    let sign_out = server.http.delete(server.url("/api/session"));
    let sign_out = sign_out.bearer_auth(mina.token.unwrap()).send().await;
    assert_eq!(sign_out.unwrap().status(), 204);
    assert!(poll(&server, &url).await.contains("signed_out"));
    // Longer than its client has to read why.
    sleep(Duration::from_millis(2_500)).await;
    let answer = on(&mut kept, "/healthz", 0).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_connection_that_has_become_no_websocket_may_send_as_much_as_any_other() {
    let server = TestServer::start().await;
    let mut kept = TcpStream::connect(server.address).await.unwrap();
    let refused = on(&mut kept, "/socket.io/?EIO=4&transport=websocket", 0).await;
    assert!(refused.starts_with("HTTP/1.1 400"), "{refused}");
    // Together more than a WebSocket may send before it is signed in.
    for _ in 0..20 {
        let answer = on(&mut kept, "/healthz", 8_000).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
