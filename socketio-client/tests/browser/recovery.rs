//! Connection state recovery.

use std::time::Duration;

use serde_json::json;
use socketio_anywhere::{DisconnectReason, Event};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client, client_at, connected, disconnected, message, until};

#[wasm_bindgen_test]
async fn what_was_missed_is_replayed_and_the_id_stays() {
    let client = client_at("/csr/")
        .reconnection_delay(Duration::from_millis(300))
        .reconnection_delay_max(Duration::from_millis(300))
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

#[wasm_bindgen_test]
async fn a_volatile_text_does_not_spoil_the_offset() {
    let client = client_at("/csr/").volatile_events(["whisper"]).build().unwrap();
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

#[wasm_bindgen_test]
async fn a_session_that_the_server_ended_starts_anew() {
    let client = client_at("/csr/").build().unwrap();
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

#[wasm_bindgen_test]
async fn a_server_without_recovery_recovers_nothing() {
    let client = client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("terminate", &()).unwrap();
    disconnected(&mut events).await;
    connected(&mut events).await;
    assert!(!client.recovered());
}

#[wasm_bindgen_test]
async fn client_c01_recovery_moves_past_what_cannot_be_read() {
    let client = client_at("/csr/").build().unwrap();
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
    // It is not told again, and what comes behind it comes.
    client.emit("say", "behind").unwrap();
    assert_eq!(message(&mut events).await.args()[0], json!("behind"));
    let _: String = client.emit_with_ack("id", &(), PATIENCE).await.unwrap();
}
