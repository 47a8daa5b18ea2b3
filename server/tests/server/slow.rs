//! Clients that stop reading: their memory is bounded, their connection ends with a reason, others notice nothing.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use steadfast_shared::event::{self, ClosingReason};
use steadfast_shared::http::SessionInfo;
use tokio::net::TcpSocket;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::client::{PATIENCE, Socket, upgrade};
use crate::support::{TestServer, message};

/// A client with a small window that reads nothing after its session.
async fn stalled(server: &TestServer, session: &SessionInfo) -> Socket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let stream = socket.connect(server.address).await.unwrap();
    let mut socket = upgrade(stream, server.address, &[]).await;
    let auth = json!({ "token": session.token });
    socket.send(Message::text(format!("40{auth}"))).await.unwrap();
    loop {
        let message = socket.next().await.unwrap().unwrap();
        if message.to_text().unwrap().starts_with("42[\"session\"") {
            return socket;
        }
    }
}

/// Reads the rest. Returns its size in bytes once the connection has ended.
async fn drain(mut socket: Socket) -> usize {
    let drained = async {
        let mut bytes = 0;
        while let Some(Ok(message)) = socket.next().await {
            bytes += message.len();
        }
        bytes
    };
    timeout(PATIENCE, drained)
        .await
        .expect("the connection was not ended")
}

async fn last_closed(server: &TestServer, session: &SessionInfo) -> Option<ClosingReason> {
    // The connection's end is seen slightly before it is counted.
    for _ in 0..400 {
        let again = server.connect(session, json!({})).await;
        if let Some(reason) = again.opened().last_closed {
            return Some(reason);
        }
        again.leave().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    None
}

#[tokio::test]
async fn hole_18_a_socket_that_does_not_read_is_ended_when_its_buffer_is_full() {
    const EVENTS: u64 = 20_000;
    let server = TestServer::with(|limits| {
        limits.device.event_burst = 1_000_000;
        limits.times.stall = Duration::from_secs(600);
    })
    .await;
    let eve = server.sign_in("Eve").await;
    let stalled = stalled(&server, &eve).await;
    let mut other = server.connect(&eve, json!({})).await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let room = mina.room();
    // Each goes to the person's other sockets, and is dropped for one with a full buffer.
    for seq in 0..EVENTS {
        other.emit(event::READ, json!({ "room": room, "seq": seq })).await;
    }
    other
        .call::<Value>(event::READ, json!({ "room": room, "seq": 0 }))
        .await;
    // An entry is not dropped: a socket without space for it is closed.
    mina.send(&[message(room, "for everybody")]).await;
    for bystander in [&mut jun, &mut mina, &mut other] {
        assert_eq!(bystander.entries().await[0].seq, 1);
    }
    drain(stalled).await;
    assert_eq!(
        last_closed(&server, &eve).await,
        Some(ClosingReason::SlowConsumer)
    );
}

#[tokio::test]
async fn hole_18_a_socket_that_does_not_read_is_ended_after_a_while_however_little_there_is() {
    let text = "x".repeat(16_000);
    let server = TestServer::with(|limits| {
        limits.device.message_burst = 1_000_000;
        limits.times.stall = Duration::from_secs(1);
    })
    .await;
    let eve = server.sign_in("Eve").await;
    let stalled = stalled(&server, &eve).await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    // More than the kernels buffer, fewer packets than the socket's queue.
    for _ in 0..25 {
        let batch: Vec<_> = (0..8).map(|_| message(room, &text)).collect();
        mina.send(&batch).await;
    }
    // It reads nothing until it has been closed.
    assert_eq!(
        last_closed(&server, &eve).await,
        Some(ClosingReason::SlowConsumer)
    );
    drain(stalled).await;
}

#[tokio::test]
async fn hole_18_who_asks_for_pages_and_does_not_read_them_fills_no_memory() {
    let text = "x".repeat(16_000);
    let server = TestServer::with(|limits| {
        limits.device.message_burst = 1_000_000;
        limits.device.event_burst = 1_000_000;
        limits.times.stall = Duration::from_secs(1);
    })
    .await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    for _ in 0..5 {
        let batch: Vec<_> = (0..8).map(|_| message(room, &text)).collect();
        mina.send(&batch).await;
    }
    let eve = server.sign_in("Eve").await;
    let mut stalled = stalled(&server, &eve).await;
    let ask = json!([event::HISTORY, { "room": room }]);
    for id in 0..200 {
        if stalled.send(Message::text(format!("42{id}{ask}"))).await.is_err() {
            break;
        }
    }
    assert_eq!(
        last_closed(&server, &eve).await,
        Some(ClosingReason::SlowConsumer)
    );
    let got = drain(stalled).await;
    assert!(got < 20 * 256 * 1024, "{got} bytes were queued for it");
    mina.send(&[message(room, "fine")]).await;
}

/// Opens a session by polling. Returns the URL to poll.
pub(crate) async fn polling(server: &TestServer, session: &SessionInfo) -> String {
    let url = server.url("/socket.io/?EIO=4&transport=polling");
    let opened = server.http.get(&url).send().await.unwrap().text().await.unwrap();
    connect_polling(server, session, &opened).await
}

/// Opens a session on the transport that this answer has opened. Returns the URL to poll.
pub(crate) async fn connect_polling(server: &TestServer, session: &SessionInfo, opened: &str) -> String {
    let opened: Value = serde_json::from_str(&opened[1..]).unwrap();
    let sid = opened["sid"].as_str().unwrap();
    let url = server.url(&format!("/socket.io/?EIO=4&transport=polling&sid={sid}"));
    let connect = format!("40{}", json!({ "token": session.token }));
    server.http.post(&url).body(connect).send().await.unwrap();
    while !poll(server, &url).await.contains("42[\"session\"") {}
    url
}

pub(crate) async fn poll(server: &TestServer, url: &str) -> String {
    server.http.get(url).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn hole_18_who_stops_polling_is_ended_and_who_polls_is_not() {
    let server = TestServer::with(|limits| limits.times.stall = Duration::from_secs(1)).await;
    let eve = server.sign_in("Eve").await;
    let ada = server.sign_in("Ada").await;
    let mut mina = server.join("Mina").await;
    let room = mina.room();
    polling(&server, &eve).await;
    let polled = polling(&server, &ada).await;
    let heard = async {
        let mut heard = String::new();
        while !heard.contains("the end") {
            let packets = poll(&server, &polled).await;
            if packets.split('\u{1e}').any(|packet| packet == "2") {
                server.http.post(&polled).body("3").send().await.unwrap();
            }
            heard += &packets;
        }
    };
    let talk = async {
        assert_eq!(
            last_closed(&server, &eve).await,
            Some(ClosingReason::SlowConsumer)
        );
        mina.send(&[message(room, "the end")]).await;
    };
    timeout(PATIENCE, async { tokio::join!(heard, talk) })
        .await
        .expect("who polls gets everything");
}
