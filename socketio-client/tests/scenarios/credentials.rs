//! Credentials, and the errors of a server that refuses them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use serde_json::{Value, json};
use socketio_anywhere::{ConnectError, DisconnectReason, Event, State};

use crate::scenario;
use crate::support::{PATIENCE, Server, connected, disconnected, ms, next, quiet, sleep};

#[scenario]
async fn auth_is_a_value_or_asked_for_on_each_connection() {
    let server = Server::start();
    let client = server.client().auth(json!({"token": "abc"})).build().unwrap();
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"token": "abc"}));

    let calls = Arc::new(AtomicU32::new(0));
    let counter = calls.clone();
    let client = server
        .client()
        .auth_with(move || json!({"call": counter.fetch_add(1, SeqCst)}))
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("close", &()).unwrap();
    assert_eq!(disconnected(&mut events).await, DisconnectReason::TransportClose);
    connected(&mut events).await;
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"call": 1}));
    assert_eq!(calls.load(SeqCst), 2);
}

#[scenario]
async fn credentials_may_take_their_time() {
    let server = Server::start();
    let client = server
        .client()
        .auth_async(|| async {
            sleep(ms(50)).await;
            json!({"token": "late"})
        })
        .build()
        .unwrap();
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"token": "late"}));
}

#[scenario]
async fn a_refusal_carries_its_data_and_is_final_until_connect() {
    let server = Server::start();
    let turn = AtomicU32::new(0);
    let client = server
        .client()
        .auto_connect(false)
        .auth_with(move || match turn.fetch_add(1, SeqCst) {
            0 => json!({"token": "refuse"}),
            _ => json!({"token": "fine"}),
        })
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    assert!(matches!(next(&mut events).await, Event::Connecting { .. }));
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
    assert!(quiet(&mut events).await);
    assert_eq!(client.state(), State::Disconnected { reason: None });
    client.connect();
    connected(&mut events).await;
}

#[scenario]
async fn client_c08_credentials_that_are_no_object_are_one_refusal() {
    let server = Server::start();
    let client = server
        .client()
        .auth_with(|| json!("token"))
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    assert!(matches!(next(&mut events).await, Event::Connecting { .. }));
    let event = next(&mut events).await;
    assert!(
        matches!(&event, Event::ConnectError(error) if error.refused),
        "{event:?}"
    );
    assert!(quiet(&mut events).await);
    assert!(!client.is_connected());
}
