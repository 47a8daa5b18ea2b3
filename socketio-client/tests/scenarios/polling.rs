//! Long-polling, and the move to WebSocket.

use serde_json::json;
use socketio_anywhere::{Binary, Builder, DisconnectReason, Event, Transport};

use crate::scenario;
use crate::support::{
    PATIENCE, Server, UPGRADING, connect_error, connected, disconnected, message, ms, sleep, until,
};

fn polling(client: Builder) -> Builder {
    client.transports([Transport::Polling])
}

#[scenario]
async fn everything_works_over_polling() {
    let server = Server::start();
    let client = polling(server.client_at("/heartbeat/"))
        .auth(json!({"token": "t"}))
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    assert_eq!(client.transport_name(), "polling");
    let transport: String = client.emit_with_ack("transport", &(), PATIENCE).await.unwrap();
    assert_eq!(transport, "polling");
    for number in 0..100 {
        client
            .emit("say", &(number, Binary(vec![number; 10]), "€"))
            .unwrap();
    }
    for number in 0..100 {
        let (back, bytes, euro): (u8, Binary, String) = message(&mut events).await.parse().unwrap();
        assert_eq!((back, bytes.0, euro.as_str()), (number, vec![number; 10], "€"));
    }
    client.disconnect();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ClientDisconnect
    );
}

#[scenario]
async fn ends_over_polling_have_their_names() {
    let server = Server::start();
    for (order, argument, reason) in [
        ("close", json!(null), DisconnectReason::TransportClose),
        ("raw", json!("9"), DisconnectReason::ParseError),
        ("kick", json!(null), DisconnectReason::ServerDisconnect),
    ] {
        let client = polling(server.client()).build().unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        client.emit(order, &argument).unwrap();
        assert_eq!(disconnected(&mut events).await, reason, "{order}");
        client.connect();
        connected(&mut events).await;
    }
}

#[scenario]
async fn what_goes_in_one_request_respects_the_servers_limit() {
    let server = Server::start();
    let client = polling(server.client_at("/small/")).build().unwrap();
    let mut events = client.events();
    let text = "x".repeat(500);
    for number in 0..20 {
        client.emit("say", &(number, &text)).unwrap();
    }
    for number in 0..20 {
        assert_eq!(message(&mut events).await.args()[0], json!(number));
    }
}

#[scenario]
async fn the_move_to_websocket_loses_and_reorders_nothing() {
    let server = Server::start();
    for round in 0..10 {
        let client = server.client().transports(UPGRADING).build().unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        let mut sent = 0;
        // Both directions are busy before, during and after.
        while client.transport_name() == "polling" || sent < 300 {
            client.emit("say", &(sent, Binary(vec![1]))).unwrap();
            sent += 1;
            if sent % 7 == 0 {
                sleep(ms(round % 3)).await;
            }
        }
        for number in 0..sent {
            assert_eq!(message(&mut events).await.args()[0], json!(number));
        }
        let transport: String = client.emit_with_ack("transport", &(), PATIENCE).await.unwrap();
        assert_eq!(transport, "websocket");
    }
}

#[scenario]
async fn a_server_without_websocket_is_not_asked_to_upgrade_and_is_fallen_back_to() {
    let server = Server::start();
    let client = || server.client_at("/polling/");
    let upgrading = client().transports(UPGRADING).build().unwrap();
    connected(&mut upgrading.events()).await;
    sleep(ms(100)).await;
    assert_eq!(upgrading.transport_name(), "polling");

    let trying = client().try_all_transports(true).build().unwrap();
    connected(&mut trying.events()).await;
    assert_eq!(trying.transport_name(), "polling");

    let stubborn = client().reconnection(false).build().unwrap();
    connect_error(&mut stubborn.events()).await;
}

#[scenario]
async fn an_upgrade_may_be_declined_and_is_remembered_where_asked_to() {
    let server = Server::start();
    let client = || server.client().transports(UPGRADING);
    let declining = client().upgrade(false).build().unwrap();
    connected(&mut declining.events()).await;
    sleep(ms(100)).await;
    assert_eq!(declining.transport_name(), "polling");

    let remembering = client().remember_upgrade(true).build().unwrap();
    let (mut events, mut engine) = (remembering.events(), remembering.engine_events());
    connected(&mut events).await;
    until(&mut engine, |event| {
        matches!(event, Event::Upgraded).then_some(())
    })
    .await;
    assert_eq!(remembering.transport_name(), "websocket");
    remembering.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert_eq!(remembering.transport_name(), "websocket");
}
