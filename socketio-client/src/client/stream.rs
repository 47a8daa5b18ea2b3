//! Streams of what happens.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::event::Event;
use super::shared::Shared;
use crate::protocol::SocketKey;

/// Everything that happens to a socket, in order. Ends when every [`Client`](super::Client) is dropped.
pub struct EventStream {
    shared: Arc<Shared>,
    id: u64,
}

impl EventStream {
    pub(super) fn new(shared: &Arc<Shared>, key: SocketKey, only: Option<String>) -> Self {
        Self {
            id: shared.with(|inner, _| inner.subscribe(key, only)),
            shared: shared.clone(),
        }
    }

    /// The next event. Cancelling loses nothing.
    pub async fn next(&mut self) -> Option<Event> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.shared.with(|inner, now| inner.poll_event(self.id, cx, now))
    }
}

impl Stream for EventStream {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.poll(cx)
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.shared.with(|inner, now| inner.unsubscribe(self.id, now));
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The arguments of every event of one name. An event of another shape is an error item; the stream goes on.
#[derive(Debug)]
pub struct TypedStream<T> {
    events: EventStream,
    item: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> TypedStream<T> {
    pub(super) fn new(events: EventStream) -> Self {
        Self {
            events,
            item: PhantomData,
        }
    }

    /// The next event's arguments. Cancelling loses nothing.
    pub async fn next(&mut self) -> Option<Result<T, serde_json::Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, serde_json::Error>>> {
        loop {
            match std::task::ready!(self.events.poll(cx)) {
                Some(Event::Message(message)) => return Poll::Ready(Some(message.parse())),
                Some(_) => {}
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T: DeserializeOwned> Stream for TypedStream<T> {
    type Item = Result<T, serde_json::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
