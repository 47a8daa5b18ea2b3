//! Several namespaces over one connection.

use serde_json::{Value, json};
use socketio_anywhere::{Client, ConnectError, DisconnectReason, Event, State};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client, client_at, connected, disconnected, message, server, until};

#[wasm_bindgen_test]
async fn namespaces_share_a_connection_and_nothing_else() {
    // A server of its own, so that its connections can be counted.
    let root = client_at("/small/").build().unwrap();
    let admin = root.of_with_auth("/admin", json!({"role": "admin"}));
    let (mut root_events, mut admin_events) = (root.events(), admin.events());
    let ids = (
        connected(&mut root_events).await,
        connected(&mut admin_events).await,
    );
    assert_ne!(ids.0, ids.1);
    while root.emit_with_ack::<u32>("clients", &(), PATIENCE).await.unwrap() > 1 {
        crate::sleep(5).await;
    }
    let auth: Value = admin.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(auth, json!({"role": "admin"}));

    admin.emit("say", "admin").unwrap();
    root.emit("say", "root").unwrap();
    assert_eq!(message(&mut admin_events).await.args(), [json!("admin")]);
    assert_eq!(message(&mut root_events).await.args(), [json!("root")]);

    admin.disconnect();
    assert_eq!(
        disconnected(&mut admin_events).await,
        DisconnectReason::ClientDisconnect
    );
    assert!(root.is_connected());
    admin.emit("say", "kept").unwrap();
    admin.connect();
    assert_eq!(message(&mut admin_events).await.args(), [json!("kept")]);

    root.emit("close", &()).unwrap();
    for events in [&mut root_events, &mut admin_events] {
        assert_eq!(disconnected(events).await, DisconnectReason::TransportClose);
        connected(events).await;
    }
    root.disconnect();
    assert!(admin.is_connected());
}

#[wasm_bindgen_test]
async fn a_refused_namespace_leaves_the_others_alone() {
    let root = client().build().unwrap();
    connected(&mut root.events()).await;
    for (namespace, expected) in [("/private", "members only"), ("/nowhere", "Invalid namespace")] {
        let refused = root.of(namespace);
        let mut events = refused.events();
        let message = until(&mut events, |event| match event {
            Event::ConnectError(ConnectError {
                message,
                refused: true,
                ..
            }) => Some(message),
            _ => None,
        })
        .await;
        assert_eq!(message, expected);
        assert_eq!(refused.state(), State::Disconnected { reason: None });
    }
    assert!(root.is_connected());
}

#[wasm_bindgen_test]
async fn the_path_of_a_url_is_a_namespace() {
    let client = Client::builder(format!("{}/private", server())).build().unwrap();
    let mut events = client.events();
    until(&mut events, |event| {
        matches!(&event, Event::ConnectError(error) if error.refused).then_some(())
    })
    .await;
}
