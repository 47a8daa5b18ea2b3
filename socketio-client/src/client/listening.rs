//! Listening to a socket: streams and functions.

use serde::de::DeserializeOwned;

use super::streams::StreamTopic;
use super::{Client, EventStream, Handler, Once, SentStream, TypedStream};
use crate::demand;
use crate::platform::MaybeSend;

impl Client {
    /// All events of this socket from here on, in order.
    ///
    /// Each call returns a separate stream. A full, unread stream slows the connection down, see
    /// [`Limits::events`](crate::Limits::events); drop it when it is not needed.
    pub fn events(&self) -> EventStream {
        demand::own_events::want();
        EventStream::new(self.shared(), self.key, StreamTopic::All)
    }

    /// The arguments of every event of this name from here on.
    ///
    /// ```no_run
    /// # async fn read(client: &socketio_anywhere::Client) {
    /// let mut moves = client.on::<(i32, i32)>("moved");
    /// while let Some(item) = moves.next().await {
    ///     match item {
    ///         Ok((x, y)) => println!("to {x}, {y}"),
    ///         Err(error) => println!("of another shape: {error}"),
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// A full stream slows the connection down, as one of [`events`](Self::events) does.
    ///
    /// Listeners by name get the arguments alone. A server that waits for an answer gets it by way of [`events`](Self::events):
    ///
    /// ```no_run
    /// # use socketio_anywhere::{Client, Event};
    /// # async fn answer(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut events = client.events();
    /// while let Some(event) = events.next().await {
    ///     if let Event::Message(message) = event
    ///         && message.event == "ask"
    ///         && let Some(ack) = message.ack
    ///     {
    ///         let question: String = message.payload.parse()?;
    ///         ack.send(&question.len())?;
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn on<T: DeserializeOwned>(&self, event: &str) -> TypedStream<T> {
        let topic = StreamTopic::Named(event.to_owned());
        TypedStream::new(EventStream::new(self.shared(), self.key, topic))
    }

    /// The arguments of the next event of this name. Listening begins at this call, not at the first poll.
    ///
    /// ```no_run
    /// # async fn play(client: &socketio_anywhere::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let start = client.once::<String>("start"); // before the event that causes it
    /// client.emit("ready", &())?;
    /// if let Some(game) = start.await {
    ///     println!("{} begins", game?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn once<T: DeserializeOwned>(&self, event: &str) -> Once<T> {
        let topic = StreamTopic::Next(event.to_owned());
        Once::new(TypedStream::new(EventStream::new(self.shared(), self.key, topic)))
    }

    /// Calls a function for every event of this name from here on, in order, on the runtime on which the client was built, from
    /// whichever thread this is called. Events of another shape are skipped, and so are those that the function
    /// [misses](Handler::missed) because it holds up others for too long; to see those use [`on`](Self::on). [`Handler::off`] removes
    /// the function, and so does a panic in it. A function that owns a `Client` keeps the connection open for ever: give it a
    /// [`downgrade`](Self::downgrade)d one.
    ///
    /// ```no_run
    /// # fn listen(client: &socketio_anywhere::Client) {
    /// let weak = client.downgrade();
    /// let handler = client.on_each("ask", move |question: String| {
    ///     if let Some(client) = weak.upgrade() {
    ///         let _ = client.emit("answer", &question.len());
    ///     }
    /// });
    /// handler.off(); // without it the function is called as long as the client lives
    /// # }
    /// ```
    pub fn on_each<T: DeserializeOwned + 'static>(
        &self,
        event: &str,
        mut call: impl FnMut(T) + MaybeSend + 'static,
    ) -> Handler {
        let events = EventStream::new(self.shared(), self.key, StreamTopic::Named(event.to_owned()));
        let handler = events.handler();
        let mut stream = TypedStream::new(events);
        self.shared().runtime.spawn(async move {
            while let Some(item) = stream.next().await {
                if let Ok(item) = item {
                    call(item);
                }
            }
        });
        handler
    }

    /// The events of the underlying connection from here on: [`Event::Ping`](crate::Event::Ping),
    /// [`Event::Drained`](crate::Event::Drained), [`Event::Upgraded`](crate::Event::Upgraded) and
    /// [`Event::UpgradeFailed`](crate::Event::UpgradeFailed), those of `socket.io.engine.on(…)` in JavaScript.
    pub fn engine_events(&self) -> EventStream {
        demand::engine_events::want();
        demand::own_events::want();
        EventStream::new(self.shared(), self.key, StreamTopic::Engine)
    }

    /// Every event that this socket emits from here on, as it is sent: at once, or once it is connected.
    pub fn sent(&self) -> SentStream {
        demand::sent::want();
        SentStream::new(EventStream::new(self.shared(), self.key, StreamTopic::Sent))
    }
}
