//! The ways to listen.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{client, connected, in_time, message, quiet};

#[wasm_bindgen_test]
async fn a_typed_stream_yields_the_arguments_of_its_event() {
    let client = client().build().unwrap();
    let mut numbers = client.on::<u32>("number");
    client.emit("say", "another event").unwrap();
    client.emit("count", &100).unwrap();
    for expected in 0..100 {
        assert_eq!(in_time(numbers.next()).await.unwrap().unwrap(), expected);
    }
    let mut said = client.on::<u32>("said");
    client.emit("say", "text").unwrap();
    assert!(in_time(said.next()).await.unwrap().is_err());
}

#[wasm_bindgen_test]
async fn once_listens_once_and_off_ends_a_handler() {
    let client = client().build().unwrap();
    let mut events = client.events();
    let heard = Rc::new(RefCell::new(Vec::new()));
    let hearing = heard.clone();
    let handler = client.on_each::<u32>("said", move |number| hearing.borrow_mut().push(number));
    let once = client.once::<u32>("said");
    client.emit("say", &1).unwrap();
    client.emit("say", &2).unwrap();
    assert_eq!(in_time(once).await.unwrap().unwrap(), 1);
    message(&mut events).await;
    message(&mut events).await;
    while heard.borrow().len() < 2 {
        crate::sleep(1).await;
    }
    handler.off();
    client.emit("say", &3).unwrap();
    message(&mut events).await;
    assert!(quiet(&mut events).await);
    assert_eq!(*heard.borrow(), [1, 2]);
}

#[wasm_bindgen_test]
async fn what_goes_out_can_be_watched_as_it_goes() {
    let client = client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    let mut sent = client.sent();
    client.emit("say", "kept").unwrap();
    client.connect();
    connected(&mut events).await;
    client.emit("say", &("now", 2)).unwrap();
    let first = in_time(sent.next()).await.unwrap();
    assert_eq!((first.event.as_str(), first.args()), ("say", vec![json!("kept")]));
    let second = in_time(sent.next()).await.unwrap();
    assert_eq!(second.args(), [json!("now"), json!(2)]);
}

#[wasm_bindgen_test]
async fn one_stream_hears_events_of_every_name() {
    let client = client().build().unwrap();
    let mut events = client.events();
    client.emit("say", &1).unwrap();
    client.emit("count", &1).unwrap();
    client.emit("ask", &2).unwrap();
    for expected in ["said", "number", "question"] {
        assert_eq!(message(&mut events).await.event, expected);
    }
}
