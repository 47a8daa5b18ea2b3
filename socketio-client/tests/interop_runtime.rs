//! A client whose runtime has ended, and what else a handle may be asked once.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use socketio_anywhere::{AckError, Client, EmitError, Event, Retries};
use support::{PATIENCE, Server, connected, message, next, until};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn client_c06_when_the_runtime_has_ended_nobody_waits() {
    let server = Server::start();
    let (of_the_client, other) = (runtime(), runtime());
    let (client, mut events, sent, kept) = of_the_client.block_on(async {
        let client = server.client().build().unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        let away = client.of("/elsewhere");
        let sent = client.emit_with_ack::<u32>("ignore", &1, 10 * PATIENCE);
        away.disconnect();
        let kept = away.emit_with_ack::<u32>("kept", &1, 10 * PATIENCE);
        (client, events, sent, kept)
    });
    let waiting = other.spawn(async move { (sent.await, kept.await) });
    let ended = other.spawn(async move { while events.next().await.is_some() {} });
    std::thread::sleep(Duration::from_millis(100));
    drop(of_the_client);
    other.block_on(async {
        let (sent, kept) = tokio::time::timeout(PATIENCE, waiting).await.unwrap().unwrap();
        assert_eq!(sent, Err(AckError::Disconnected));
        assert_eq!(kept, Err(AckError::Disconnected));
        tokio::time::timeout(PATIENCE, ended).await.unwrap().unwrap();
        assert!(!client.is_connected());
        assert_eq!(client.emit("say", &1), Err(EmitError::Disconnected));
        assert_eq!(client.emit_volatile("say", &1), Err(EmitError::Disconnected));
        let ack = client.emit_with_ack::<u32>("echo", &1, PATIENCE).await;
        assert_eq!(ack, Err(AckError::Emit(EmitError::Disconnected)));
        client.connect();
        client.close().await.unwrap();
        assert!(!client.is_connected());
    });
}

#[tokio::test]
async fn client_c09_an_event_is_answered_once() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("ask", "why").unwrap();
    let question = message(&mut events).await;
    let (answer, clone) = (question.ack.clone().unwrap(), question.ack.unwrap());
    answer.send("because").unwrap();
    assert_eq!(answer.send("again"), Err(EmitError::AlreadyAnswered));
    assert_eq!(clone.send("and again"), Err(EmitError::AlreadyAnswered));
    assert_eq!(message(&mut events).await.args(), [json!("because")]);
}

#[tokio::test]
async fn client_c09_the_buffer_can_be_emptied() {
    let server = Server::start();
    let client = server.client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    client.emit("say", "one").unwrap();
    let two = client.emit_with_ack::<u32>("echo", &2, PATIENCE);
    assert_eq!(client.clear_buffer(), 2);
    assert_eq!((client.buffered(), client.clear_buffer()), (0, 0));
    assert_eq!(two.await, Err(AckError::Emit(EmitError::Cleared)));
    client.emit("say", "three").unwrap();
    client.connect();
    assert_eq!(message(&mut events).await.args(), [json!("three")]);

    // Of the retry queue all but what is under way.
    let client = server.client().retries(Retries::new(3)).build().unwrap();
    connected(&mut client.events()).await;
    let first = client.emit_with_ack::<u32>("echo", &1, PATIENCE);
    let second = client.emit_with_ack::<u32>("echo", &2, PATIENCE);
    assert_eq!(client.clear_buffer(), 1);
    assert_eq!(first.await, Ok(1));
    assert_eq!(second.await, Err(AckError::Emit(EmitError::Cleared)));
}

#[tokio::test]
async fn client_c09_a_function_with_a_weak_handle_does_not_keep_the_client() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    let weak = client.downgrade();
    let inner = weak.clone();
    client.on_each("said", move |number: u32| {
        if let Some(client) = inner.upgrade() {
            client.emit("note", &number).unwrap();
        }
    });
    connected(&mut events).await;
    assert!(weak.upgrade().is_some());
    drop(client);
    assert!(weak.upgrade().is_none());
    let ended = async { while events.next().await.is_some() {} };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
}

#[tokio::test]
async fn client_c02_an_event_that_ends_every_connection_is_dropped_after_its_tries() {
    let server = Server::with(r#"{"maxHttpBufferSize": 2000}"#);
    for transport in [
        socketio_anywhere::Transport::WebSocket,
        socketio_anywhere::Transport::Polling,
    ] {
        let client = server
            .client()
            .transports([transport])
            .retries(Retries::new(3))
            .build()
            .unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        let large = client.emit_with_ack::<String>("echo", &"x".repeat(5_000), PATIENCE);
        let behind = client.emit_with_ack::<u32>("echo", &7, PATIENCE);
        let mut connections = 0;
        loop {
            match next(&mut events).await {
                Event::Connected { .. } => connections += 1,
                Event::Undelivered(message) => {
                    assert_eq!(message.event, "echo");
                    break;
                }
                _ => {}
            }
        }
        assert_eq!(connections, 3, "as many as its retries");
        assert_eq!(large.await, Err(AckError::Disconnected));
        assert_eq!(behind.await, Ok(7), "what is behind it goes");
        let reason = until(&mut events, |event| {
            matches!(event, Event::Connected { .. }).then_some(())
        });
        reason.await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_looked_at_all_the_time_goes_on_trying() {
    const SOON: Duration = Duration::from_millis(5);
    let gone = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let client = Client::builder(format!("http://{gone}"))
        .reconnection_delay(SOON)
        .reconnection_delay_max(SOON)
        .build()
        .unwrap();
    let mut events = client.events();
    let over = Arc::new(AtomicBool::new(false));
    let looking = {
        let (client, over) = (client.clone(), over.clone());
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let _state = client.state();
                std::thread::sleep(Duration::from_micros(100));
            }
        })
    };
    let tried = async {
        while let Some(event) = events.next().await {
            if matches!(event, Event::Connecting { attempt: 50.. }) {
                return;
            }
        }
    };
    let tried = tokio::time::timeout(PATIENCE, tried).await;
    over.store(true, Ordering::Relaxed);
    looking.join().unwrap();
    tried.expect("it goes on trying");
}
