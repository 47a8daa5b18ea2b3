//! The settings of a client, with the JavaScript client's defaults.

use std::time::Duration;

use crate::packet::Parser;
use crate::protocol::Transport;

/// How to connect, and how to come back.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Whether to dial again after a failure or a lost connection. Default `true`.
    pub reconnection: bool,
    /// After how many attempts to give up; `None`, the default, is never.
    pub reconnection_attempts: Option<u32>,
    /// The first delay before dialling again. Default 1 s.
    pub reconnection_delay: Duration,
    /// The longest delay. Default 5 s.
    pub reconnection_delay_max: Duration,
    /// The share of itself by which a delay varies, `0.0` to `1.0`. Default 0.5.
    pub randomization_factor: f64,
    /// How long dialling may take, up to the server's handshake; `None` is for ever. Default 20 s.
    pub timeout: Option<Duration>,
    /// Which transports may be used, in order of preference. Default WebSocket, then long-polling. (The JavaScript client begins with long-polling.)
    pub transports: Vec<Transport>,
    /// Whether to try the next transport when one fails before the handshake. Default `false`.
    ///
    /// With both transports in [`transports`](Self::transports), long-polling then also takes over from a WebSocket that opens and
    /// carries nothing, or ends before the server's first heartbeat, as some proxies have it. From then on connections begin with
    /// long-polling, and move to WebSocket as soon as it is found to work again.
    pub try_all_transports: bool,
    /// With [`try_all_transports`](Self::try_all_transports), how long a transport may take to bring the handshake, and a WebSocket to
    /// bring the answer to CONNECT or to a probe, before another one is used. Default 5 s.
    pub fallback_timeout: Duration,
    /// How long after a WebSocket failed it is tried again, see [`try_all_transports`](Self::try_all_transports). It doubles with each failure.
    /// Default 15 s.
    pub upgrade_delay: Duration,
    /// The longest of these delays. Default 5 min.
    pub upgrade_delay_max: Duration,
    /// Whether to move from long-polling to WebSocket once connected, where both sides can. Default `true`.
    pub upgrade: bool,
    /// Whether to begin with WebSocket if it worked last time, whatever the order says. Default `false`.
    pub remember_upgrade: bool,
    /// How long leaving may take: events sent before still go. Default 10 s.
    pub close_timeout: Duration,
    /// The form that packets take, which must be the server's. Default JSON.
    pub parser: Parser,
    /// How long an ack is waited for where the program does not say. Default 10 s. (The JavaScript client waits for ever.)
    pub ack_timeout: Duration,
    /// Whether events are sent one by one and again until they are acknowledged. Default `None`: each is sent once.
    pub retries: Option<Retries>,
    /// Events that the server emits as volatile. With connection state recovery the last argument of every other event may be an offset;
    /// naming these makes sure that a text in one of them is never taken for it. Default: none.
    pub volatile_events: Vec<String>,
    /// Whether any text is taken for a recovery offset that is the last argument of an event, as the JavaScript client does, and not only one
    /// that looks like an offset of the adapters in memory, on Redis streams or on MongoDB. For other adapters; name volatile events then.
    /// Default `false`.
    pub any_offset: bool,
    /// The bounds on memory.
    pub limits: Limits,
}

/// How the retry queue works. Every event but volatile ones takes its turn in it, and the server must acknowledge each.
///
/// The server may get an event more than once: tell repeats apart by something in the event.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Retries {
    /// How many times an event is sent again after its first try.
    pub retries: u32,
    /// How long a try may take, for events without a timeout of their own. Default 10 s. (The JavaScript client has none and waits for ever.)
    pub ack_timeout: Duration,
    /// The fate of an event out of tries. Default [`Exhausted::Drop`].
    pub exhausted: Exhausted,
    /// Whether a lost connection counts as a try, as it does in the JavaScript client. Default `false`: one that was lost within 5 s of
    /// the event's being sent counts where more of them in a row than [`retries`](Self::retries) were. Then the event seems to end
    /// them, as one does that is too large for the server. Meanwhile the delays between connections grow.
    pub count_disconnects: bool,
}

impl Retries {
    /// Up to this many tries after the first, and defaults for the rest.
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

/// The fate of an event out of tries.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exhausted {
    /// It is dropped, [`Event::Undelivered`](crate::Event::Undelivered) says so, and the next one goes, as in the JavaScript client.
    Drop,
    /// It stays first, nothing else goes, and the next connection starts its tries over.
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

/// Bounds on memory. A packet of the server beyond them ends the connection with `parse error`; an event of the program beyond
/// them is refused with [`EmitError::BufferFull`](crate::EmitError::BufferFull).
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The longest packet taken from a server, in bytes, attachments included. Default 64 MiB.
    ///
    /// In a browser, whose WebSocket cannot be slowed down, as many bytes may wait unread; with more the connection ends, after those were read.
    pub packet: usize,
    /// How many attachments a packet may have. Default 1,024.
    pub attachments: usize,
    /// How many events wait for a connection at most. Default 4,096.
    pub send_buffer: usize,
    /// How many bytes wait for a connection, and as many again for the link to take them. Default 64 MiB.
    pub send_bytes: usize,
    /// How many events wait in an event stream before nothing more is read from the link. Default 8,192.
    ///
    /// While an ack is awaited, reading goes on up to 16 times as many: the ack may be behind them. A stream that is not read at all
    /// for 10 s, while this holds up the others, misses later events: once it is read again, [`Event::Missed`](crate::Event::Missed) says how much.
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
