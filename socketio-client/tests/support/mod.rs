//! The npm server, waiting and the next event: for tests that run natively and in a browser alike.

#![allow(dead_code, reason = "each test file uses a part")]
#![allow(
    clippy::allow_attributes,
    unreachable_pub,
    reason = "an expectation would fail in the files that use all of it"
)]

#[cfg_attr(target_family = "wasm", path = "platform/page.rs")]
#[cfg_attr(not(target_family = "wasm"), path = "platform/native.rs")]
mod platform;
#[cfg(not(target_family = "wasm"))]
pub mod proxy;

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use socketio_anywhere::{
    Builder, Client, ConnectError, DisconnectReason, Event, EventStream, Message, Transport,
};

pub use platform::*;
pub use socketio_anywhere::platform::sleep;

/// Longer than anything a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A delay that no test waits for.
pub const FAR: Duration = Duration::from_secs(600);

/// Each transport that is compiled in.
pub const TRANSPORTS: &[Transport] = &[
    Transport::WebSocket,
    #[cfg(feature = "polling")]
    Transport::Polling,
];

/// From one transport to the other.
pub const UPGRADING: [Transport; 2] = [Transport::Polling, Transport::WebSocket];

pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

impl Server {
    /// A client that comes back fast.
    pub fn client(&self) -> Builder {
        Client::builder(self.url())
            .reconnection_delay(ms(20))
            .reconnection_delay_max(ms(100))
    }

    /// A client of the server on another path, see `servers/server.mjs`.
    pub fn client_at(&self, path: &str) -> Builder {
        self.client().path(path)
    }
}

pub async fn in_time<T>(future: impl Future<Output = T>) -> T {
    within(PATIENCE, future).await
}

pub async fn within<T>(patience: Duration, future: impl Future<Output = T>) -> T {
    match select(pin!(future), pin!(sleep(patience))).await {
        Either::Left((value, _)) => value,
        Either::Right(_) => panic!("not in time"),
    }
}

/// The next event, within the time a test waits.
pub async fn next(events: &mut EventStream) -> Event {
    in_time(events.next()).await.expect("a living client")
}

/// Skips to the next event that `pick` takes.
pub async fn until<T>(events: &mut EventStream, pick: impl Fn(Event) -> Option<T>) -> T {
    loop {
        if let Some(picked) = pick(next(events).await) {
            return picked;
        }
    }
}

/// Waits until the server has one connection: those of the test before may be ending.
pub async fn only_client(client: &Client) {
    in_time(async {
        while client
            .emit_with_ack::<u32>("clients", &(), PATIENCE)
            .await
            .unwrap()
            > 1
        {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

pub async fn connected(events: &mut EventStream) -> String {
    until(events, |event| match event {
        Event::Connected { id } => Some(id),
        _ => None,
    })
    .await
}

pub async fn message(events: &mut EventStream) -> Message {
    until(events, |event| match event {
        Event::Message(message) => Some(message),
        _ => None,
    })
    .await
}

/// The next end of a connection.
pub async fn disconnected(events: &mut EventStream) -> DisconnectReason {
    until(events, |event| match event {
        Event::Disconnected { reason, .. } => Some(reason),
        _ => None,
    })
    .await
}

/// The error of the next attempt that fails.
pub async fn connect_error(events: &mut EventStream) -> ConnectError {
    until(events, |event| match event {
        Event::ConnectError(error) => Some(error),
        _ => None,
    })
    .await
}

/// Whether a moment passes without an event.
pub async fn quiet(events: &mut EventStream) -> bool {
    let moment = pin!(sleep(ms(150)));
    matches!(select(pin!(events.next()), moment).await, Either::Right(_))
}

/// Lets the server at `/gate/` turn away the next connections, and ends this one.
pub async fn shut_out(client: &Client, events: &mut EventStream, attempts: u32) {
    connected(events).await;
    let () = client.emit_with_ack("shut", &attempts, PATIENCE).await.unwrap();
    client.emit("close", &()).unwrap();
    assert_eq!(disconnected(events).await, DisconnectReason::TransportClose);
}
