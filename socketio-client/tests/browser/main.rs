//! The client in a page or in a dedicated worker of a headless Chromium, against the npm server at `SOCKETIO_TEST_SERVER`. See README.md.

#![cfg(all(feature = "client", target_family = "wasm"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bursts;
mod connection;
mod delivery;
mod events;
mod example;
mod hooks;
mod leaving;
mod listening;
#[cfg(feature = "msgpack")]
mod messagepack;
mod namespaces;
#[cfg(feature = "polling")]
mod polling;
mod reconnection;
mod recovery;
mod retries;
mod waking;

use std::future::Future;
use std::time::Duration;

use futures::future::{Either, select};
use socketio_anywhere::{Builder, Client, DisconnectReason, Event, EventStream, Message};

const PATIENCE: Duration = Duration::from_secs(10);

fn server() -> &'static str {
    let Some(server) = option_env!("SOCKETIO_TEST_SERVER") else {
        panic!("build these tests with SOCKETIO_TEST_SERVER set to a running tests/servers/server.mjs");
    };
    server
}

/// A client that comes back fast.
fn client() -> Builder {
    Client::builder(server())
        .reconnection_delay(Duration::from_millis(20))
        .reconnection_delay_max(Duration::from_millis(100))
}

/// A client of the server on another path, see `servers/server.mjs`.
fn client_at(path: &str) -> Builder {
    client().path(path)
}

/// Whether these tests run in a worker: it has no document.
fn in_worker() -> bool {
    !js_sys::Reflect::has(&js_sys::global(), &"document".into()).unwrap()
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    let late = gloo_timers::future::TimeoutFuture::new(PATIENCE.as_millis() as u32);
    match select(Box::pin(future), late).await {
        Either::Left((value, _)) => value,
        Either::Right(_) => panic!("not in time"),
    }
}

async fn sleep(milliseconds: u32) {
    gloo_timers::future::TimeoutFuture::new(milliseconds).await;
}

/// The next event, within the time a test waits.
async fn next(events: &mut EventStream) -> Event {
    in_time(events.next()).await.expect("a living client")
}

/// Skips to the next event that `pick` takes.
async fn until<T>(events: &mut EventStream, pick: impl Fn(Event) -> Option<T>) -> T {
    loop {
        if let Some(picked) = pick(next(events).await) {
            return picked;
        }
    }
}

async fn connected(events: &mut EventStream) -> String {
    until(events, |event| match event {
        Event::Connected { id } => Some(id),
        _ => None,
    })
    .await
}

async fn disconnected(events: &mut EventStream) -> DisconnectReason {
    until(events, |event| match event {
        Event::Disconnected { reason, .. } => Some(reason),
        _ => None,
    })
    .await
}

async fn message(events: &mut EventStream) -> Message {
    until(events, |event| match event {
        Event::Message(message) => Some(message),
        _ => None,
    })
    .await
}

/// Whether a moment passes without an event.
async fn quiet(events: &mut EventStream) -> bool {
    let moment = gloo_timers::future::TimeoutFuture::new(150);
    matches!(select(Box::pin(events.next()), moment).await, Either::Right(_))
}
