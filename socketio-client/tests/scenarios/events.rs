//! Events and bytes, both ways; and unreadable packets.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketio_anywhere::{Binary, Event};

use crate::scenario;
use crate::support::{PATIENCE, Server, TRANSPORTS, connected, message, next};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct File {
    name: String,
    parts: Vec<Binary>,
}

pub(crate) fn file() -> File {
    File {
        name: "안녕 \u{1f600} \"\\\n".into(),
        parts: vec![Binary(vec![0, 1, 255]), Binary(vec![]), Binary(vec![7; 100_000])],
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Note {
    title: String,
    tags: Vec<String>,
}

#[scenario]
async fn events_carry_any_number_of_arguments_both_ways() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    let note = Note {
        title: "안녕 \u{1f600} \"\\\n".into(),
        tags: vec!["a".into()],
    };
    client.emit("say", &()).unwrap();
    client.emit("say", "one").unwrap();
    client
        .emit("say", &(1, "two", json!(null), note.clone(), [false]))
        .unwrap();
    assert_eq!(message(&mut events).await.args(), Vec::<Value>::new());
    assert_eq!(message(&mut events).await.args(), [json!("one")]);
    let third = message(&mut events).await;
    assert_eq!(third.event, "said");
    let (one, two, none, back, no): (u8, String, Option<u8>, Note, [bool; 1]) = third.parse().unwrap();
    assert_eq!(
        (one, two.as_str(), none, back, no),
        (1, "two", None, note, [false])
    );
}

#[scenario]
async fn bytes_travel_anywhere_in_the_arguments_both_ways() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    client.emit("say", &(1, file(), Binary(vec![9]))).unwrap();
    let said = message(&mut events).await;
    assert_eq!(said.payload.attachments.len(), 4);
    let back: (u8, File, Binary) = said.parse().unwrap();
    assert_eq!(back, (1, file(), Binary(vec![9])));
}

#[scenario]
async fn more_than_the_socket_takes_at_once_arrives_whole() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let text = "x".repeat(600_000);
    let acks: Vec<_> = (0..8)
        .map(|_| client.emit_with_ack::<String>("echo", text.as_str(), PATIENCE))
        .collect();
    for ack in acks {
        assert_eq!(ack.await.unwrap().len(), text.len());
    }
}

#[scenario]
async fn client_c08_twenty_megabytes_go_both_ways_with_the_default_limits() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let client = server
            .client_at("/large/")
            .transports([*transport])
            .build()
            .unwrap();
        connected(&mut client.events()).await;
        let text = "x".repeat(20 << 20);
        let back: String = client.emit_with_ack("echo", &text, 6 * PATIENCE).await.unwrap();
        assert_eq!(back.len(), text.len(), "{transport:?}");
    }
}

/// The other events of the server, by name; whether each arrives.
const ODD: [(&str, bool); 5] = [
    ("half an emoji", true),
    ("a number for a name", true),
    ("deep", false),
    ("infinity", false),
    ("a second CONNECT", false),
];

#[scenario]
async fn client_c01_one_bad_event_never_ends_a_connection() {
    let server = Server::start();
    for path in ["/socket.io/", "/csr/"] {
        let client = server.client_at(path).build().unwrap();
        let mut events = client.events();
        let id = connected(&mut events).await;
        for (what, arrives) in ODD {
            client.emit("odd", what).unwrap();
            client.emit("say", what).unwrap();
            let event = next(&mut events).await;
            match &event {
                Event::Unreadable { .. } => assert!(!arrives, "{path} {what}: {event:?}"),
                Event::Message(_) => assert!(arrives, "{path} {what}: {event:?}"),
                _ => panic!("{path} {what}: {event:?}"),
            }
            let Event::Message(behind) = next(&mut events).await else {
                panic!("{path} {what}");
            };
            assert_eq!(behind.event, "said", "{path}");
            assert_eq!(behind.args()[0], json!(what), "{path}");
        }
        assert_eq!(client.id(), Some(id), "{path}");
        client.close().await.unwrap();
    }
}
