//! The ways to listen.

use std::sync::{Arc, Mutex};

use serde_json::json;
use socketio_anywhere::Binary;

use crate::scenario;
use crate::support::{Server, connected, in_time, message, ms, quiet, sleep};

#[scenario]
async fn a_typed_stream_yields_the_arguments_of_its_event() {
    let server = Server::start();
    let client = server.client().build().unwrap();
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

#[scenario]
async fn once_listens_once_and_off_ends_a_handler() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = heard.clone();
    let handler = client.on_each::<u32>("said", move |number| hearing.lock().unwrap().push(number));
    let once = client.once::<u32>("said");
    client.emit("say", &1).unwrap();
    client.emit("say", &2).unwrap();
    assert_eq!(in_time(once).await.unwrap().unwrap(), 1);
    message(&mut events).await;
    message(&mut events).await;
    while heard.lock().unwrap().len() < 2 {
        sleep(ms(1)).await;
    }
    handler.off();
    client.emit("say", &3).unwrap();
    message(&mut events).await;
    assert!(quiet(&mut events).await);
    assert_eq!(*heard.lock().unwrap(), [1, 2]);
}

#[scenario]
async fn what_goes_out_can_be_watched_as_it_goes() {
    let server = Server::start();
    let client = server.client().auto_connect(false).build().unwrap();
    let mut events = client.events();
    let mut sent = client.sent();
    client.emit("say", "kept").unwrap();
    client.connect();
    connected(&mut events).await;
    client.emit("say", &("now", 2)).unwrap();
    client.emit("say", &Binary(vec![1, 2, 3])).unwrap();
    let first = in_time(sent.next()).await.unwrap();
    assert_eq!((first.event.as_str(), first.args()), ("say", vec![json!("kept")]));
    let second = in_time(sent.next()).await.unwrap();
    assert_eq!(second.args(), [json!("now"), json!(2)]);
    let bytes: Binary = in_time(sent.next()).await.unwrap().parse().unwrap();
    assert_eq!(bytes.0, [1, 2, 3]);
}

#[scenario]
async fn one_stream_hears_events_of_every_name() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    client.emit("say", &1).unwrap();
    client.emit("count", &1).unwrap();
    client.emit("ask", &2).unwrap();
    for expected in ["said", "number", "question"] {
        assert_eq!(message(&mut events).await.event, expected);
    }
}

#[scenario]
async fn client_c09_a_function_with_a_weak_handle_does_not_keep_the_client() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    let weak = client.downgrade();
    let inner = weak.clone();
    client.on_each("said", move |number: u32| {
        if let Some(client) = inner.upgrade() {
            client.emit("note", &number).unwrap();
        }
    });
    connected(&mut events).await;
    assert!(weak.upgrade().is_some());
    drop(client);
    assert!(weak.upgrade().is_none());
    in_time(async { while events.next().await.is_some() {} }).await;
}
