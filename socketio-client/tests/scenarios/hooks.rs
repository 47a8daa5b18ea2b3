//! A program's hooks into its connections, and the events it gets of them.

use std::sync::Mutex;

use serde_json::{Map, Value, json};
use socketio_anywhere::{AckError, BuildError, Event};

use crate::scenario;
use crate::support::{Server, TRANSPORTS, connect_error, connected, disconnected, message, next, until};

#[scenario]
async fn client_c07_each_attempt_has_the_query_and_the_server_that_the_program_says() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let url = server.url();
        let client = server
            .client()
            .transports([*transport])
            .query([("name", "Zoë & co"), ("empty", "")])
            .on_attempt(move |attempt| {
                attempt.url = match attempt.number {
                    1 => "gopher://x".into(),
                    _ => url.clone(),
                };
                attempt.query.push(("attempt".into(), attempt.number.to_string()));
            })
            .build()
            .unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        let query: Value = client.emit_with_ack("query", &(), None).await.unwrap();
        assert_eq!(
            (&query["name"], &query["empty"], &query["attempt"]),
            (&json!("Zoë & co"), &json!(""), &json!("0"))
        );
        client.emit("close", &()).unwrap();
        disconnected(&mut events).await;
        let error = connect_error(&mut events).await;
        assert_eq!(error.to_string(), "unusable URL: unknown scheme gopher");
        connected(&mut events).await;
        let query: Value = client.emit_with_ack("query", &(), None).await.unwrap();
        assert_eq!(query["attempt"], "2");
    }
}

#[scenario]
async fn client_c07_an_attempt_may_lead_to_another_server() {
    let server = Server::start();
    let first = server.client().build().unwrap();
    let elsewhere: u16 = first.emit_with_ack("elsewhere", &(), None).await.unwrap();
    let elsewhere = format!("127.0.0.1:{elsewhere}");
    for transport in TRANSPORTS {
        let other = elsewhere.clone();
        let client = server
            .client()
            .transports([*transport])
            .on_attempt(move |attempt| {
                if attempt.number > 0 {
                    attempt.url = format!("http://{other}");
                }
            })
            .build()
            .unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        let host: String = client.emit_with_ack("header", "host", None).await.unwrap();
        assert_ne!(host, elsewhere);
        client.emit("close", &()).unwrap();
        disconnected(&mut events).await;
        connected(&mut events).await;
        let host: String = client.emit_with_ack("header", "host", None).await.unwrap();
        assert_eq!(host, elsewhere, "{transport:?}");
    }
}

#[scenario]
async fn client_c07_a_server_that_accepts_no_subprotocol_is_not_connected_to() {
    let server = Server::start();
    let client = || server.client_at("/no-subprotocol/").reconnection(false);
    let offering = client().protocols(["chat"]).build().unwrap();
    assert!(!connect_error(&mut offering.events()).await.refused);
    let plain = client().build().unwrap();
    connected(&mut plain.events()).await;
}

#[scenario]
async fn client_c07_subprotocols_are_asked_for() {
    let server = Server::start();
    let client = server.client().protocols(["chat.v2", "chat.v1"]).build().unwrap();
    let asked: String = client
        .emit_with_ack("header", "sec-websocket-protocol", None)
        .await
        .unwrap();
    assert_eq!(asked, "chat.v2, chat.v1");
    for wrong in [&["a b"][..], &[""], &["a", "a"]] {
        let built = server.client().protocols(wrong.iter().copied()).build();
        assert!(matches!(built, Err(BuildError::Protocol(_))), "{wrong:?}");
    }
}

#[scenario]
async fn client_c07_pings_and_drains_are_told_to_who_asks() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let client = server
            .client_at("/heartbeat/")
            .transports([*transport])
            .build()
            .unwrap();
        let (mut events, mut engine) = (client.events(), client.engine_events());
        connected(&mut events).await;
        for number in 0..3 {
            client.emit("note", &number).unwrap();
        }
        assert!(matches!(next(&mut engine).await, Event::Drained));
        let after = until(&mut engine, |event| {
            (!matches!(event, Event::Drained)).then_some(event)
        });
        assert!(matches!(after.await, Event::Ping));
        client.emit("close", &()).unwrap();
        // None of it is among the others' events.
        assert!(matches!(next(&mut events).await, Event::Disconnected { .. }));
    }
}

/// Natively in a thread with the stack of a program's others.
#[scenario]
async fn client_c12_what_nests_too_deep_is_refused() {
    let server = Server::start();
    let deep = (0..2_000).fold(json!(1), |inner, _| Value::Array(vec![inner]));
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    let error = client.emit("note", &deep).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the payload does not serialize: nested too deep"
    );
    let answer = client.emit_with_ack::<Value>("echo", &(1, &deep), None).await;
    assert!(matches!(answer, Err(AckError::Emit(_))), "{answer:?}");
    client.emit("ask", &()).unwrap();
    let question = message(&mut events).await.ack.unwrap();
    assert!(question.send(&deep).is_err());
    question.send(&1).unwrap();
    // Not by `json!`, whose own nesting knows no end.
    let auth = Value::Object(Map::from_iter([("deep".to_owned(), deep)]));
    let refused = server.client().auth(&auth).build();
    assert!(matches!(refused, Err(BuildError::Auth)));
    // Not cloned: for that a worker's stack is too small in a debug build.
    let auth = Mutex::new(auth);
    let asked = server
        .client()
        .auth_with(move || std::mem::take(&mut *auth.lock().unwrap()))
        .build()
        .unwrap();
    assert!(connect_error(&mut asked.events()).await.refused);
}
