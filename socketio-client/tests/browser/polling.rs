//! Long-polling, and the move to WebSocket.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Reflect};
use serde_json::json;
use socketio_anywhere::{Binary, Builder, DisconnectReason, Event, Transport};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client, client_at, connected, disconnected, message, sleep, until};

const UPGRADING: [Transport; 2] = [Transport::Polling, Transport::WebSocket];

fn polling(client: Builder) -> Builder {
    client.transports([Transport::Polling])
}

#[wasm_bindgen_test]
async fn everything_works_over_polling() {
    let client = client().transports([Transport::Polling]).build().unwrap();
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
        .build()
        .unwrap();
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
        assert_eq!(message(&mut events).await.args()[0], json!(number));
    }
}

#[wasm_bindgen_test]
async fn ends_over_polling_have_their_names() {
    for (order, argument, reason) in [
        ("close", json!(null), DisconnectReason::TransportClose),
        ("raw", json!("9"), DisconnectReason::ParseError),
        ("kick", json!(null), DisconnectReason::ServerDisconnect),
    ] {
        let client = polling(client()).build().unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        client.emit(order, &argument).unwrap();
        assert_eq!(disconnected(&mut events).await, reason, "{order}");
        client.connect();
        connected(&mut events).await;
    }
}

/// The poll that the client ends when it is sent away has not been waited for yet.
#[wasm_bindgen_test]
async fn a_poll_that_is_ended_is_no_error_of_the_page() {
    let unhandled = Rc::new(Cell::new(0));
    let counted = unhandled.clone();
    let count = Closure::<dyn FnMut()>::new(move || counted.set(counted.get() + 1));
    let listen = |name: &str| {
        let global = js_sys::global();
        let function: Function = Reflect::get(&global, &name.into()).unwrap().unchecked_into();
        let event = "unhandledrejection".into();
        function
            .call2(&global, &event, count.as_ref().unchecked_ref())
            .unwrap();
    };
    listen("addEventListener");
    let client = polling(client()).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("kick", &()).unwrap();
    disconnected(&mut events).await;
    sleep(100).await;
    listen("removeEventListener");
    assert_eq!(unhandled.get(), 0);
}

#[wasm_bindgen_test]
async fn a_missed_heartbeat_ends_polling_too() {
    let client = polling(client_at("/heartbeat/")).build().unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    sleep(1500).await;
    assert_eq!(client.id(), Some(id));
    client.emit("mute", &()).unwrap();
    assert_eq!(disconnected(&mut events).await, DisconnectReason::PingTimeout);
    connected(&mut events).await;
}

#[wasm_bindgen_test]
async fn what_goes_in_one_request_respects_the_servers_limit() {
    let client = polling(client_at("/small/")).build().unwrap();
    let mut events = client.events();
    let text = "x".repeat(500);
    for number in 0..20 {
        client.emit("say", &(number, &text)).unwrap();
    }
    for number in 0..20 {
        assert_eq!(message(&mut events).await.args()[0], json!(number));
    }
}

#[wasm_bindgen_test]
async fn a_server_without_websocket_is_not_asked_to_upgrade_and_is_fallen_back_to() {
    let upgrading = client_at("/polling/").transports(UPGRADING).build().unwrap();
    connected(&mut upgrading.events()).await;
    sleep(100).await;
    assert_eq!(upgrading.transport_name(), "polling");

    let trying = client_at("/polling/").try_all_transports(true).build().unwrap();
    connected(&mut trying.events()).await;
    assert_eq!(trying.transport_name(), "polling");

    let stubborn = client_at("/polling/").reconnection(false).build().unwrap();
    until(&mut stubborn.events(), |event| {
        matches!(event, Event::ConnectError(_)).then_some(())
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_upgrade_may_be_declined_and_is_remembered_where_asked_to() {
    let declining = client().transports(UPGRADING).upgrade(false).build().unwrap();
    connected(&mut declining.events()).await;
    sleep(100).await;
    assert_eq!(declining.transport_name(), "polling");

    let client = client()
        .transports(UPGRADING)
        .remember_upgrade(true)
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    while client.transport_name() != "websocket" {
        sleep(5).await;
    }
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert_eq!(client.transport_name(), "websocket");
}
