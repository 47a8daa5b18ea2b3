//! What a program may decide of its connections, and what it is told of them.

use std::time::Duration;

use serde_json::{Value, json};
use socketio_anywhere::{AckError, BuildError, Event};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{client, client_at, connected, disconnected, next, server, until};

#[wasm_bindgen_test]
async fn client_c07_each_attempt_has_the_query_and_the_server_that_the_program_says() {
    let client = client()
        .query([("name", "Zoë & co")])
        .on_attempt(|attempt| {
            attempt.url = match attempt.number {
                1 => "gopher://x".into(),
                _ => server().into(),
            };
            attempt.query.push(("attempt".into(), attempt.number.to_string()));
        })
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    let query: Value = client.emit_with_ack("query", &(), None).await.unwrap();
    assert_eq!(
        (&query["name"], &query["attempt"]),
        (&json!("Zoë & co"), &json!("0"))
    );
    client.emit("close", &()).unwrap();
    disconnected(&mut events).await;
    let error = until(&mut events, |event| match event {
        Event::ConnectError(error) => Some(error),
        _ => None,
    })
    .await;
    assert_eq!(error.to_string(), "unusable URL: unknown scheme gopher");
    connected(&mut events).await;
    let query: Value = client.emit_with_ack("query", &(), None).await.unwrap();
    assert_eq!(query["attempt"], "2");
}

#[wasm_bindgen_test]
async fn client_c07_subprotocols_are_asked_for() {
    let asking = client().protocols(["chat.v2", "chat.v1"]).build().unwrap();
    let asked: String = asking
        .emit_with_ack("header", "sec-websocket-protocol", None)
        .await
        .unwrap();
    assert_eq!(asked.replace(' ', ""), "chat.v2,chat.v1");
    let built = client().protocols(["a", "a"]).build();
    assert!(matches!(built, Err(BuildError::Protocol(_))));
}

#[wasm_bindgen_test]
async fn client_c07_an_ack_has_a_default_timeout() {
    let client = client().ack_timeout(Duration::from_millis(100)).build().unwrap();
    connected(&mut client.events()).await;
    let ack = client.emit_with_ack::<()>("ignore", &(), None).await;
    assert_eq!(ack, Err(AckError::Timeout));
}

#[wasm_bindgen_test]
async fn client_c07_pings_and_drains_are_told_to_who_asks() {
    let client = client_at("/heartbeat/").build().unwrap();
    let mut engine = client.engine_events();
    client.emit("note", &1).unwrap();
    assert!(matches!(next(&mut engine).await, Event::Drained));
    assert!(matches!(next(&mut engine).await, Event::Ping));
}

#[wasm_bindgen_test]
async fn client_c12_what_nests_too_deep_is_refused() {
    let deep = (0..2_000).fold(json!(1), |inner, _| Value::Array(vec![inner]));
    let client = client().build().unwrap();
    let error = client.emit("note", &deep).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the payload does not serialize: nested too deep"
    );
}

#[cfg(feature = "polling")]
#[wasm_bindgen_test]
async fn client_c07_cookies_go_along_where_asked_to() {
    use socketio_anywhere::Transport;

    for credentials in [true, false] {
        let client = client_at("/cookie/")
            .transports([Transport::Polling])
            .with_credentials(credentials)
            .build()
            .unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        // The first handshake may bring one along from before; this one was told.
        client.emit("close", &()).unwrap();
        connected(&mut events).await;
        let cookie: Option<String> = client.emit_with_ack("header", "cookie", None).await.unwrap();
        let has = cookie.is_some_and(|cookie| cookie.contains("server="));
        assert_eq!(has, credentials);
    }
}

#[cfg(feature = "polling")]
#[wasm_bindgen_test]
async fn client_c07_a_failed_attempt_says_what_was_answered() {
    use socketio_anywhere::Transport;

    let shutting = client_at("/gate/").build().unwrap();
    shutting.emit_with_ack::<()>("shut", &1, None).await.unwrap();
    let refused = client_at("/gate/")
        .transports([Transport::Polling])
        .reconnection(false)
        .build()
        .unwrap();
    let error = until(&mut refused.events(), |event| match event {
        Event::ConnectError(error) => Some(error),
        _ => None,
    })
    .await;
    assert_eq!((error.status, error.refused), (Some(403), false), "{error:?}");
    assert!(error.body.is_some_and(|body| body.contains("\"code\":4")));
}
