//! A server that is stopped while others take over.

#![cfg(unix)]

use std::net::SocketAddr;

use serde_json::{Value, json};
use steadfast_server::clock::{self, Instant};
use steadfast_shared::event::{self, ClosingReason, Reply};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::process::{command, running};
use crate::support::client::PATIENCE;
use crate::support::server::sign_in;
use crate::support::{Client, message};

pub(crate) async fn terminate(child: &Child) {
    let pid = child.id().unwrap().to_string();
    let told = Command::new("kill").args(["-TERM", &pid]).status().await;
    assert!(told.unwrap().success());
}

#[tokio::test]
async fn connections_are_let_go_one_after_another_and_what_they_sent_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut drained = command(&folder.path().join("chat.db"));
    drained.args(["--drain-seconds", "4"]);
    let (mut child, address) = running(drained).await;
    let http = reqwest::Client::new();
    let session = sign_in(&http, address, "Mina").await;
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(Client::open(address, &session, json!({})).await);
    }
    let ready = async || {
        http.get(format!("http://{address}/readyz"))
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(ready().await, 200);
    terminate(&child).await;
    while ready().await != 503 {}
    let for_haproxy = http.get(format!("http://{address}/readyz?draining=404"));
    assert_eq!(for_haproxy.send().await.unwrap().status(), 404);
    let handshake = format!("http://{address}/socket.io/?EIO=4&transport=polling");
    let refused = http.get(&handshake).send().await.unwrap();
    assert_eq!(refused.status(), 404, "nobody new");
    assert!(refused.headers().contains_key("retry-after"));

    let room = clients[0].room();
    let last = clients.pop().unwrap();
    let mut told = Vec::new();
    for mut client in clients {
        let mine = message(room, "on its way");
        told.push(tokio::spawn(async move {
            loop {
                // Connected clients are answered, before and after their close reason.
                let reply: Reply<Value> = client.call(event::SEND, [mine.clone()]).await;
                assert!(matches!(reply, Reply::Ok(_)), "{reply:?}");
                if let Some(closing) = client.heard_closing() {
                    let at = clock::instant();
                    let reply: Reply<Value> = client.call(event::SEND, [mine]).await;
                    assert!(matches!(reply, Reply::Ok(_)), "{reply:?}");
                    return (closing, at);
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }));
    }
    let mut moments = Vec::new();
    for told in told {
        let (reason, at) = told.await.unwrap();
        assert_eq!(reason, ClosingReason::Draining);
        moments.push(at);
    }
    let (first, latest) = (moments.iter().min().unwrap(), moments.iter().max().unwrap());
    let spread = latest.duration_since(*first).as_millis();
    assert!(spread >= 1_000, "all within {spread} ms");
    let mut last = last;
    assert_eq!(last.closing().await, Some(ClosingReason::Draining));
    let status = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_server_that_is_told_twice_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut drained = command(&folder.path().join("chat.db"));
    drained.args(["--drain-seconds", "600"]);
    let (mut child, address) = running(drained).await;
    let http = reqwest::Client::new();
    let session = sign_in(&http, address, "Mina").await;
    let _mina = Client::open(address, &session, json!({})).await;
    terminate(&child).await;
    let ready = format!("http://{address}/readyz");
    while http.get(&ready).send().await.unwrap().status() != 503 {}
    terminate(&child).await;
    let status = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(1));
}

/// A connection by long-polling.
struct Polling {
    url: String,
    http: reqwest::Client,
}

impl Polling {
    async fn open(http: &reqwest::Client, address: SocketAddr, token: &str) -> Self {
        let url = format!("http://{address}/socket.io/?EIO=4&transport=polling");
        let opened = http.get(&url).send().await.unwrap().text().await.unwrap();
        let opened: Value = serde_json::from_str(opened.strip_prefix('0').unwrap()).unwrap();
        let url = format!("{url}&sid={}", opened["sid"].as_str().unwrap());
        let http = http.clone();
        let polling = Self { url, http };
        let auth = json!({ "token": token });
        assert_eq!(polling.post(&format!("40{auth}")).await, 200);
        while !polling
            .poll()
            .await
            .is_some_and(|body| body.contains("42[\"session\""))
        {}
        polling
    }

    /// `None` where the session is gone.
    async fn poll(&self) -> Option<String> {
        let polled = self.http.get(&self.url).send().await.ok()?;
        let status = polled.status();
        let body = polled.text().await.ok()?;
        if status != 200 {
            assert_eq!(status, 400, "{body}");
            return None;
        }
        Some(body)
    }

    async fn post(&self, packet: &str) -> u16 {
        let posting = self.http.post(&self.url).body(packet.to_owned()).send();
        posting.await.unwrap().status().as_u16()
    }

    /// Polls until the session is gone. Answers all that came before, and when that was.
    async fn to_the_end(&self) -> (Vec<String>, Instant) {
        let mut packets = Vec::new();
        while let Some(body) = self.poll().await {
            for packet in body.split('\u{1e}') {
                if packet == "2" {
                    assert_eq!(self.post("3").await, 200);
                }
                packets.push(packet.to_owned());
            }
        }
        (packets, clock::instant())
    }
}

#[tokio::test]
async fn connections_that_poll_are_let_go_one_after_another_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut drained = command(&folder.path().join("chat.db"));
    drained.args(["--drain-seconds", "6"]);
    let (mut child, address) = running(drained).await;
    let http = reqwest::Client::new();
    let session = sign_in(&http, address, "Mina").await;
    let mut polling = Vec::new();
    for _ in 0..4 {
        let client = Polling::open(&http, address, session.token.as_deref().unwrap()).await;
        polling.push(tokio::spawn(async move { client.to_the_end().await }));
    }
    terminate(&child).await;
    let mut moments = Vec::new();
    for client in polling {
        let (packets, at) = client.await.unwrap();
        let told = |packet: &String| packet.contains("closing") && packet.contains("draining");
        assert!(packets.iter().any(told), "{packets:?}");
        let disconnects = |packet: &String| packet.starts_with("41");
        assert!(
            !packets.iter().any(disconnects),
            "npm's client would not come back"
        );
        moments.push(at);
    }
    let (first, latest) = (moments.iter().min().unwrap(), moments.iter().max().unwrap());
    let spread = latest.duration_since(*first).as_millis();
    assert!(spread >= 1_000, "all within {spread} ms");
    let status = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
}
