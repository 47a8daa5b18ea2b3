//! A client whose runtime ends, or that is asked from another thread.

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

use socketio_anywhere::{AckError, Client, EmitError, Event};
use support::{PATIENCE, Server, TRANSPORTS, UPGRADING, connected};

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

#[test]
fn client_c04_a_program_that_awaits_the_close_may_end() {
    let server = Server::start();
    let ways = TRANSPORTS.iter().map(|transport| vec![*transport]);
    for transports in ways.chain([UPGRADING.to_vec()]) {
        runtime().block_on(async {
            let client = server.client().transports(transports.clone()).build().unwrap();
            for number in 0..100 {
                client.emit("note", &number).unwrap();
            }
            client.close().await.unwrap();
        });
        let noted = runtime().block_on(async {
            let watcher = server.client().build().unwrap();
            watcher
                .emit_with_ack::<Vec<u32>>("noted", &(), PATIENCE)
                .await
                .unwrap()
        });
        assert_eq!(noted, Vec::from_iter(0..100), "{transports:?}");
    }
}
