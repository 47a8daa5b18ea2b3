//! The browser transport, in a headless Chromium, against the npm server at `SOCKETIO_TEST_SERVER`. See README.md.

#![cfg(all(feature = "client", target_family = "wasm"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{Either, select};
use serde_json::{Value, json};
use socketio_client::{
    AckError, Binary, Builder, Client, DisconnectReason, Event, EventStream, Message, Retries, State,
    Transport,
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const PATIENCE: Duration = Duration::from_secs(10);

fn server() -> &'static str {
    let Some(server) = option_env!("SOCKETIO_TEST_SERVER") else {
        panic!("build these tests with SOCKETIO_TEST_SERVER set to a running tests/servers/server.mjs");
    };
    server
}

fn client() -> Builder {
    Client::builder(server())
        .reconnection_delay(Duration::from_millis(20))
        .reconnection_delay_max(Duration::from_millis(100))
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    let late = gloo_timers::future::TimeoutFuture::new(PATIENCE.as_millis() as u32);
    match select(Box::pin(future), late).await {
        Either::Left((value, _)) => value,
        Either::Right(_) => panic!("not in time"),
    }
}

async fn sleep(milliseconds: u32) {
    gloo_timers::future::TimeoutFuture::new(milliseconds).await;
}

async fn until<T>(events: &mut EventStream, pick: impl Fn(Event) -> Option<T>) -> T {
    loop {
        if let Some(picked) = pick(in_time(events.next()).await.expect("a living client")) {
            return picked;
        }
    }
}

async fn connected(events: &mut EventStream) -> String {
    until(events, |event| match event {
        Event::Connected { id } => Some(id),
        _ => None,
    })
    .await
}

async fn disconnected(events: &mut EventStream) -> DisconnectReason {
    until(events, |event| match event {
        Event::Disconnected { reason, .. } => Some(reason),
        _ => None,
    })
    .await
}

async fn message(events: &mut EventStream) -> Message {
    until(events, |event| match event {
        Event::Message(message) => Some(message),
        _ => None,
    })
    .await
}

#[wasm_bindgen_test]
async fn a_client_connects_and_is_answered() {
    let client = client().auth(json!({"token": "abc"})).build();
    let mut events = client.events();
    let id = connected(&mut events).await;
    assert_eq!(client.id(), Some(id));
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"token": "abc"}));
    let (one, two): (u8, String) = client
        .emit_with_ack("echo", &(1, "안녕"), PATIENCE)
        .await
        .unwrap();
    assert_eq!((one, two.as_str()), (1, "안녕"));
}

#[wasm_bindgen_test]
async fn credentials_may_come_from_the_page() {
    let calls = Rc::new(Cell::new(0));
    let counter = calls.clone();
    let client = client()
        .auth_with(move || {
            counter.set(counter.get() + 1);
            json!({"call": counter.get()})
        })
        .build();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("close", &()).unwrap();
    assert_eq!(disconnected(&mut events).await, DisconnectReason::TransportClose);
    connected(&mut events).await;
    assert_eq!(calls.get(), 2);
}

#[wasm_bindgen_test]
async fn what_is_emitted_offline_arrives_in_order() {
    let client = client().auto_connect(false).build();
    let mut events = client.events();
    for number in 0..200 {
        client.emit("say", &number).unwrap();
    }
    client.connect();
    for number in 0..200 {
        assert_eq!(message(&mut events).await.args, [json!(number)]);
    }
}

#[wasm_bindgen_test]
async fn ends_have_their_names() {
    for (order, argument, reason) in [
        ("terminate", json!(null), DisconnectReason::TransportClose),
        ("raw", json!("9"), DisconnectReason::ParseError),
        ("kick", json!(null), DisconnectReason::ServerDisconnect),
    ] {
        let client = client().build();
        let mut events = client.events();
        connected(&mut events).await;
        client.emit(order, &argument).unwrap();
        assert_eq!(disconnected(&mut events).await, reason, "{order}");
        if reason == DisconnectReason::ServerDisconnect {
            client.connect();
        }
        connected(&mut events).await;
        client.disconnect();
        assert_eq!(
            disconnected(&mut events).await,
            DisconnectReason::ClientDisconnect
        );
    }
}

#[wasm_bindgen_test]
async fn a_refusal_carries_its_data() {
    let client = client().auth(json!({"token": "refuse"})).build();
    let mut events = client.events();
    let data = until(&mut events, |event| match event {
        Event::ConnectError {
            data, refused: true, ..
        } => Some(data),
        _ => None,
    })
    .await;
    assert_eq!(data, Some(json!({"code": 42})));
    assert_eq!(client.state(), State::Disconnected { reason: None });
}

#[wasm_bindgen_test]
async fn acks_time_out_and_the_server_gets_its_answers() {
    let client = client().build();
    let mut events = client.events();
    let ack = client
        .emit_with_ack::<()>("ignore", &(), Duration::from_millis(1))
        .await;
    assert_eq!(ack, Err(AckError::Timeout));
    client.emit("ask", "what?").unwrap();
    message(&mut events).await.ack.unwrap().send("this").unwrap();
    assert_eq!(message(&mut events).await.args, [json!("this")]);
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_tried_again() {
    let client = Client::builder("http://127.0.0.1:9")
        .reconnection_delay(Duration::from_millis(5))
        .reconnection_attempts(2)
        .build();
    let mut events = client.events();
    until(&mut events, |event| {
        matches!(event, Event::ReconnectFailed).then_some(())
    })
    .await;
}

#[wasm_bindgen_test]
async fn more_than_the_socket_takes_at_once_arrives_whole() {
    let client = client().build();
    let text = "x".repeat(600_000);
    let acks: Vec<_> = (0..8)
        .map(|_| client.emit_with_ack::<String>("echo", text.as_str(), PATIENCE))
        .collect();
    for ack in acks {
        assert_eq!(ack.await.unwrap().len(), text.len());
    }
}

#[wasm_bindgen_test]
async fn a_dropped_client_is_gone() {
    let client = client().build();
    let mut events = client.events();
    connected(&mut events).await;
    drop(client);
    while in_time(events.next()).await.is_some() {}
}

#[wasm_bindgen_test]
async fn the_pages_origin_needs_no_naming() {
    // The page of the test runner speaks no Socket.IO: the attempt fails there, and not at the URL.
    let client = Client::builder("").reconnection(false).build();
    let mut events = client.events();
    let message = until(&mut events, |event| match event {
        Event::ConnectError { message, .. } => Some(message),
        _ => None,
    })
    .await;
    assert_eq!(message, "websocket error");
    sleep(0).await;
}

#[wasm_bindgen_test]
async fn bytes_travel_anywhere() {
    let client = client().build();
    let (one, bytes): (u8, Vec<Binary>) = client
        .emit_with_ack(
            "echo",
            &(1, vec![Binary(vec![0, 255]), Binary(vec![7; 70_000])]),
            PATIENCE,
        )
        .await
        .unwrap();
    assert_eq!(
        (one, bytes[0].0.as_slice(), bytes[1].0.len()),
        (1, &[0, 255][..], 70_000)
    );
}

#[wasm_bindgen_test]
async fn everything_works_over_polling() {
    let client = client().transports([Transport::Polling]).build();
    let mut events = client.events();
    connected(&mut events).await;
    for number in 0..50 {
        client.emit("say", &(number, Binary(vec![number]), "€")).unwrap();
    }
    for number in 0..50 {
        let (back, bytes, _): (u8, Binary, String) = message(&mut events).await.parse().unwrap();
        assert_eq!((back, bytes.0), (number, vec![number]));
    }
    let transport: String = client.emit_with_ack("transport", &(), PATIENCE).await.unwrap();
    assert_eq!(transport, "polling");
    client.emit("kick", &()).unwrap();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ServerDisconnect
    );
}

#[wasm_bindgen_test]
async fn the_move_to_websocket_loses_and_reorders_nothing() {
    let client = client()
        .transports([Transport::Polling, Transport::WebSocket])
        .build();
    let mut events = client.events();
    connected(&mut events).await;
    let mut sent = 0;
    while client.transport_name() == "polling" || sent < 300 {
        client.emit("say", &(sent, Binary(vec![1]))).unwrap();
        sent += 1;
        if sent % 7 == 0 {
            sleep(1).await;
        }
    }
    for number in 0..sent {
        assert_eq!(message(&mut events).await.args[0], json!(number));
    }
}

#[wasm_bindgen_test]
async fn namespaces_share_a_connection() {
    let root = client().build();
    let admin = root.of_with_auth("/admin", json!({"role": "admin"}));
    let auth: Value = admin.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"role": "admin"}));
    root.disconnect();
    assert!(admin.is_connected());
}

#[wasm_bindgen_test]
async fn events_are_retried_until_acknowledged() {
    let plain = client().build();
    let () = plain.emit_with_ack("swallow all", &2, PATIENCE).await.unwrap();
    let client = client().retries(Retries::new(3)).build();
    let acks: Vec<_> = (0..3u32)
        .map(|number| client.emit_with_ack::<u32>("perhaps", &number, Duration::from_millis(200)))
        .collect();
    for (number, ack) in acks.into_iter().enumerate() {
        assert_eq!(ack.await, Ok(number as u32));
    }
}
