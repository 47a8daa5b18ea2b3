//! Connecting, losing the connection and coming back, against the npm server.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use socketio_anywhere::{Client, ConnectError, DisconnectReason, Event, State};
use support::{PATIENCE, Server, connected, disconnected, message, next, until};

#[tokio::test]
async fn a_client_connects_and_says_so_in_order() {
    let server = Server::start();
    let client = server.client().auto_connect(false).build().unwrap();
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
    assert_eq!(client.id(), Some(id.clone()));
    assert_eq!(client.state(), State::Connected { id });
    assert!(client.is_connected());
    assert_eq!(client.transport_name(), "websocket");
}

#[tokio::test]
async fn auth_is_a_value_or_asked_for_on_each_connection() {
    let server = Server::start();
    let client = server.client().auth(json!({"token": "abc"})).build().unwrap();
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"token": "abc"}));

    let calls = Arc::new(AtomicU32::new(0));
    let counter = calls.clone();
    let client = server
        .client()
        .auth_with(move || json!({"call": counter.fetch_add(1, Ordering::SeqCst)}))
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("close", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    let auth: Value = client.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"call": 1}));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn headers_and_the_query_reach_the_server() {
    let server = Server::start();
    let client = Client::builder(format!("{}/?room=7", server.url()))
        .extra_header("x-steady", "yes")
        .build()
        .unwrap();
    let header: String = client
        .emit_with_ack("header", "x-steady", PATIENCE)
        .await
        .unwrap();
    assert_eq!(header, "yes");
    let query: Value = client.emit_with_ack("query", &(), PATIENCE).await.unwrap();
    assert_eq!(query["room"], "7");
}

#[tokio::test]
async fn the_path_says_which_server_of_a_host_it_is() {
    let server = Server::start();
    // At this path is one that knows polling only.
    let client = server
        .client()
        .path("polling")
        .try_all_transports(true)
        .build()
        .unwrap();
    connected(&mut client.events()).await;
    assert_eq!(client.transport_name(), "polling");
}

#[tokio::test]
async fn a_refusal_carries_its_data_and_is_final_until_connect() {
    let server = Server::start();
    let token = Arc::new(AtomicU32::new(0));
    let turn = token.clone();
    let client = server
        .client()
        .auto_connect(false)
        .auth_with(move || match turn.fetch_add(1, Ordering::SeqCst) {
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
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(client.state(), State::Disconnected { reason: None });
    client.connect();
    connected(&mut events).await;
}

#[tokio::test]
async fn events_of_a_middleware_come_right_after_connected() {
    let server = Server::start();
    let client = server
        .client()
        .auto_connect(false)
        .auth(json!({"early": true}))
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    assert!(matches!(next(&mut events).await, Event::Connecting { .. }));
    assert!(matches!(next(&mut events).await, Event::Connected { .. }));
    assert_eq!(message(&mut events).await.event, "early");
}

#[tokio::test]
async fn every_end_of_a_connection_has_the_javascript_clients_name() {
    let server = Server::with(r#"{"pingInterval": 100, "pingTimeout": 100}"#);
    for (order, argument, reason, comes_back) in [
        ("close", json!(null), DisconnectReason::TransportClose, true),
        ("terminate", json!(null), DisconnectReason::TransportClose, true),
        ("mute", json!(null), DisconnectReason::PingTimeout, true),
        ("raw", json!("9"), DisconnectReason::ParseError, true),
        ("kick", json!(null), DisconnectReason::ServerDisconnect, false),
        ("kick all", json!(null), DisconnectReason::ServerDisconnect, false),
    ] {
        let client = server.client().build().unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        client.emit(order, &argument).unwrap();
        assert_eq!(disconnected(&mut events).await, reason, "{order}");
        if comes_back {
            connected(&mut events).await;
        } else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(client.state(), State::Disconnected { reason: Some(reason) });
            client.connect();
            connected(&mut events).await;
        }
        client.disconnect();
        assert_eq!(
            disconnected(&mut events).await,
            DisconnectReason::ClientDisconnect
        );
        assert!(!client.is_connected());
    }
}

#[tokio::test]
async fn a_dead_server_is_waited_for_and_found_again() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    let server = server.restart();
    assert!(matches!(
        disconnected(&mut events).await,
        DisconnectReason::TransportClose | DisconnectReason::TransportError
    ));
    assert!(matches!(
        next(&mut events).await,
        Event::Reconnecting { attempt: 1, .. }
    ));
    connected(&mut events).await;
    drop(server);
}

#[tokio::test]
async fn attempts_run_out() {
    let client = Client::builder("http://127.0.0.1:9")
        .reconnection_attempts(2)
        .reconnection_delay(Duration::from_millis(5))
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    let mut seen = Vec::new();
    loop {
        let event = next(&mut events).await;
        seen.push(match event {
            Event::Connecting { attempt } => format!("connecting {attempt}"),
            Event::ConnectError(error) if !error.refused => "error".into(),
            Event::Reconnecting { attempt, .. } => format!("waiting {attempt}"),
            Event::ReconnectFailed => break,
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(
        seen,
        [
            "connecting 0",
            "error",
            "waiting 1",
            "connecting 1",
            "error",
            "waiting 2",
            "connecting 2",
            "error"
        ]
    );
    client.reconnect_now();
    assert!(matches!(
        next(&mut events).await,
        Event::Connecting { attempt: 0 }
    ));
}

#[tokio::test]
async fn reconnecting_now_and_waking_do_not_wait() {
    for at_once in [Client::reconnect_now, Client::wake] {
        comes_back_at_once(at_once).await;
    }
}

async fn comes_back_at_once(at_once: fn(&Client)) {
    let server = Server::start();
    let port = server.port;
    drop(server);
    let client = Client::builder(format!("http://127.0.0.1:{port}"))
        .reconnection_delay(Duration::from_secs(60))
        .reconnection_delay_max(Duration::from_secs(60))
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    until(&mut events, |event| {
        matches!(event, Event::Reconnecting { .. }).then_some(())
    })
    .await;
    assert!(matches!(
        client.state(),
        State::WaitingToReconnect { attempt: 1, .. }
    ));
    let server = Server::on(port, "{}");
    at_once(&client);
    // `connected` waits for less than the delay.
    connected(&mut events).await;
    drop(server);
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_after_the_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::builder(format!("http://{}", listener.local_addr().unwrap()))
        .timeout(Duration::from_millis(100))
        .reconnection(false)
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    next(&mut events).await;
    let Event::ConnectError(error) = next(&mut events).await else {
        panic!("an error");
    };
    assert_eq!(error.message, "timeout");
}

#[tokio::test]
async fn dropping_the_last_handle_closes_the_connection_and_ends_the_streams() {
    let server = Server::start();
    let watcher = server.client().build().unwrap();
    let mut watched = watcher.events();
    connected(&mut watched).await;
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    let second = client.clone();
    drop(client);
    assert!(second.is_connected());
    drop(second);
    while let Some(event) = tokio::time::timeout(PATIENCE, events.next()).await.unwrap() {
        assert!(matches!(event, Event::Disconnected { .. }), "{event:?}");
    }
}
