//! Reconnecting: when, how often, and with which events.

use socketio_anywhere::{Client, DisconnectReason, Event, State};

use crate::scenario;
use crate::support::{FAR, PATIENCE, Server, connected, disconnected, ms, next, quiet, shut_out, until};

fn told(event: Event) -> String {
    match event {
        Event::Connecting { attempt } => format!("connecting {attempt}"),
        Event::ConnectError(error) if !error.refused => "error".into(),
        Event::Reconnecting { attempt, .. } => format!("waiting {attempt}"),
        Event::ReconnectFailed => "failed".into(),
        Event::Connected { .. } => "connected".into(),
        other => panic!("{other:?}"),
    }
}

#[scenario]
async fn each_attempt_is_told_until_one_succeeds() {
    let server = Server::start();
    let client = server.client_at("/gate/").build().unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 2).await;
    for expected in [
        "waiting 1",
        "connecting 1",
        "error",
        "waiting 2",
        "connecting 2",
        "error",
        "waiting 3",
        "connecting 3",
        "connected",
    ] {
        assert_eq!(told(next(&mut events).await), expected);
    }
}

#[scenario]
async fn delays_grow_and_vary_within_their_bounds() {
    let server = Server::start();
    let client = server
        .client_at("/gate/")
        .reconnection_delay(ms(10))
        .reconnection_delay_max(ms(30))
        .randomization_factor(0.1)
        .build()
        .unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 3).await;
    for (least, most) in [(9, 11), (18, 22), (27, 30), (27, 30)] {
        let delay = until(&mut events, |event| match event {
            Event::Reconnecting { delay, .. } => Some(delay),
            _ => None,
        })
        .await;
        assert!((ms(least)..=ms(most)).contains(&delay), "{delay:?}");
    }
    connected(&mut events).await;
}

#[scenario]
async fn attempts_run_out() {
    // Nobody is there.
    let client = Client::builder("http://127.0.0.1:9")
        .reconnection_attempts(2)
        .reconnection_delay(ms(5))
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    client.connect();
    for expected in [
        "connecting 0",
        "error",
        "waiting 1",
        "connecting 1",
        "error",
        "waiting 2",
        "connecting 2",
        "error",
        "failed",
    ] {
        assert_eq!(told(next(&mut events).await), expected);
    }
    client.reconnect_now();
    assert_eq!(told(next(&mut events).await), "connecting 0");
}

#[scenario]
async fn attempts_run_out_and_connect_starts_over() {
    let server = Server::start();
    let client = server
        .client_at("/gate/")
        .reconnection_attempts(1)
        .build()
        .unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 1).await;
    for expected in ["waiting 1", "connecting 1", "error", "failed"] {
        assert_eq!(told(next(&mut events).await), expected);
    }
    assert!(quiet(&mut events).await);
    client.connect();
    for expected in ["connecting 0", "connected"] {
        assert_eq!(told(next(&mut events).await), expected);
    }
}

#[scenario]
async fn without_reconnection_an_end_is_the_end() {
    let server = Server::start();
    let client = server.client().reconnection(false).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("close", &()).unwrap();
    disconnected(&mut events).await;
    assert!(quiet(&mut events).await);
    client.connect();
    connected(&mut events).await;
}

#[scenario]
async fn reconnecting_now_and_waking_do_not_wait() {
    let server = Server::start();
    for at_once in [Client::reconnect_now, Client::wake] {
        let client = server
            .client_at("/gate/")
            .reconnection_delay(FAR)
            .reconnection_delay_max(FAR)
            .build()
            .unwrap();
        let mut events = client.events();
        shut_out(&client, &mut events, 0).await;
        assert_eq!(told(next(&mut events).await), "waiting 1");
        assert!(matches!(
            client.state(),
            State::WaitingToReconnect { attempt: 1, .. }
        ));
        at_once(&client);
        for expected in ["connecting 0", "connected"] {
            assert_eq!(told(next(&mut events).await), expected);
        }
        // Connected, there is nothing to do.
        at_once(&client);
        assert!(quiet(&mut events).await);
    }
}

#[scenario]
async fn disconnecting_while_waiting_stops_the_attempts() {
    let server = Server::start();
    let client = server.client_at("/gate/").build().unwrap();
    let mut events = client.events();
    shut_out(&client, &mut events, 1000).await;
    assert_eq!(told(next(&mut events).await), "waiting 1");
    client.disconnect();
    assert_eq!(
        disconnected(&mut events).await,
        DisconnectReason::ClientDisconnect
    );
    assert!(quiet(&mut events).await);
    let opener = server.client().build().unwrap();
    let () = opener.emit_with_ack("shut", &0, PATIENCE).await.unwrap();
}
