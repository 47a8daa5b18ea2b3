//! Many events at once.

use std::cell::RefCell;
use std::rc::Rc;

use futures::FutureExt;
use socketio_anywhere::{DisconnectReason, Event};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{client, connected, in_time, next, sleep};

const MANY: u32 = 5_000;

#[wasm_bindgen_test]
async fn a_burst_is_read_together_and_in_order() {
    let client = client().build().unwrap();
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
    // The burst is over: what comes now is read when it comes.
    for _ in 0..20 {
        client.emit("count", &1).unwrap();
        assert_eq!(in_time(numbers.next()).await.unwrap().unwrap(), 0);
    }
}

#[wasm_bindgen_test]
async fn a_function_is_called_for_each_event_of_a_burst() {
    let client = client().build().unwrap();
    let numbers = Rc::new(RefCell::new(Vec::new()));
    let heard = numbers.clone();
    let _handler = client.on_each("number", move |number: u32| heard.borrow_mut().push(number));
    client.emit("count", &MANY).unwrap();
    in_time(async {
        while numbers.borrow().len() < MANY as usize {
            sleep(5).await;
        }
    })
    .await;
    assert!(numbers.borrow().iter().copied().eq(0..MANY));
}

#[wasm_bindgen_test]
async fn the_end_of_a_connection_comes_after_the_burst_before_it() {
    let client = client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("count", &MANY).unwrap();
    client.emit("kick all", &()).unwrap();
    let mut heard = 0;
    loop {
        match next(&mut events).await {
            Event::Message(message) => {
                assert_eq!(message.parse::<u32>().unwrap(), heard);
                heard += 1;
            }
            Event::Disconnected { reason, .. } => {
                assert_eq!(reason, DisconnectReason::ServerDisconnect);
                break;
            }
            _ => {}
        }
    }
    assert_eq!(heard, MANY);
}
