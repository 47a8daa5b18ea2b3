//! What the npm server may say and this client cannot read: the connection goes on, and recovery moves past it.

#![cfg(all(feature = "client", not(target_family = "wasm")))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use serde_json::json;
use socketio_anywhere::{Client, Event};
use support::{PATIENCE, Server, connected, next, until};

/// What the server emits besides, by name; whether it arrives.
const ODD: [(&str, bool); 5] = [
    ("half an emoji", true),
    ("a number for a name", true),
    ("deep", false),
    ("infinity", false),
    ("a second CONNECT", false),
];

#[tokio::test]
async fn client_c01_one_bad_event_never_ends_a_connection() {
    let server = Server::start();
    for path in ["/socket.io/", "/csr/"] {
        let client = Client::builder(server.url()).path(path).build().unwrap();
        let mut events = client.events();
        let id = connected(&mut events).await;
        for (what, arrives) in ODD {
            client.emit("odd", what).unwrap();
            client.emit("say", what).unwrap();
            let mut told = 0;
            loop {
                match next(&mut events).await {
                    Event::Unreadable { .. } if !arrives => told += 1,
                    Event::Message(message) if message.event == "said" => {
                        assert_eq!(message.args()[0], json!(what));
                        break;
                    }
                    Event::Message(_) if arrives => told += 1,
                    other => panic!("{what}: {other:?}"),
                }
            }
            assert_eq!(told, 1, "{what}");
        }
        assert_eq!(client.id(), Some(id));
    }
}

#[tokio::test]
async fn client_c01_recovery_moves_past_what_cannot_be_read() {
    let server = Server::start();
    let client = Client::builder(server.url())
        .path("/csr/")
        .reconnection_delay(std::time::Duration::from_millis(20))
        .build()
        .unwrap();
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
    let event = next(&mut events).await;
    assert!(
        matches!(&event, Event::Message(message) if message.args()[0] == json!("behind")),
        "{event:?}"
    );
    let _: String = client.emit_with_ack("id", &(), PATIENCE).await.unwrap();
}
