//! Leaving, by each transport.

use serde_json::Value;
use socketio_anywhere::{Client, Transport};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{PATIENCE, client, connected, sleep};

const TRANSPORTS: [(&str, &[Transport]); 3] = [
    ("websocket", &[Transport::WebSocket]),
    #[cfg(feature = "polling")]
    ("polling", &[Transport::Polling]),
    #[cfg(feature = "polling")]
    ("upgrade", &[Transport::Polling, Transport::WebSocket]),
];

/// What of `tag` the server has got, once it is as much as that, or does not grow any more.
async fn noted(watcher: &Client, tag: &str, count: usize) -> Vec<u32> {
    let mut all = Vec::new();
    let mut quiet = 0;
    while all.len() < count && quiet < 40 {
        let more: Vec<Value> = watcher.emit_with_ack("noted", &(), PATIENCE).await.unwrap();
        // Other tests of the same server note other things.
        let more = more.into_iter().filter_map(|noted| {
            let (of, number) = serde_json::from_value::<(String, u32)>(noted).ok()?;
            (of == tag).then_some(number)
        });
        let before = all.len();
        all.extend(more);
        quiet = if all.len() == before { quiet + 1 } else { 0 };
        sleep(25).await;
    }
    all
}

fn note(client: &Client, tag: &str, numbers: std::ops::Range<u32>) {
    for number in numbers {
        client.emit("note", &((tag, number),)).unwrap();
    }
}

#[wasm_bindgen_test]
async fn client_c04_emitting_and_closing_at_once_delivers_all_of_it() {
    let watcher = client().build().unwrap();
    for (name, transports) in TRANSPORTS {
        let client = client().transports(transports.iter().copied()).build().unwrap();
        note(&client, name, 0..200);
        assert_eq!(client.close().await, Ok(()), "{name}");
        assert!(!client.is_connected());
        assert_eq!(noted(&watcher, name, 200).await, Vec::from_iter(0..200), "{name}");
    }
}

#[wasm_bindgen_test]
async fn client_c03_what_was_emitted_before_a_disconnect_arrives_whenever_it_comes() {
    let watcher = client().build().unwrap();
    for (name, transports) in TRANSPORTS {
        for round in 0..9 {
            let tag = format!("{name} {round}");
            let client = client().transports(transports.iter().copied()).build().unwrap();
            connected(&mut client.events()).await;
            note(&client, &tag, 0..20);
            // Among requests under way, and at the moments of the upgrade.
            sleep(2 * (round / 3)).await;
            note(&client, &tag, 20..40);
            match round % 3 {
                0 => client.disconnect(),
                1 => drop(client),
                _ => client.close().await.unwrap(),
            }
            assert_eq!(noted(&watcher, &tag, 40).await, Vec::from_iter(0..40), "{tag}");
        }
    }
}
