//! The client for programs: a handle on the machine and on the one loop that does the I/O.

mod ack;
mod attempt;
mod auth;
mod builder;
mod clock;
mod depart;
mod endpoint;
mod event;
mod listening;
mod run;
mod shared;
mod stream;
mod streams;
#[cfg(feature = "tracing")]
mod trace;

pub use ack::Ack;
pub use attempt::Attempt;
pub use builder::Builder;
pub use event::{Event, Message, Responder};
pub use stream::{EventStream, Handler, Once, SentStream, TypedStream};

use std::sync::{Arc, Weak};
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use crate::demand;
use crate::protocol::{Fallback, Input, Machine, SocketKey, State, Ticket};
use crate::time::Time;
use crate::{AckError, EmitError, Payload, Unsent};
use shared::Shared;

/// One socket of a connection. Cheap to clone; when the last clone is dropped, the connection closes and event streams end.
#[derive(Clone)]
pub struct Client {
    owner: Arc<Owner>,
    key: SocketKey,
}

/// A handle that does not keep the connection open, see [`Client::downgrade`].
#[derive(Clone, Debug)]
pub struct WeakClient {
    owner: Weak<Owner>,
    key: SocketKey,
}

impl WeakClient {
    /// The client, if another handle still exists.
    pub fn upgrade(&self) -> Option<Client> {
        let owner = self.owner.upgrade()?;
        Some(Client { owner, key: self.key })
    }
}

/// Ends the loop when the last handle is dropped.
#[derive(Debug)]
struct Owner(Arc<Shared>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.untimed(|inner| inner.finish(None));
    }
}

impl Client {
    /// Starts configuring a client of the server at `url`: `http`, `https`, `ws` or `wss`. A path names a namespace, as in
    /// the JavaScript client. In a page the origin may be left out (`""` or `"/namespace"`): it defaults to the page's own.
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::new(url.into())
    }

    fn new(shared: Arc<Shared>, key: SocketKey) -> Self {
        Self {
            owner: Arc::new(Owner(shared)),
            key,
        }
    }

    /// The socket of another namespace of the same server, over the same connection, with the same credentials. It connects
    /// unless the client was built without `auto_connect`. A second call for the same namespace returns the same socket.
    ///
    /// ```no_run
    /// # fn open(client: &socketio_anywhere::Client) -> Result<(), socketio_anywhere::EmitError> {
    /// let admin = client.of("/admin");
    /// let mut alarms = admin.on::<String>("alarm"); // only those of /admin
    /// admin.emit("watch", &())?;
    /// # drop(alarms);
    /// # Ok(()) }
    /// ```
    #[must_use = "dropping every handle closes the connection"]
    pub fn of(&self, namespace: &str) -> Self {
        self.namespace(namespace, None)
    }

    /// Like [`of`](Self::of), with its own credentials.
    #[must_use = "dropping every handle closes the connection"]
    pub fn of_with_auth(&self, namespace: &str, auth: impl Serialize) -> Self {
        demand::own_auth::want();
        self.namespace(namespace, Some(auth::presented(&auth)))
    }

    fn namespace(&self, namespace: &str, auth: Option<String>) -> Self {
        let key = self.shared().with(|inner, now| {
            let key = inner.machine.socket(namespace);
            if demand::own_auth::is_wanted()
                && let Some(auth) = auth
            {
                inner.auths.retain(|(other, _)| *other != key);
                inner.auths.push((key, auth));
            }
            if inner.auto_connect && !inner.finished {
                inner.machine.handle(Input::Connect(key), now);
            }
            key
        });
        Self {
            owner: self.owner.clone(),
            key,
        }
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.owner.0
    }

    /// Connects, unless it is connected or connecting. Starts over after [`disconnect`](Self::disconnect), a refusal, or the
    /// last attempt.
    pub fn connect(&self) {
        self.input(Input::Connect(self.key));
    }

    /// Disconnects, and stays disconnected until [`connect`](Self::connect). The send buffer is kept. Events already handed
    /// to a live connection are still sent, for up to [`close_timeout`](Builder::close_timeout), as long as the runtime
    /// lives; to wait for them, or for the buffer, call [`close`](Self::close).
    pub fn disconnect(&self) {
        self.input(Input::Disconnect(self.key));
    }

    /// Waits until everything emitted so far, on any socket of this connection, is sent: handed to the operating system or
    /// the browser, or to the server by a request. For events of the retry queue it waits until they are acknowledged. Events
    /// emitted meanwhile are neither waited for nor counted.
    ///
    /// ```no_run
    /// # async fn save(client: &socketio_anywhere::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// client.emit("draft", "half a sentence")?;
    /// if let Err(unsent) = client.flush().await {
    ///     println!("{} events wait for a connection", unsent.events);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The number of events not sent within [`close_timeout`](Builder::close_timeout), or at once if the socket is
    /// disconnected for good. Events that are dropped meanwhile count too: those of the retry queue that run out of tries, and
    /// those still buffered when their ack times out.
    pub async fn flush(&self) -> Result<(), Unsent> {
        depart::depart(self.shared(), self.key, false).await
    }

    /// Leaves cleanly: waits like [`flush`](Self::flush), disconnects, and waits until the server has been told. Await it
    /// before a program ends. Dropping the future early leaves the socket in its state at that time.
    ///
    /// Events emitted meanwhile are sent if the connection takes them before the disconnection; the others are kept, as after
    /// [`disconnect`](Self::disconnect), and none is counted.
    ///
    /// ```no_run
    /// # use socketio_anywhere::Client;
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let client = Client::builder("http://localhost:3000").build()?;
    ///     client.emit("report", "all is well")?;
    ///     client.close().await?; // without it the program would end before it is connected
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`flush`](Self::flush). The socket is disconnected all the same; unsent events are kept, as after
    /// [`disconnect`](Self::disconnect).
    pub async fn close(&self) -> Result<(), Unsent> {
        depart::depart(self.shared(), self.key, true).await
    }

    /// Connects at once if the client waits for its next attempt or has given up. Does nothing while connected or
    /// connecting.
    pub fn reconnect_now(&self) {
        self.input(Input::ReconnectNow);
    }

    /// Tells the client that the page, the device or the network is back: it notices a connection that died in the meantime,
    /// and ends the wait for the next attempt. Does nothing while connected, connecting, or given up. In a page this happens
    /// by itself, see [`Builder::wake_on_visible`].
    pub fn wake(&self) {
        self.input(Input::Wake);
    }

    /// Breaks the connection, or the attempt at one, like a network failure: every socket on it loses it, and reconnects as
    /// after any other loss. For testing a program's reaction. Does nothing without a connection.
    pub fn close_transport(&self) {
        self.input(Input::CloseTransport);
    }

    fn input(&self, input: Input) {
        self.shared().with(|inner, now| {
            if !inner.finished {
                inner.machine.handle(input, now);
            }
        });
    }

    /// A handle that does not keep the connection open: for a function given to [`on_each`](Self::on_each), which lives as
    /// long as the client.
    #[must_use]
    pub fn downgrade(&self) -> WeakClient {
        WeakClient {
            owner: Arc::downgrade(&self.owner),
            key: self.key,
        }
    }

    /// Drops the events that wait for a connection, or for their turn in the retry queue, and returns their number. Waits
    /// for their acks end with [`EmitError::Cleared`]. An event of the queue that was already sent stays.
    pub fn clear_buffer(&self) -> usize {
        self.shared()
            .untimed(|inner| inner.machine.clear_buffer(self.key))
    }

    /// Whether the server has granted the namespace and the connection is up.
    pub fn is_connected(&self) -> bool {
        self.id().is_some()
    }

    /// The socket's id on the server, while connected.
    pub fn id(&self) -> Option<String> {
        self.shared()
            .untimed(|inner| inner.machine.id(self.key).map(str::to_owned))
    }

    /// The socket's connection state.
    pub fn state(&self) -> State {
        self.shared()
            .with(|inner, now| inner.machine.state(self.key, now))
    }

    /// Whether the current connection, or otherwise the last one, resumed the one before it. The server, with connection
    /// state recovery on, has then replayed the missed events, and the socket's id and rooms are the same. Valid from
    /// [`Event::Connected`](crate::Event::Connected) on.
    pub fn recovered(&self) -> bool {
        self.shared().untimed(|inner| inner.machine.recovered(self.key))
    }

    /// The round-trip time of the last acknowledged event.
    pub fn round_trip(&self) -> Option<Duration> {
        self.shared().untimed(|inner| inner.machine.round_trip())
    }

    /// The transport of the connection: `websocket` or `polling`. Without a connection, the transport that the next one
    /// begins with.
    pub fn transport_name(&self) -> &'static str {
        self.shared().untimed(|inner| inner.machine.transport().as_str())
    }

    /// Why the connection uses long-polling, or will, although WebSocket is preferred. See [`Builder::try_all_transports`].
    pub fn fallback(&self) -> Option<Fallback> {
        self.shared().with(|inner, now| inner.machine.fallback(now))
    }

    /// The number of events that wait for a connection.
    pub fn buffered(&self) -> usize {
        self.shared().untimed(|inner| inner.machine.buffered(self.key))
    }

    /// Sends an event, or buffers it for the next connection. See [`Payload`] for tuples.
    ///
    /// ```no_run
    /// # fn emit(client: &socketio_anywhere::Client) -> Result<(), socketio_anywhere::EmitError> {
    /// use socketio_anywhere::Binary;
    ///
    /// client.emit("ready", &())?;                             // no argument
    /// client.emit("said", "hello")?;                          // one
    /// client.emit("moved", &(3, 4))?;                         // two
    /// client.emit("drawn", &vec![3, 4])?;                     // one, a list
    /// client.emit("sent", &("face.png", Binary(vec![0x89])))?; // bytes travel as bytes
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`EmitError::ReservedName`]; [`EmitError::Payload`] if it does not serialize or nests deeper than 126 levels;
    /// [`EmitError::BufferFull`] at [`Limits::send_buffer`](crate::Limits::send_buffer) events or
    /// [`Limits::send_bytes`](crate::Limits::send_bytes) bytes; [`EmitError::Disconnected`] if the client's runtime has
    /// ended.
    pub fn emit<T: Serialize + ?Sized>(&self, event: &str, payload: &T) -> Result<(), EmitError> {
        self.emit_arguments(event, arguments(payload)?)
    }

    fn emit_arguments(&self, event: &str, payload: Payload) -> Result<(), EmitError> {
        self.shared().with(|inner, now| {
            inner.is_alive()?;
            inner.machine.emit(self.key, event, payload, now)
        })
    }

    /// Sends an event if it can be sent at once, and drops it otherwise; returns whether it was sent.
    ///
    /// # Errors
    /// Those of [`emit`](Self::emit); a missing connection never causes [`EmitError::BufferFull`].
    pub fn emit_volatile<T: Serialize + ?Sized>(&self, event: &str, payload: &T) -> Result<bool, EmitError> {
        self.emit_volatile_arguments(event, arguments(payload)?)
    }

    fn emit_volatile_arguments(&self, event: &str, payload: Payload) -> Result<bool, EmitError> {
        self.shared().with(|inner, now| {
            inner.is_alive()?;
            inner.machine.emit_volatile(self.key, event, payload, now)
        })
    }

    /// Sends an event and waits for the server's ack.
    ///
    /// ```no_run
    /// # async fn ask(client: &socketio_anywhere::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use socketio_anywhere::AckError;
    ///
    /// match client.emit_with_ack::<u32>("count", &(), Duration::from_secs(5)).await {
    ///     Ok(count) => println!("{count} people are here"),
    ///     // The server may or may not have got it.
    ///     Err(AckError::Timeout | AckError::Disconnected) => println!("nobody knows"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// The event is sent at this call, not at the first poll. Dropping the future forgets the ack; the event stays sent.
    /// While offline the event is buffered, and the wait goes on through reconnections; an event still buffered at the
    /// timeout is not sent any more. The timeout is a [`Duration`], or `None` for [`Builder::ack_timeout`]. Once the event
    /// was sent, a lost connection fails the wait with [`AckError::Disconnected`].
    pub fn emit_with_ack<R: DeserializeOwned>(
        &self,
        event: &str,
        payload: &(impl Serialize + ?Sized),
        timeout: impl Into<Option<Duration>>,
    ) -> Ack<R> {
        self.asked(event, arguments(payload), timeout.into(), Machine::emit_with_ack)
    }

    /// Sends an event on the current connection, and waits for the server's ack, like
    /// [`emit_with_ack`](Self::emit_with_ack).
    ///
    /// Without a connection the wait fails at once with [`EmitError::Disconnected`]: the event is never buffered for another
    /// one.
    pub fn emit_volatile_with_ack<R: DeserializeOwned>(
        &self,
        event: &str,
        payload: &(impl Serialize + ?Sized),
        timeout: impl Into<Option<Duration>>,
    ) -> Ack<R> {
        self.asked(
            event,
            arguments(payload),
            timeout.into(),
            Machine::emit_volatile_with_ack,
        )
    }

    fn asked<R>(
        &self,
        event: &str,
        payload: Result<Payload, EmitError>,
        timeout: Option<Duration>,
        emit: EmitWithAck,
    ) -> Ack<R> {
        let sent = payload.and_then(|payload| {
            self.shared().with(|inner, now| {
                inner.is_alive()?;
                let timeout = timeout.map_or(inner.ack_timeout, Time::from);
                let ticket = emit(&mut inner.machine, self.key, event, payload, timeout, now)?;
                inner.await_ack(ticket);
                Ok(ticket)
            })
        });
        Ack::new(sent.map_err(AckError::from), self.shared())
    }
}

type EmitWithAck = fn(&mut Machine, SocketKey, &str, Payload, Time, Time) -> Result<Ticket, EmitError>;

fn arguments<T: Serialize + ?Sized>(payload: &T) -> Result<Payload, EmitError> {
    Payload::from_serialize(payload).map_err(|error| EmitError::Payload(error.to_string()))
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("state", &self.state()).finish()
    }
}
