//! What a client can be told, with the JavaScript client's defaults.

use std::time::Duration;

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
    /// By what share of itself a delay varies, `0.0` to `1.0`. Default 0.5.
    pub randomization_factor: f64,
    /// How long dialling may take, up to the server's handshake; `None` is for ever. Default 20 s.
    pub timeout: Option<Duration>,
    /// What to hold at most.
    pub limits: Limits,
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
            limits: Limits::default(),
        }
    }
}

/// Bounds on memory. What a server sends beyond them ends the connection with `parse error`; what the program sends beyond
/// them is refused with [`EmitError::BufferFull`](crate::EmitError::BufferFull).
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The longest packet taken from a server, in bytes, attachments included. Default 16 MiB.
    pub packet: usize,
    /// How many attachments a packet may have. Default 1,024.
    pub attachments: usize,
    /// How many events wait for a connection at most. Default 4,096.
    pub send_buffer: usize,
    /// How many bytes wait for a connection, and as many again for the link to take them. Default 16 MiB.
    pub send_bytes: usize,
    /// How many events wait in an event stream that is not read. Default 8,192. See
    /// [`DisconnectReason::EventOverflow`](crate::DisconnectReason::EventOverflow).
    pub events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packet: 16 << 20,
            attachments: 1024,
            send_buffer: 4096,
            send_bytes: 16 << 20,
            events: 8192,
        }
    }
}
