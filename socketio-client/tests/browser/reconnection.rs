//! Coming back: when, how often, and what is said about it.

use std::time::Duration;

use socketio_anywhere::{Client, DisconnectReason, Event, EventStream, State};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client, client_at, connected, disconnected, next, quiet, until};

pub(crate) const FAR: Duration = Duration::from_secs(600);

/// Lets the server turn away the next connections, and ends this one.
pub(crate) async fn shut_out(client: &Client, events: &mut EventStream, attempts: u32) {
    connected(events).await;
    let () = client.emit_with_ack("shut", &attempts, PATIENCE).await.unwrap();
    client.emit("close", &()).unwrap();
    assert_eq!(disconnected(events).await, DisconnectReason::TransportClose);
}

fn told(event: Event) -> String {
    match event {
        Event::Connecting { attempt } => format!("connecting {attempt}"),
        Event::ConnectError(error) if !error.refused => "error".into(),
        Event::Reconnecting { attempt, .. } => format!("waiting {attempt}"),
        Event::ReconnectFailed => "failed".into(),
        Event::Connected { .. } => "connected".into(),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn each_attempt_is_told_until_one_succeeds() {
    let client = client_at("/gate/").build().unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 2).await;
    for expected in [
        "waiting 1",
        "connecting 1",
        "error",
        "waiting 2",
        "connecting 2",
        "error",
        "waiting 3",
        "connecting 3",
        "connected",
    ] {
        assert_eq!(told(next(&mut events).await), expected);
    }
}

#[wasm_bindgen_test]
async fn delays_grow_and_vary_within_their_bounds() {
    let milliseconds = Duration::from_millis;
    let client = client_at("/gate/")
        .reconnection_delay(milliseconds(10))
        .reconnection_delay_max(milliseconds(30))
        .randomization_factor(0.1)
        .build()
        .unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 3).await;
    for (least, most) in [(9, 11), (18, 22), (27, 30), (27, 30)] {
        let delay = until(&mut events, |event| match event {
            Event::Reconnecting { delay, .. } => Some(delay),
            _ => None,
        })
        .await;
        assert!(
            (milliseconds(least)..=milliseconds(most)).contains(&delay),
            "{delay:?}"
        );
    }
    connected(&mut events).await;
}

#[wasm_bindgen_test]
async fn attempts_run_out_and_connect_starts_over() {
    let client = client_at("/gate/").reconnection_attempts(1).build().unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 1).await;
    for expected in ["waiting 1", "connecting 1", "error", "failed"] {
        assert_eq!(told(next(&mut events).await), expected);
    }
    assert!(quiet(&mut events).await);
    client.connect();
    for expected in ["connecting 0", "connected"] {
        assert_eq!(told(next(&mut events).await), expected);
    }
}

#[wasm_bindgen_test]
async fn without_reconnection_an_end_is_the_end() {
    let client = client().reconnection(false).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("close", &()).unwrap();
    disconnected(&mut events).await;
    assert!(quiet(&mut events).await);
    client.connect();
    connected(&mut events).await;
}

#[wasm_bindgen_test]
async fn without_auto_connect_nothing_is_dialled() {
    let client = client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    assert!(quiet(&mut events).await);
    assert_eq!(client.state(), State::Disconnected { reason: None });
}

#[wasm_bindgen_test]
async fn reconnect_now_does_not_wait() {
    let client = client_at("/gate/")
        .reconnection_delay(FAR)
        .reconnection_delay_max(FAR)
        .build()
        .unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 0).await;
    assert_eq!(told(next(&mut events).await), "waiting 1");
    assert!(matches!(
        client.state(),
        State::WaitingToReconnect { attempt: 1, .. }
    ));
    client.reconnect_now();
    for expected in ["connecting 0", "connected"] {
        assert_eq!(told(next(&mut events).await), expected);
    }
    // Connected, there is nothing to do.
    client.reconnect_now();
    assert!(quiet(&mut events).await);
}

#[wasm_bindgen_test]
async fn disconnecting_while_waiting_stops_the_attempts() {
    let client = client_at("/gate/").build().unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 1000).await;
    assert_eq!(told(next(&mut events).await), "waiting 1");
    client.disconnect();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ClientDisconnect
    );
    assert!(quiet(&mut events).await);
    let opener = crate::client().build().unwrap();
    let () = opener.emit_with_ack("shut", &0, PATIENCE).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_tried_again() {
    let client = Client::builder("http://127.0.0.1:9")
        .reconnection_delay(Duration::from_millis(5))
        .reconnection_attempts(2)
        .build()
        .unwrap();
    let mut events = client.events();
    until(&mut events, |event| {
        matches!(event, Event::ReconnectFailed).then_some(())
    })
    .await;
}
