//! Many events at once, which a browser reads before the program does.

use futures::FutureExt;
use serde_json::json;
use socketio_anywhere::{DisconnectReason, Event};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Server, connected, in_time, ms, next, sleep};

const MANY: u32 = 5_000;

#[wasm_bindgen_test]
async fn a_burst_is_read_together_and_in_order() {
    let client = Server::start().client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    drop(events);
    let mut numbers = client.on::<u32>("number");
    client.emit("count", &MANY).unwrap();
    let mut expected = 0;
    let mut together = 0;
    while expected < MANY {
        let mut item = in_time(numbers.next()).await;
        while let Some(number) = item {
            assert_eq!(number.unwrap(), expected);
            expected += 1;
            item = numbers.next().now_or_never().flatten();
            together += u32::from(item.is_some());
        }
    }
    assert!(together > 0, "the task runs once for several events");
    // The burst is over: packets are read as they come again.
    for _ in 0..20 {
        client.emit("count", &1).unwrap();
        assert_eq!(in_time(numbers.next()).await.unwrap().unwrap(), 0);
    }
}

#[wasm_bindgen_test]
async fn client_c05_what_a_browser_has_read_and_the_program_has_not_is_bounded() {
    let client = Server::start()
        .client()
        .limits(|limits| {
            limits.events = 20;
            limits.packet = 20_000;
        })
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("count", &5_000).unwrap();
    sleep(ms(1_000)).await;
    // The packets received before are read, in order, and then the connection is made anew.
    let mut read = 0;
    loop {
        match next(&mut events).await {
            Event::Message(message) => {
                assert_eq!(message.args(), [json!(read)]);
                read += 1;
            }
            Event::Disconnected { reason, .. } => {
                assert_eq!(reason, DisconnectReason::ParseError);
                break;
            }
            _ => {}
        }
    }
    assert!((500..4_000).contains(&read), "{read}");
    connected(&mut events).await;
}
