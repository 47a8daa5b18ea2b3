//! Connection state recovery.

use serde_json::json;
use socketio_anywhere::{DisconnectReason, Event};

use crate::scenario;
use crate::support::{PATIENCE, Server, connected, disconnected, message, ms, next, until};

#[scenario]
async fn what_was_missed_is_replayed_and_the_id_stays() {
    let server = Server::start();
    let client = server
        .client_at("/csr/")
        .reconnection_delay(ms(300))
        .reconnection_delay_max(ms(300))
        .build()
        .unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    assert!(!client.recovered());
    client.emit("news", &(0, "first")).unwrap();
    assert_eq!(message(&mut events).await.args()[0], "first");
    for number in 0..3 {
        client.emit("news", &(50 + number, number)).unwrap();
    }
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    assert_eq!(connected(&mut events).await, id);
    assert!(client.recovered());
    for number in 0..3 {
        assert_eq!(message(&mut events).await.args()[0], json!(number));
    }
    let recovered: bool = client.emit_with_ack("recovered", &(), PATIENCE).await.unwrap();
    assert!(recovered);
}

#[scenario]
async fn a_volatile_text_does_not_spoil_the_offset() {
    let server = Server::start();
    let client = server
        .client_at("/csr/")
        .volatile_events(["whisper"])
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("news", &(0, "first")).unwrap();
    message(&mut events).await;
    for text in ["Mallory is typing", "Pending", "PkDVPqZ"] {
        client.emit("whisper", text).unwrap();
        assert_eq!(message(&mut events).await.args(), [json!(text)]);
    }
    client.emit("ask", "PkDVPqZ").unwrap();
    assert_eq!(message(&mut events).await.event, "question");
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert!(client.recovered());
}

#[scenario]
async fn a_session_that_the_server_ended_starts_anew() {
    let server = Server::start();
    let client = server.client_at("/csr/").build().unwrap();
    let mut events = client.events();
    let id = connected(&mut events).await;
    client.emit("news", &(0, "first")).unwrap();
    message(&mut events).await;
    client.emit("kick", &()).unwrap();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ServerDisconnect
    );
    client.connect();
    assert_ne!(connected(&mut events).await, id);
    assert!(!client.recovered());
}

#[scenario]
async fn a_server_without_recovery_recovers_nothing() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert!(!client.recovered());
}

#[scenario]
async fn client_c01_recovery_moves_past_what_cannot_be_read() {
    let server = Server::start();
    let client = server.client_at("/csr/").build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("odd", "deep").unwrap();
    until(&mut events, |event| {
        matches!(event, Event::Unreadable { .. }).then_some(())
    })
    .await;
    client.emit("terminate", &()).unwrap();
    connected(&mut events).await;
    assert!(client.recovered());
    // It is not delivered again, and the packets behind it are.
    client.emit("say", "behind").unwrap();
    let event = next(&mut events).await;
    assert!(
        matches!(&event, Event::Message(message) if message.args()[0] == json!("behind")),
        "{event:?}"
    );
    let _: String = client.emit_with_ack("id", &(), PATIENCE).await.unwrap();
}
