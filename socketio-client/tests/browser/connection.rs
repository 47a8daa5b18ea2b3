//! Connecting, refusals, and the ways a connection ends.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use socketio_anywhere::{BuildError, Client, ConnectError, DisconnectReason, Event, State};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client, client_at, connected, disconnected, in_time, next, server, sleep, until};

#[wasm_bindgen_test]
async fn a_client_connects_and_is_answered() {
    let client = client().auth(json!({"token": "abc"})).build().unwrap();
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
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("close", &()).unwrap();
    assert_eq!(disconnected(&mut events).await, DisconnectReason::TransportClose);
    connected(&mut events).await;
    assert_eq!(calls.get(), 2);
}

#[wasm_bindgen_test]
async fn credentials_may_take_their_time() {
    let client = client()
        .auth_async(|| async {
            sleep(30).await;
            json!({"token": "late"})
        })
        .build()
        .unwrap();
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"token": "late"}));
}

#[wasm_bindgen_test]
async fn what_happens_is_said_in_order() {
    let client = client().auto_connect(false).build().unwrap();
    assert_eq!(client.state(), State::Disconnected { reason: None });
    let mut events = client.events();
    client.connect();
    assert_eq!(client.state(), State::Connecting { attempt: 0 });
    assert!(matches!(
        next(&mut events).await,
        Event::Connecting { attempt: 0 }
    ));
    let Event::Connected { id } = next(&mut events).await else {
        panic!("connected");
    };
    assert_eq!(client.state(), State::Connected { id });
    assert_eq!(client.transport_name(), "websocket");
}

#[wasm_bindgen_test]
async fn the_query_reaches_the_server() {
    let client = Client::builder(format!("{}/?room=7", server())).build().unwrap();
    let query: Value = client.emit_with_ack("query", &(), PATIENCE).await.unwrap();
    assert_eq!(query["room"], "7");
}

#[wasm_bindgen_test]
async fn ends_have_their_names() {
    for (order, argument, reason) in [
        ("close", json!(null), DisconnectReason::TransportClose),
        ("terminate", json!(null), DisconnectReason::TransportClose),
        ("raw", json!("9"), DisconnectReason::ParseError),
        ("kick", json!(null), DisconnectReason::ServerDisconnect),
        ("kick all", json!(null), DisconnectReason::ServerDisconnect),
    ] {
        let client = client().build().unwrap();
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
async fn heartbeats_keep_a_connection_alive_and_a_missed_one_ends_it() {
    let client = client_at("/heartbeat/").build().unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    sleep(1500).await;
    assert_eq!(client.id(), Some(id));
    client.emit("mute", &()).unwrap();
    assert_eq!(disconnected(&mut events).await, DisconnectReason::PingTimeout);
    connected(&mut events).await;
}

#[wasm_bindgen_test]
async fn a_refusal_carries_its_data_and_is_final_until_connect() {
    let calls = Rc::new(Cell::new(0));
    let client = client()
        .auto_connect(false)
        .auth_with(move || match calls.replace(calls.get() + 1) {
            0 => json!({"token": "refuse"}),
            _ => json!({"token": "fine"}),
        })
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    next(&mut events).await;
    let Event::ConnectError(ConnectError {
        message,
        data,
        refused,
        ..
    }) = next(&mut events).await
    else {
        panic!("refused");
    };
    assert_eq!(
        (message.as_str(), data.map(|data| data.args()), refused),
        ("not you", Some(vec![json!({"code": 42})]), true)
    );
    assert!(crate::quiet(&mut events).await);
    assert_eq!(client.state(), State::Disconnected { reason: None });
    client.connect();
    connected(&mut events).await;
}

#[wasm_bindgen_test]
async fn a_server_that_never_answers_is_given_up_after_the_timeout() {
    let client = client_at("/nobody/")
        .timeout(Duration::from_millis(100))
        .reconnection(false)
        .build()
        .unwrap();
    let mut events = client.events();
    let message = until(&mut events, |event| match event {
        Event::ConnectError(error) => Some(error.message),
        _ => None,
    })
    .await;
    assert_eq!(message, "timeout");
}

#[wasm_bindgen_test]
async fn client_c08_an_unusable_url_is_an_error_of_building() {
    let built = Client::builder("gopher://x").build();
    assert!(matches!(built, Err(BuildError::Url(_))));
}

#[wasm_bindgen_test]
async fn a_dropped_client_is_gone() {
    let client = client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    drop(client);
    while in_time(events.next()).await.is_some() {}
}

#[wasm_bindgen_test]
async fn the_pages_origin_needs_no_naming() {
    // The page of the test runner speaks no Socket.IO: the attempt fails there, and not at the URL.
    let client = Client::builder("").reconnection(false).build().unwrap();
    let mut events = client.events();
    let message = until(&mut events, |event| match event {
        Event::ConnectError(error) => Some(error.message),
        _ => None,
    })
    .await;
    assert_eq!(message, "websocket error");
}
