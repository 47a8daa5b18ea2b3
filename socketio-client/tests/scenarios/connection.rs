//! Connecting, and the ways a connection ends.

use serde_json::{Value, json};
use socketio_anywhere::{BuildError, Client, DisconnectReason, Event, State};

use crate::scenario;
use crate::support::{
    FAR, PATIENCE, Server, TRANSPORTS, connected, disconnected, in_time, message, ms, next, quiet, sleep,
};

#[scenario]
async fn a_client_connects_and_says_so_in_order() {
    let server = Server::start();
    let client = server.client().auto_connect(false).build().unwrap();
    assert_eq!(client.state(), State::Disconnected { reason: None });
    let mut events = client.events();
    client.connect();
    assert_eq!(client.state(), State::Connecting { attempt: 0 });
    assert!(matches!(
        next(&mut events).await,
        Event::Connecting { attempt: 0 }
    ));
    let Event::Connected { id } = next(&mut events).await else {
        panic!("connected");
    };
    assert_eq!(client.id(), Some(id.clone()));
    assert_eq!(client.state(), State::Connected { id });
    assert!(client.is_connected());
    assert_eq!(client.transport_name(), "websocket");
}

#[scenario]
async fn without_auto_connect_nothing_is_dialled() {
    let server = Server::start();
    let client = server.client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    assert!(quiet(&mut events).await);
    assert_eq!(client.state(), State::Disconnected { reason: None });
}

#[scenario]
async fn client_c08_any_query_reaches_the_server_over_each_transport() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let url = format!("{}/?room=7&name=Zoë B&plus=a%2Bb", server.url());
        let client = Client::builder(url).transports([*transport]).build().unwrap();
        let query: Value = client.emit_with_ack("query", &(), PATIENCE).await.unwrap();
        assert_eq!(
            (&query["room"], &query["name"], &query["plus"]),
            (&json!("7"), &json!("Zoë B"), &json!("a+b")),
            "{transport:?}"
        );
    }
}

#[cfg(feature = "polling")]
#[scenario]
async fn the_path_says_which_server_of_a_host_it_is() {
    let server = Server::start();
    // At this path is one that knows polling only.
    let client = server
        .client_at("polling")
        .try_all_transports(true)
        .build()
        .unwrap();
    connected(&mut client.events()).await;
    assert_eq!(client.transport_name(), "polling");
}

#[scenario]
async fn events_of_a_middleware_come_right_after_connected() {
    let server = Server::start();
    let client = server
        .client()
        .auto_connect(false)
        .auth(json!({"early": true}))
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    assert!(matches!(next(&mut events).await, Event::Connecting { .. }));
    assert!(matches!(next(&mut events).await, Event::Connected { .. }));
    assert_eq!(message(&mut events).await.event, "early");
}

#[scenario]
async fn every_end_of_a_connection_has_the_javascript_clients_name() {
    let server = Server::start();
    for (order, argument, reason, comes_back) in [
        ("close", json!(null), DisconnectReason::TransportClose, true),
        ("terminate", json!(null), DisconnectReason::TransportClose, true),
        ("mute", json!(null), DisconnectReason::PingTimeout, true),
        ("raw", json!("9"), DisconnectReason::ParseError, true),
        ("kick", json!(null), DisconnectReason::ServerDisconnect, false),
        ("kick all", json!(null), DisconnectReason::ServerDisconnect, false),
    ] {
        let client = server.client_at("/heartbeat/").build().unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        client.emit(order, &argument).unwrap();
        assert_eq!(disconnected(&mut events).await, reason, "{order}");
        if !comes_back {
            assert!(quiet(&mut events).await);
            assert_eq!(client.state(), State::Disconnected { reason: Some(reason) });
            client.connect();
        }
        connected(&mut events).await;
        client.disconnect();
        assert_eq!(
            disconnected(&mut events).await,
            DisconnectReason::ClientDisconnect
        );
        assert!(!client.is_connected());
    }
}

#[scenario]
async fn heartbeats_keep_a_connection_alive_and_a_missed_one_ends_it() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let client = server
            .client_at("/heartbeat/")
            .transports([*transport])
            .build()
            .unwrap();
        let mut events = client.events();
        let id = connected(&mut events).await;
        sleep(ms(2500)).await;
        assert_eq!(client.id(), Some(id), "{transport:?}");
        client.emit("mute", &()).unwrap();
        assert_eq!(disconnected(&mut events).await, DisconnectReason::PingTimeout);
        connected(&mut events).await;
    }
}

#[scenario]
async fn a_server_that_never_answers_is_given_up_after_the_timeout() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let client = server
            .client_at("/nobody/")
            .transports([*transport])
            .timeout(ms(100))
            .reconnection(false)
            .auto_connect(false)
            .build()
            .unwrap();
        let mut events = client.events();
        client.connect();
        assert!(matches!(next(&mut events).await, Event::Connecting { .. }));
        let Event::ConnectError(error) = next(&mut events).await else {
            panic!("an error");
        };
        assert_eq!(error.message, "timeout", "{transport:?}");
    }
}

#[scenario]
async fn client_c08_what_can_never_work_is_an_error_of_building() {
    for url in [
        "gopher://x",
        "ftp://a",
        "http://",
        "http://a b",
        "http://a:70000",
        "http://[::1",
    ] {
        let built = Client::builder(url).build();
        assert!(matches!(built, Err(BuildError::Url(_))), "{url}");
    }
    let client = || Client::builder("http://localhost:1").reconnection_delay(FAR);
    assert_eq!(
        client().transports([]).build().unwrap_err(),
        BuildError::NoTransport
    );
    for auth in [json!("token"), json!(7), json!([1])] {
        assert_eq!(client().auth(auth).build().unwrap_err(), BuildError::Auth);
    }
    client().auth(()).build().unwrap();
    client().auth(json!({"token": 1})).build().unwrap();
}

#[scenario]
async fn dropping_the_last_handle_closes_the_connection_and_ends_the_streams() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    let second = client.clone();
    drop(client);
    assert!(second.is_connected());
    drop(second);
    while let Some(event) = in_time(events.next()).await {
        assert!(matches!(event, Event::Disconnected { .. }), "{event:?}");
    }
}

#[cfg(feature = "polling")]
#[scenario]
async fn client_c07_a_failed_attempt_says_what_was_answered() {
    let server = Server::start();
    let shutting = server.client_at("/gate/").build().unwrap();
    shutting.emit_with_ack::<()>("shut", &1, None).await.unwrap();
    let refused = server
        .client_at("/gate/")
        .transports([socketio_anywhere::Transport::Polling])
        .reconnection(false)
        .build()
        .unwrap();
    let error = crate::support::connect_error(&mut refused.events()).await;
    assert_eq!((error.status, error.refused), (Some(403), false), "{error:?}");
    assert!(error.body.is_some_and(|body| body.contains("\"code\":4")));
}
