//! The retry queue.

use std::time::Duration;

use serde_json::json;
use socketio_anywhere::{AckError, Client, Event, Exhausted, Retries};

use crate::scenario;
use crate::support::{
    PATIENCE, Server, TRANSPORTS, connected, disconnected, in_time, message, ms, next, sleep, until,
};

/// How long one try waits: longer than an answer takes on a busy machine.
const TRY: Duration = ms(500);

fn quick(retries: u32) -> Retries {
    Retries::new(retries).ack_timeout(TRY)
}

/// A client without a queue, after it told the server to swallow this many, and to forget what it saw.
async fn swallow(server: &Server, count: u32) -> Client {
    let client = server.client().build().unwrap();
    seen(&client).await;
    let () = client
        .emit_with_ack("swallow all", &count, PATIENCE)
        .await
        .unwrap();
    client
}

/// The events `perhaps` that the server got.
async fn seen(plain: &Client) -> Vec<u32> {
    plain.emit_with_ack("seen", &(), PATIENCE).await.unwrap()
}

async fn sent_all(client: &Client) {
    in_time(async {
        while client.buffered() > 0 {
            sleep(ms(5)).await;
        }
    })
    .await;
}

#[scenario]
async fn events_go_one_by_one_and_again_until_acknowledged() {
    let server = Server::start();
    let plain = swallow(&server, 2).await;
    let client = server.client().retries(quick(3)).build().unwrap();
    let acks: Vec<_> = (0..5u32)
        .map(|number| client.emit_with_ack::<u32>("perhaps", &number, TRY))
        .collect();
    assert_eq!(client.buffered(), 5);
    for (number, ack) in acks.into_iter().enumerate() {
        assert_eq!(ack.await, Ok(number as u32));
    }
    assert_eq!(seen(&plain).await, [0, 1, 2, 3, 4]);
    assert_eq!(client.buffered(), 0);
}

#[scenario]
async fn an_event_emitted_on_connecting_goes_once() {
    let server = Server::start();
    let plain = swallow(&server, 0).await;
    let client = server
        .client()
        .retries(Retries::new(3))
        .auto_connect(false)
        .build()
        .unwrap();
    let mut events = client.events();
    let mut sent = client.sent();
    client.connect();
    connected(&mut events).await;
    let ack = client.emit_with_ack::<u32>("perhaps", &7, PATIENCE);
    assert_eq!(ack.await, Ok(7));
    assert_eq!(in_time(sent.next()).await.unwrap().args(), [json!(7)]);
    sleep(ms(100)).await;
    let again = futures::FutureExt::now_or_never(sent.next());
    assert!(again.is_none(), "{again:?}");
    assert_eq!(seen(&plain).await, [7]);
}

#[scenario]
async fn an_event_out_of_tries_is_dropped_and_said_so() {
    let server = Server::start();
    let plain = swallow(&server, 2).await;
    let client = server.client().retries(quick(1)).build().unwrap();
    let mut events = client.events();
    let first = client.emit_with_ack::<u32>("perhaps", &1, TRY);
    client.emit("perhaps", &2).unwrap();
    assert_eq!(first.await, Err(AckError::Timeout));
    let dropped = until(&mut events, |event| match event {
        Event::Undelivered(message) => Some(message),
        _ => None,
    })
    .await;
    assert_eq!(
        (dropped.event.as_str(), dropped.args()),
        ("perhaps", vec![json!(1)])
    );
    sent_all(&client).await;
    assert_eq!(seen(&plain).await, [2]);
}

#[scenario]
async fn an_event_out_of_tries_may_be_kept_for_the_next_connection() {
    let server = Server::start();
    let plain = swallow(&server, 2).await;
    let client = server
        .client()
        .retries(quick(1).exhausted(Exhausted::Keep))
        .build()
        .unwrap();
    let mut events = client.events();
    let first = client.emit_with_ack::<u32>("perhaps", &1, TRY);
    client.emit("perhaps", &2).unwrap();
    connected(&mut events).await;
    sleep(4 * TRY).await;
    assert_eq!((seen(&plain).await, client.buffered()), (vec![], 2));
    client.disconnect();
    client.connect();
    assert_eq!(first.await, Ok(1));
    sent_all(&client).await;
    assert_eq!(seen(&plain).await, [1, 2]);
}

#[scenario]
async fn a_disconnect_burns_no_try_unless_asked_to() {
    for (count, expected) in [(false, Ok(7)), (true, Err(AckError::Disconnected))] {
        let server = Server::start();
        let _plain = swallow(&server, 3).await;
        let client = server
            .client()
            .retries(Retries::new(1).count_disconnects(count))
            .build()
            .unwrap();
        let mut events = client.events();
        let ack = client.emit_with_ack::<u32>("perhaps", &7, PATIENCE);
        for _ in 0..3 {
            connected(&mut events).await;
            sleep(ms(100)).await;
            client.disconnect();
            disconnected(&mut events).await;
            client.connect();
        }
        assert_eq!(ack.await, expected);
    }
}

#[scenario]
async fn volatile_events_do_not_queue() {
    let server = Server::start();
    let _plain = swallow(&server, 100).await;
    let client = server.client().retries(quick(100)).build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("perhaps", &1).unwrap();
    while client.emit_volatile("say", "past the queue") != Ok(true) {
        sleep(ms(1)).await;
    }
    assert_eq!(message(&mut events).await.args(), [json!("past the queue")]);
    assert_eq!(client.buffered(), 1);
}

#[scenario]
async fn client_c02_an_event_that_ends_every_connection_is_dropped_after_its_tries() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let client = server
            .client_at("/small/")
            .transports([*transport])
            .retries(Retries::new(3))
            .build()
            .unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        let large = client.emit_with_ack::<String>("echo", &"x".repeat(5_000), PATIENCE);
        let behind = client.emit_with_ack::<u32>("echo", &7, PATIENCE);
        let mut connections = 0;
        loop {
            match next(&mut events).await {
                Event::Connected { .. } => connections += 1,
                Event::Undelivered(message) => {
                    assert_eq!(message.event, "echo");
                    break;
                }
                _ => {}
            }
        }
        assert_eq!(connections, 3, "as many as its retries");
        assert_eq!(large.await, Err(AckError::Disconnected));
        assert_eq!(behind.await, Ok(7), "what is behind it goes");
        connected(&mut events).await;
    }
}
