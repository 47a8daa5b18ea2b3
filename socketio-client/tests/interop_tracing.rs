//! The lines that the feature `tracing` writes of a connection, and that no argument and no credential is in them.

#![cfg(all(feature = "tracing", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use serde_json::json;
use socketio_anywhere::{Client, Event};
use support::{Server, connected, next};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};

/// Keeps the events of the crate, each as its level, message and fields.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<String>>>);

impl Kept {
    fn has(&self, parts: &[&str]) -> bool {
        let lines = self.0.lock().unwrap();
        lines
            .iter()
            .any(|line| parts.iter().all(|part| line.contains(part)))
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "socketio_anywhere"
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

// On one thread, to which the subscriber belongs.
#[tokio::test]
async fn the_life_of_a_connection_is_told_by_level_and_without_secrets() {
    let kept = Kept::default();
    let _subscriber = tracing::subscriber::set_default(kept.clone());
    let server = Server::start();
    let client = server
        .client()
        .auth(json!({"token": "a credential"}))
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    connected(&mut events).await;
    let _: String = client
        .emit_with_ack("echo", "an argument", support::PATIENCE)
        .await
        .unwrap();
    client.emit("kick", &()).unwrap();
    while !matches!(next(&mut events).await, Event::Disconnected { .. }) {}
    assert!(kept.has(&["TRACE", "dialling a WebSocket"]), "{kept:?}");
    assert!(
        kept.has(&["DEBUG", "connecting", "namespace=\"/\"", "attempt=0"]),
        "{kept:?}"
    );
    assert!(kept.has(&["DEBUG", "connected", "id="]), "{kept:?}");
    assert!(
        kept.has(&["DEBUG", "disconnected", "reason=io server disconnect"]),
        "{kept:?}"
    );
    for secret in ["a credential", "an argument"] {
        assert!(!kept.has(&[secret]), "{kept:?}");
    }
}

#[tokio::test]
async fn a_failed_attempt_is_a_warning() {
    let kept = Kept::default();
    let _subscriber = tracing::subscriber::set_default(kept.clone());
    let client = Client::builder("http://127.0.0.1:1")
        .reconnection(false)
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    while !matches!(next(&mut events).await, Event::ConnectError(_)) {}
    assert!(kept.has(&["WARN", "not connected", "refused=false"]), "{kept:?}");
}

impl Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.lock().unwrap().fmt(f)
    }
}
