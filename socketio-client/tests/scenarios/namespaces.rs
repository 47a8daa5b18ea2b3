//! Several namespaces over one connection.

use serde_json::{Value, json};
use socketio_anywhere::{Client, ConnectError, DisconnectReason, Event, State};

use crate::scenario;
use crate::support::{
    PATIENCE, Server, connect_error, connected, disconnected, message, ms, next, only_client, until,
};

/// A client of a server whose connections only these tests count.
fn counted(server: &Server, namespace: &str) -> Client {
    let url = format!("{}{namespace}", server.url());
    Client::builder(url)
        .path("/counted/")
        .reconnection_delay(ms(20))
        .build()
        .unwrap()
}

#[scenario]
async fn namespaces_share_a_connection_and_nothing_else() {
    let server = Server::start();
    let root = counted(&server, "/");
    let admin = root.of_with_auth("/admin", json!({"role": "admin"}));
    let (mut root_events, mut admin_events) = (root.events(), admin.events());
    let (root_id, admin_id) = (
        connected(&mut root_events).await,
        connected(&mut admin_events).await,
    );
    assert_ne!(root_id, admin_id);
    for (client, id) in [(&root, &root_id), (&admin, &admin_id)] {
        let theirs: String = client.emit_with_ack("id", &(), PATIENCE).await.unwrap();
        assert_eq!((&theirs, client.id().as_ref()), (id, Some(id)));
    }
    only_client(&root).await;
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

#[scenario]
async fn a_refused_namespace_leaves_the_others_alone() {
    let server = Server::start();
    let root = server.client().build().unwrap();
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

#[scenario]
async fn the_path_of_a_url_is_a_namespace() {
    let server = Server::start();
    only_client(&counted(&server, "/admin")).await;
    let refused = counted(&server, "/private");
    assert!(connect_error(&mut refused.events()).await.refused);
}

#[scenario]
async fn a_socket_asked_for_twice_is_the_same_and_opens_again() {
    let server = Server::start();
    let root = server.client().build().unwrap();
    let admin = root.of("/admin");
    let mut events = admin.events();
    let id = connected(&mut events).await;
    let again = root.of("/admin");
    assert_eq!(again.id(), Some(id.clone()), "still connected");
    let _: Value = again.emit_with_ack("auth", &(), PATIENCE).await.unwrap();
    assert_eq!(
        admin.id(),
        Some(id.clone()),
        "a second CONNECT would have ended it"
    );
    admin.disconnect();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ClientDisconnect
    );
    let reopened = root.of("/admin");
    assert_ne!(connected(&mut events).await, id);
    assert!(reopened.is_connected());
}

#[scenario]
async fn one_socket_connects_while_another_leaves() {
    let server = Server::start();
    let admin = counted(&server, "/admin");
    connected(&mut admin.events()).await;
    only_client(&admin).await;
    let root = admin.of("/");
    admin.disconnect();
    let count: u32 = root.emit_with_ack("clients", &(), PATIENCE).await.unwrap();
    assert_eq!(count, 1, "the same connection");
}

#[scenario]
async fn a_socket_added_meanwhile_does_not_add_attempts() {
    // Nobody is there.
    let client = Client::builder("http://127.0.0.1:9")
        .reconnection_attempts(2)
        .reconnection_delay(ms(10))
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    until(&mut events, |event| {
        matches!(event, Event::Reconnecting { attempt: 1, .. }).then_some(())
    })
    .await;
    let other = client.of("/room");
    other.connect();
    let mut attempts = 0;
    loop {
        match next(&mut events).await {
            Event::Connecting { .. } => attempts += 1,
            Event::ReconnectFailed => break,
            _ => {}
        }
    }
    assert_eq!(attempts, 2);
}
