//! Leaving, by each transport. `leaving/` leaves at every moment.

use futures::future::{join, select};
use serde_json::Value;
use socketio_anywhere::{Builder, Client, Retries, Transport, Unsent};

use crate::scenario;
use crate::support::{PATIENCE, Server, connected, in_time, ms, only_client, sleep};

const WAYS: &[(&str, &[Transport])] = &[
    ("websocket", &[Transport::WebSocket]),
    #[cfg(feature = "polling")]
    ("polling", &[Transport::Polling]),
    #[cfg(feature = "polling")]
    ("upgrade", &crate::support::UPGRADING),
];

/// Of a server whose clients only these tests count.
fn by(server: &Server, transports: &[Transport]) -> Builder {
    server.client_at("/lobby/").transports(transports.iter().copied())
}

fn note(client: &Client, tag: &str, numbers: std::ops::Range<u32>) {
    for number in numbers {
        client.emit("note", &((tag, number),)).unwrap();
    }
}

/// The events of `tag` that the server has got, once there are as many as that, or no more come.
async fn noted(watcher: &Client, tag: &str, count: usize) -> Vec<u32> {
    let mut all = Vec::new();
    let mut quiet = 0;
    while all.len() < count && quiet < 200 {
        let more: Vec<Value> = watcher.emit_with_ack("noted", &(), PATIENCE).await.unwrap();
        // Other tests of the same server note other things.
        let more = more.into_iter().filter_map(|noted| {
            let (of, number) = serde_json::from_value::<(String, u32)>(noted).ok()?;
            (of == tag).then_some(number)
        });
        let before = all.len();
        all.extend(more);
        quiet = if all.len() == before { quiet + 1 } else { 0 };
        sleep(ms(25)).await;
    }
    all
}

fn all(count: u32) -> Vec<u32> {
    (0..count).collect()
}

#[scenario]
async fn client_c04_emitting_and_closing_at_once_delivers_all_of_it() {
    let server = Server::start();
    let watcher = by(&server, &[Transport::WebSocket]).build().unwrap();
    for (name, transports) in WAYS {
        let client = by(&server, transports).build().unwrap();
        note(&client, name, 0..200);
        assert_eq!(client.close().await, Ok(()), "{name}");
        assert!(!client.is_connected());
        assert_eq!(noted(&watcher, name, 200).await, all(200), "{name}");
        drop(client);
        // And nobody is left behind.
        only_client(&watcher).await;
    }
}

#[scenario]
async fn client_c03_what_was_emitted_before_a_disconnect_arrives_whenever_it_comes() {
    let server = Server::start();
    let watcher = by(&server, &[Transport::WebSocket]).build().unwrap();
    for (name, transports) in WAYS {
        for round in 0..12 {
            let tag = format!("{name} {round}");
            let client = by(&server, transports).build().unwrap();
            connected(&mut client.events()).await;
            // Among requests under way, and at every moment of the upgrade.
            note(&client, &tag, 0..20);
            sleep(std::time::Duration::from_micros(700 * round)).await;
            note(&client, &tag, 20..40);
            match round % 3 {
                0 => client.disconnect(),
                1 => drop(client),
                _ => client.close().await.unwrap(),
            }
            assert_eq!(noted(&watcher, &tag, 40).await, all(40), "{tag}");
        }
    }
}

#[scenario]
async fn client_c03_a_link_that_is_not_read_for_a_while_is_waited_for() {
    let server = Server::start();
    let watcher = server.client().build().unwrap();
    let client = server.client().build().unwrap();
    connected(&mut client.events()).await;
    client.emit("stop reading", &3_000).unwrap();
    sleep(ms(100)).await;
    let text = "x".repeat(900_000);
    for number in 0..12 {
        client.emit("note", &(("slow", number), &text)).unwrap();
    }
    client.disconnect();
    let mut got = Vec::new();
    in_time(async {
        while got.len() < 12 {
            got.extend(noted(&watcher, "slow", 1).await);
        }
    })
    .await;
    assert_eq!(got, all(12));
}

#[cfg(feature = "polling")]
#[scenario]
async fn the_server_learns_that_a_polling_client_left() {
    let server = Server::start();
    let watcher = by(&server, &[Transport::WebSocket]).build().unwrap();
    let clients = || watcher.emit_with_ack::<u32>("clients", &(), PATIENCE);
    let leaving = by(&server, &[Transport::Polling]).build().unwrap();
    let dropped = by(&server, &[Transport::Polling]).build().unwrap();
    connected(&mut leaving.events()).await;
    while clients().await.unwrap() < 3 {
        sleep(ms(5)).await;
    }
    leaving.disconnect();
    drop(dropped);
    only_client(&watcher).await;
}

#[scenario]
async fn client_c04_what_did_not_go_is_said_within_the_bound() {
    // Nobody is there.
    let client = Client::builder("http://127.0.0.1:9")
        .close_timeout(ms(300))
        .build()
        .unwrap();
    note(&client, "never", 0..3);
    let unsent: Unsent = client.flush().await.unwrap_err();
    assert_eq!(
        (unsent.events, unsent.to_string().as_str()),
        (3, "3 events were not sent")
    );
    assert_eq!(client.close().await.unwrap_err().events, 3);
    // Nothing is done any more: there is nothing to wait for.
    assert_eq!(client.flush().await.unwrap_err().events, 3);
    assert_eq!(client.buffered(), 3, "kept for the next connection");
}

#[scenario]
async fn client_c04_flushing_waits_for_the_connection_and_stays() {
    let server = Server::start();
    let watcher = server.client().build().unwrap();
    for (name, transports) in WAYS {
        let tag = format!("flushed {name}");
        let client = by(&server, transports).build().unwrap();
        note(&client, &tag, 0..50);
        client.flush().await.unwrap();
        assert!(client.is_connected(), "{name}");
        assert_eq!(noted(&watcher, &tag, 50).await, all(50), "{name}");
        client.flush().await.unwrap();
        client.close().await.unwrap();
        client.flush().await.unwrap();
    }
}

#[scenario]
async fn events_emitted_while_flushing_are_not_waited_for_nor_counted() {
    // Nobody is there.
    let client = Client::builder("http://127.0.0.1:9")
        .close_timeout(ms(300))
        .build()
        .unwrap();
    note(&client, "before", 0..3);
    let later = async { note(&client, "later", 0..2) };
    let (flushed, ()) = join(client.flush(), later).await;
    assert_eq!(flushed.unwrap_err().events, 3);

    let server = Server::start();
    let client = server.client().retries(Retries::new(3)).build().unwrap();
    client.emit("echo", &0).unwrap();
    // It emits faster than each event can be acknowledged in its turn.
    let busy = std::pin::pin!(async {
        loop {
            for _ in 0..10 {
                let _ = client.emit("echo", &1);
            }
            sleep(ms(1)).await;
        }
    });
    let flushed = async { assert_eq!(client.flush().await, Ok(())) };
    select(std::pin::pin!(flushed), busy).await;
    assert!(client.buffered() > 0);
}

#[scenario]
async fn events_that_are_dropped_while_flushing_are_said() {
    let server = Server::start();
    let client = server
        .client()
        .retries(Retries::new(1).ack_timeout(ms(200)))
        .build()
        .unwrap();
    // The server answers none of them.
    note(&client, "dropped", 0..2);
    assert_eq!(client.flush().await.unwrap_err().events, 2);
    assert_eq!(client.buffered(), 0);
    assert_eq!(client.flush().await, Ok(()), "nothing is dropped any more");
    note(&client, "dropped", 2..3);
    assert_eq!(client.close().await.unwrap_err().events, 1);

    // Nobody is there.
    let client = Client::builder("http://127.0.0.1:9").build().unwrap();
    let ack = client.emit_with_ack::<u32>("late", &(), ms(100));
    let (_, flushed) = join(ack, client.flush()).await;
    assert_eq!(flushed.unwrap_err().events, 1);
}
