//! Many events at once, and programs that read them slowly.

use std::sync::{Arc, Mutex};

use serde_json::json;
use socketio_anywhere::{DisconnectReason, Event};

use crate::scenario;
use crate::support::{PATIENCE, Server, TRANSPORTS, connected, in_time, message, ms, next, sleep, within};

const MANY: u32 = 5_000;

#[scenario]
async fn a_function_is_called_for_each_event_of_a_burst() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let numbers = Arc::new(Mutex::new(Vec::new()));
    let heard = numbers.clone();
    let _handler = client.on_each("number", move |number: u32| heard.lock().unwrap().push(number));
    client.emit("count", &MANY).unwrap();
    in_time(async {
        while numbers.lock().unwrap().len() < MANY as usize {
            sleep(ms(5)).await;
        }
    })
    .await;
    assert!(numbers.lock().unwrap().iter().copied().eq(0..MANY));
}

#[scenario]
async fn the_end_of_a_connection_comes_after_the_burst_before_it() {
    let server = Server::start();
    let client = server.client().build().unwrap();
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

#[scenario]
async fn client_c05_a_burst_while_the_reader_is_busy_arrives_whole() {
    let server = Server::start();
    for transport in TRANSPORTS {
        let client = server.client().transports([*transport]).build().unwrap();
        let mut events = client.events();
        connected(&mut events).await;
        client.emit("count", &20_000).unwrap();
        sleep(ms(1_500)).await;
        assert!(client.is_connected());
        for number in 0..20_000 {
            assert_eq!(
                message(&mut events).await.args(),
                [json!(number)],
                "{transport:?}"
            );
        }
    }
}

/// The loop of the crate's first page.
#[scenario]
async fn client_c05_a_loop_that_awaits_an_ack_for_each_event_comes_to_its_end() {
    let server = Server::start();
    let client = server.client().build().unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("count", &12_000).unwrap();
    for number in 0..12_000u32 {
        let Event::Message(message) = next(&mut events).await else {
            panic!("the connection goes on");
        };
        assert_eq!(message.args(), [json!(number)]);
        let echo = client.emit_with_ack::<u32>("echo", &number, PATIENCE).await;
        assert_eq!(echo, Ok(number));
    }
}

#[scenario]
async fn client_c05_a_stream_that_is_not_read_ends_nothing_and_loses_nothing() {
    let server = Server::start();
    let client = server
        .client()
        .limits(|limits| limits.events = 20)
        .build()
        .unwrap();
    let mut events = client.events();
    connected(&mut events).await;
    client.emit("count", &300).unwrap();
    sleep(ms(500)).await;
    assert!(client.is_connected());
    // An ack that is behind them still comes: while one is awaited, a stream may be 16 times as full.
    for number in 0..300 {
        assert_eq!(message(&mut events).await.args(), [json!(number)]);
        if number % 50 == 0 {
            let echo = client.emit_with_ack::<u32>("echo", &number, PATIENCE);
            assert_eq!(echo.await, Ok(number));
        }
    }
}

#[scenario]
async fn once_keeps_one_event_and_holds_up_nobody() {
    let server = Server::start();
    let client = server
        .client()
        .limits(|limits| limits.events = 100)
        .build()
        .unwrap();
    let mut events = client.events();
    let once = client.once::<u32>("number");
    connected(&mut events).await;
    client.emit("count", &1_000).unwrap();
    within(ms(5_000), async {
        for number in 0..1_000 {
            assert_eq!(message(&mut events).await.args(), [json!(number)]);
        }
    })
    .await;
    assert_eq!(in_time(once).await.unwrap().unwrap(), 0);
}

#[scenario]
async fn client_c05_a_stream_that_nobody_reads_holds_up_the_others_for_a_while_only() {
    let server = Server::start();
    let client = server
        .client()
        .limits(|limits| limits.events = 100)
        .build()
        .unwrap();
    let mut events = client.events();
    let mut unread = client.on::<u32>("number");
    let mut unread_too = client.events();
    connected(&mut events).await;
    client.emit("count", &1_000).unwrap();
    for number in 0..1_000 {
        // Longer than they may hold it up.
        let event = within(3 * PATIENCE, events.next()).await;
        assert!(
            matches!(&event, Some(Event::Message(message)) if message.args() == [json!(number)]),
            "{event:?}"
        );
    }
    // What they had is there, and what they missed is said.
    let mut read = 0;
    let missed = loop {
        match in_time(unread.next()).await.unwrap() {
            Ok(number) => assert_eq!(number, read),
            Err(error) => break error.to_string(),
        }
        read += 1;
    };
    assert_eq!(missed, format!("{} events were missed", 1_000 - read));
    let mut read = 0;
    let missed = loop {
        match next(&mut unread_too).await {
            Event::Message(message) => {
                assert_eq!(message.args(), [json!(read)]);
                read += 1;
            }
            Event::Missed { events } => break events,
            _ => {}
        }
    };
    assert!((50..1_000).contains(&read), "{read}");
    assert_eq!(missed, 1_000 - read);
    // And they go on.
    client.emit("count", &1).unwrap();
    assert_eq!(in_time(unread.next()).await.unwrap().unwrap(), 0);
    assert_eq!(message(&mut unread_too).await.args(), [json!(0)]);
}
