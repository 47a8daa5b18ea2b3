//! The settings of a client, with the JavaScript client's defaults.

use std::time::Duration;

use crate::packet::Parser;
use crate::protocol::Transport;

/// Settings for connecting and reconnecting.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Whether to reconnect after a failure or a lost connection. Default `true`.
    pub reconnection: bool,
    /// The number of attempts after which to give up; `None`, the default, means never.
    pub reconnection_attempts: Option<u32>,
    /// The first delay before reconnecting. Default 1 s.
    pub reconnection_delay: Duration,
    /// The longest delay. Default 5 s.
    pub reconnection_delay_max: Duration,
    /// The fraction by which a delay varies, `0.0` to `1.0`. Default 0.5.
    pub randomization_factor: f64,
    /// How long connecting may take, up to the server's handshake; `None` means no limit. Default 20 s.
    pub timeout: Option<Duration>,
    /// The allowed transports, in order of preference. Default WebSocket, then long-polling. (The JavaScript client begins
    /// with long-polling.)
    pub transports: Vec<Transport>,
    /// Whether to try the next transport when one fails before the handshake. Default `false`.
    ///
    /// With both transports in [`transports`](Self::transports), long-polling then also takes over from a WebSocket that
    /// opens and carries nothing, or ends before the server's first heartbeat, as behind some proxies. From then on
    /// connections begin with long-polling, and switch to WebSocket as soon as it works again.
    pub try_all_transports: bool,
    /// With [`try_all_transports`](Self::try_all_transports), how long a transport may take for the handshake, and a
    /// WebSocket for the answer to CONNECT or to a probe, before another one is used. Default 5 s.
    pub fallback_timeout: Duration,
    /// The delay before a failed WebSocket is tried again, see [`try_all_transports`](Self::try_all_transports). It doubles
    /// with each failure. Default 15 s.
    pub upgrade_delay: Duration,
    /// The longest of these delays. Default 5 min.
    pub upgrade_delay_max: Duration,
    /// Whether to switch from long-polling to WebSocket once connected, if both sides can. Default `true`.
    pub upgrade: bool,
    /// Whether to begin with WebSocket if it worked last time, regardless of the order. Default `false`.
    pub remember_upgrade: bool,
    /// How long leaving may take; events sent before are still delivered. Default 10 s.
    pub close_timeout: Duration,
    /// The packet format, which must be the server's. Default JSON.
    pub parser: Parser,
    /// How long to wait for an ack by default: 10 s. (The JavaScript client waits for ever.)
    pub ack_timeout: Duration,
    /// Whether to send events one by one, and to repeat each until it is acknowledged. Default `None`: each is sent once.
    pub retries: Option<Retries>,
    /// Events that the server emits as volatile. With connection state recovery the last argument of every other event may
    /// be an offset; a text in an event named here never counts as one. Default: none.
    pub volatile_events: Vec<String>,
    /// Whether any text that is the last argument of an event counts as a recovery offset, as in the JavaScript client,
    /// instead of only texts that look like an offset of the in-memory, Redis-streams or MongoDB adapters. For other
    /// adapters; then also name volatile events. Default `false`.
    pub any_offset: bool,
    /// The limits on memory.
    pub limits: Limits,
}

/// The retry queue. Every event except volatile ones takes its turn in it, and the server must acknowledge each.
///
/// The server may get an event more than once: include something in the event that identifies repeats.
///
/// ```
/// # use std::time::Duration;
/// use socketio_anywhere::{Client, Exhausted, Retries};
///
/// // Sends an event up to four times, 5 s apart, and keeps it if none was acknowledged.
/// let queue = Retries::new(3)
///     .ack_timeout(Duration::from_secs(5))
///     .exhausted(Exhausted::Keep);
/// let builder = Client::builder("https://chat.example").retries(queue);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Retries {
    /// How many times an event is sent again after its first try.
    pub retries: u32,
    /// How long an attempt may take, for events without their own timeout. Default 10 s. (The JavaScript client has none and
    /// waits for ever.)
    pub ack_timeout: Duration,
    /// What happens to an event after its last attempt. Default [`Exhausted::Drop`].
    pub exhausted: Exhausted,
    /// Whether a lost connection counts as an attempt, as it does in the JavaScript client. Default `false`: then a
    /// connection lost within 5 s of sending the event counts only if more than [`retries`](Self::retries) of them in a row
    /// were lost that way. In that case the event seems to end the connections, like one that is too large for the server.
    /// The delays between connections grow in the meantime.
    pub count_disconnects: bool,
}

impl Settings {
    /// The retry queue's settings, if there is one.
    pub(crate) fn retry_queue(&self) -> Option<&Retries> {
        if crate::demand::retries::is_wanted() {
            self.retries.as_ref()
        } else {
            None
        }
    }
}

impl Retries {
    /// Up to this many attempts after the first, and defaults for the rest.
    #[must_use]
    pub fn new(retries: u32) -> Self {
        Self {
            retries,
            ack_timeout: Duration::from_secs(10),
            exhausted: Exhausted::Drop,
            count_disconnects: false,
        }
    }

    /// Sets [`ack_timeout`](Self::ack_timeout), which is 10 s by default.
    #[must_use]
    pub fn ack_timeout(mut self, timeout: Duration) -> Self {
        self.ack_timeout = timeout;
        self
    }

    /// Sets [`exhausted`](Self::exhausted): to drop such an event or to keep it.
    #[must_use]
    pub fn exhausted(mut self, exhausted: Exhausted) -> Self {
        self.exhausted = exhausted;
        self
    }

    /// Sets [`count_disconnects`](Self::count_disconnects), which is `false` by default.
    #[must_use]
    pub fn count_disconnects(mut self, count: bool) -> Self {
        self.count_disconnects = count;
        self
    }
}

/// What happens to an event after its last attempt.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exhausted {
    /// It is dropped, which [`Event::Undelivered`](crate::Event::Undelivered) reports, and the next one is sent, as in the
    /// JavaScript client.
    Drop,
    /// It stays first, nothing else is sent, and the next connection starts its attempts over.
    Keep,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reconnection: true,
            reconnection_attempts: None,
            reconnection_delay: Duration::from_secs(1),
            reconnection_delay_max: Duration::from_secs(5),
            randomization_factor: 0.5,
            timeout: Some(Duration::from_secs(20)),
            transports: vec![Transport::WebSocket, Transport::Polling],
            try_all_transports: false,
            fallback_timeout: Duration::from_secs(5),
            upgrade_delay: Duration::from_secs(15),
            upgrade_delay_max: Duration::from_secs(300),
            upgrade: true,
            remember_upgrade: false,
            close_timeout: Duration::from_secs(10),
            parser: Parser::Json,
            ack_timeout: Duration::from_secs(10),
            retries: None,
            volatile_events: Vec::new(),
            any_offset: false,
            limits: Limits::default(),
        }
    }
}

/// Limits on memory. A packet of the server beyond them ends the connection with `parse error`; an event of the program
/// beyond them is refused with [`EmitError::BufferFull`](crate::EmitError::BufferFull).
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The longest packet accepted from a server, in bytes, including attachments. Default 64 MiB.
    ///
    /// In a browser, whose WebSocket cannot be slowed down, as many bytes may wait unread; with more the connection ends,
    /// after those were read.
    pub packet: usize,
    /// The most attachments of one packet. Default 1,024.
    pub attachments: usize,
    /// The most events that wait for a connection. Default 4,096.
    pub send_buffer: usize,
    /// The most bytes that wait for a connection, and as many again for the link to accept them. Default 64 MiB.
    pub send_bytes: usize,
    /// The number of events in an event stream at which reading from the connection pauses. Default 8,192.
    ///
    /// While an ack is awaited, reading continues up to 16 times as many: the ack may be behind them.
    ///
    /// A stream misses nothing by being slow, but for one case, which would be a deadlock otherwise: if it is not read at all for 10 to 20 s
    /// while reading is paused, and the program waits on another stream (of any namespace, or a function of
    /// [`on_each`](crate::Client::on_each)) or for an ack. Then it misses later events, and once it is read again
    /// [`Event::Missed`](crate::Event::Missed) reports how many, before any later event; a typed stream reports it as an error item, and
    /// [`Handler::missed`](crate::Handler::missed) counts them.
    ///
    /// While reading is paused the server's pings wait, too. A server that misses their answers for longer than its `pingTimeout` (20 s by
    /// default) ends the connection, as it does with any slow client. What it has sent by then is still read, then the client reconnects.
    pub events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packet: 64 << 20,
            attachments: 1024,
            send_buffer: 4096,
            send_bytes: 64 << 20,
            events: 8192,
        }
    }
}
