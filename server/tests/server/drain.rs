//! A server that is stopped while others take over.

#![cfg(unix)]

use serde_json::{Value, json};
use steadfast_server::clock;
use steadfast_shared::event::{self, ClosingReason, Reply};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::process::{command, running};
use crate::support::client::PATIENCE;
use crate::support::server::sign_in;
use crate::support::{Client, message};

async fn terminate(child: &Child) {
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
    assert_eq!(refused.status(), 503, "nobody new");
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
