//! A client whose runtime ends, or that is asked from another thread.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use socketio_anywhere::{AckError, Client, EmitError, Event, State};
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
    let ended = other.spawn(async move {
        let mut last = None;
        while let Some(event) = events.next().await {
            last = Some(event);
        }
        last
    });
    std::thread::sleep(Duration::from_millis(100));
    drop(of_the_client);
    other.block_on(async {
        let (sent, kept) = tokio::time::timeout(PATIENCE, waiting).await.unwrap().unwrap();
        assert_eq!(sent, Err(AckError::Disconnected));
        assert_eq!(kept, Err(AckError::Disconnected));
        let last = tokio::time::timeout(PATIENCE, ended).await.unwrap().unwrap();
        let Some(Event::Disconnected { details, .. }) = last else {
            panic!("{last:?}");
        };
        assert_eq!(details.as_deref(), Some("the client's loop has ended"));
        assert!(!client.is_connected());
        assert_eq!(client.emit("say", &1), Err(EmitError::Disconnected));
        assert_eq!(client.emit_volatile("say", &1), Err(EmitError::Disconnected));
        let ack = client.emit_with_ack::<u32>("echo", &1, PATIENCE).await;
        assert_eq!(ack, Err(AckError::Emit(EmitError::Disconnected)));
        let another = client.of("/another");
        assert_eq!(another.state(), State::Disconnected { reason: None });
        client.on_each("said", |(): ()| {}).off();
        client.connect();
        client.close().await.unwrap();
        assert!(!client.is_connected());
    });
}

#[test]
fn a_function_is_called_on_the_clients_runtime_whoever_asks_for_that() {
    let server = Server::start();
    let of_the_client = runtime();
    let client = of_the_client.block_on(async { server.client().build().unwrap() });
    let (heard, listening) = mpsc::channel();
    let listen = |client: Client, heard: mpsc::Sender<u32>| {
        client.on_each("said", move |value: u32| {
            let _ = heard.send(value);
        });
    };
    std::thread::scope(|scope| {
        scope.spawn(|| listen(client.clone(), heard.clone()));
    });
    let passing = runtime();
    passing.block_on(async { listen(client.clone(), heard) });
    drop(passing);
    client.emit("say", &7).unwrap();
    for _ in 0..2 {
        assert_eq!(listening.recv_timeout(PATIENCE), Ok(7));
    }
}

#[test]
fn a_task_that_waits_no_longer_may_own_the_last_handle() {
    struct Task(#[expect(dead_code, reason = "only held")] Client);
    impl Wake for Task {
        fn wake(self: Arc<Self>) {}
    }
    type Poll = Box<dyn FnMut(&mut Context<'_>) -> bool + Send>;
    let stream = |client: &Client| -> Poll {
        let mut stream = client.on::<u32>("said");
        Box::new(move |cx| pin!(stream.next()).poll(cx).is_pending())
    };
    let ack = |client: &Client| -> Poll {
        let mut ack = client.emit_with_ack::<u32>("say", &1, PATIENCE);
        Box::new(move |cx| Pin::new(&mut ack).poll(cx).is_pending())
    };
    // It could not end beside a thread that hangs.
    let runtime = Box::leak(Box::new(runtime()));
    let _inside = runtime.enter();
    for wait in [stream, ack] {
        for is_polled_again in [true, false] {
            let builder = Client::builder("http://127.0.0.1:1").auto_connect(false);
            let client = builder.build().unwrap();
            let mut poll = wait(&client);
            let task = Waker::from(Arc::new(Task(client)));
            assert!(poll(&mut Context::from_waker(&task)));
            drop(task);
            // The waker in the client is the last.
            let (done, over) = mpsc::channel();
            std::thread::spawn(move || {
                if is_polled_again {
                    poll(&mut Context::from_waker(Waker::noop()));
                }
                drop(poll);
                let _ = done.send(());
            });
            assert_eq!(over.recv_timeout(PATIENCE), Ok(()), "it hangs");
        }
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
