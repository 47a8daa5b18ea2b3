//! Streams of events.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::event::{Event, Message};
use super::shared::Shared;
use super::streams::StreamTopic;
use crate::packet::push_number;
use crate::protocol::SocketKey;

/// All events of a socket, in order. Ends when every [`Client`](super::Client) is dropped.
#[must_use = "a dropped stream gets no events"]
pub struct EventStream {
    shared: Arc<Shared>,
    id: u64,
}

impl EventStream {
    pub(super) fn new(shared: &Arc<Shared>, key: SocketKey, topic: StreamTopic) -> Self {
        Self {
            id: shared.untimed(|inner| inner.subscribe(key, topic)),
            shared: shared.clone(),
        }
    }

    /// The next event. It is cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// A handle to end this stream from elsewhere.
    pub(super) fn handler(&self) -> Handler {
        Handler {
            shared: Arc::downgrade(&self.shared),
            id: self.id,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.shared.take(|inner| inner.poll_event(self.id, cx))
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
        self.shared.untimed(|inner| inner.unsubscribe(self.id));
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The arguments of every event of one name. An event of another shape is an error item, and so are [missed](Event::Missed)
/// events; the stream continues.
#[derive(Debug)]
#[must_use = "a dropped stream gets no events"]
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

    /// The next event's arguments. It is cancel-safe.
    pub async fn next(&mut self) -> Option<Result<T, serde_json::Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, serde_json::Error>>> {
        loop {
            match std::task::ready!(self.events.poll(cx)) {
                Some(Event::Message(message)) => return Poll::Ready(Some(message.parse())),
                Some(Event::Missed { events }) => {
                    let mut words = String::new();
                    push_number(&mut words, events as u64);
                    words.push_str(" events were missed");
                    if let Err(error) = crate::payload::fail(words) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
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

/// The events that this side emits, as they are sent.
#[derive(Debug)]
#[must_use = "a dropped stream gets no events"]
pub struct SentStream(EventStream);

impl SentStream {
    pub(super) fn new(events: EventStream) -> Self {
        Self(events)
    }

    /// The next event that is sent. It is cancel-safe.
    pub async fn next(&mut self) -> Option<Message> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        loop {
            match std::task::ready!(self.0.poll(cx)) {
                Some(Event::Message(message)) => return Poll::Ready(Some(message)),
                Some(_) => {}
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Stream for SentStream {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        self.poll(cx)
    }
}

/// Resolves to the next event of one name; to `None` when the client is gone. Dropping it stops listening.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Once<T>(TypedStream<T>);

impl<T: DeserializeOwned> Once<T> {
    pub(super) fn new(stream: TypedStream<T>) -> Self {
        Self(stream)
    }
}

impl<T: DeserializeOwned> Future for Once<T> {
    type Output = Option<Result<T, serde_json::Error>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}

/// A function called for every event of one name. Dropping this handle leaves it in place; [`off`](Self::off) removes it.
pub struct Handler {
    shared: Weak<Shared>,
    id: u64,
}

impl Handler {
    /// Stops calling the function.
    pub fn off(self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.untimed(|inner| inner.unsubscribe(self.id));
        }
    }

    /// The number of events that the function has missed because it held up others for too long, see
    /// [`Limits::events`](crate::Limits::events). 0 once it is removed, or the client is gone.
    pub fn missed(&self) -> usize {
        let shared = self.shared.upgrade();
        shared.map_or(0, |shared| shared.untimed(|inner| inner.missed(self.id)))
    }
}

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handler").finish_non_exhaustive()
    }
}
