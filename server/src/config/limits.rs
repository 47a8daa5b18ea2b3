//! Limits on what one client may do, and on memory.

use std::time::Duration;

use clap::Args;

use super::parse::{bytes, milliseconds, seconds, whole_seconds};
use crate::store::{Quota, StorageLimits};

/// Limits on what one client may do, and on memory.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Entries a device may send per second, on average
    #[arg(
        long,
        env = "STEADFAST_MESSAGES_PER_SECOND",
        value_name = "N",
        default_value_t = 100
    )]
    pub messages_per_second: u32,

    /// Entries a device may send in a burst, before the rate applies; at least 64
    #[arg(
        long,
        env = "STEADFAST_MESSAGE_BURST",
        value_name = "N",
        default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(64..)
    )]
    pub message_burst: u32,

    /// Other events a device may send per second, on average
    #[arg(
        long,
        env = "STEADFAST_EVENTS_PER_SECOND",
        value_name = "N",
        default_value_t = 50
    )]
    pub events_per_second: u32,

    /// Other events a device may send in a burst, before the rate applies; at least 64
    #[arg(
        long,
        env = "STEADFAST_EVENT_BURST",
        value_name = "N",
        default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(64..)
    )]
    pub event_burst: u32,

    /// Rooms one person may create per minute, and in a burst before the rate applies
    #[arg(
        long,
        env = "STEADFAST_ROOMS_PER_MINUTE",
        value_name = "N",
        default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub rooms_per_minute: u32,

    /// Sign-ins one IP address may attempt per minute
    #[arg(
        long,
        env = "STEADFAST_SIGN_INS_PER_MINUTE",
        value_name = "N",
        default_value_t = 60
    )]
    pub sign_ins_per_minute: u32,

    /// API requests one person may make per minute, over all their devices
    #[arg(
        long,
        env = "STEADFAST_REQUESTS_PER_MINUTE",
        value_name = "N",
        default_value_t = 600
    )]
    pub requests_per_minute: u32,

    /// Days to keep the audit log, at most 100,000 lines
    #[arg(
        long,
        env = "STEADFAST_AUDIT_DAYS",
        value_name = "DAYS",
        default_value_t = 365
    )]
    pub audit_days: u32,

    /// Days to keep the sign-in log, at most 100,000 lines
    #[arg(
        long,
        env = "STEADFAST_SIGN_IN_DAYS",
        value_name = "DAYS",
        default_value_t = 90
    )]
    pub sign_in_days: u32,

    /// Most connections at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS",
        value_name = "N",
        default_value_t = 10_000
    )]
    pub max_connections: usize,

    /// Most connections of one device at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS_PER_DEVICE",
        value_name = "N",
        default_value_t = 64
    )]
    pub max_connections_per_device: usize,

    /// Most chat connections of one person at the same time, over all their devices
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS_PER_PERSON",
        value_name = "N",
        default_value_t = 256
    )]
    pub max_connections_per_person: usize,

    /// Most chat connections from one IP address at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS_PER_ADDRESS",
        value_name = "N",
        default_value_t = 4_000
    )]
    pub max_connections_per_address: usize,

    /// Most chat connections that have not authenticated yet, at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_HANDSHAKES",
        value_name = "N",
        default_value_t = 1_024
    )]
    pub max_handshakes: usize,

    /// Most chat connections from one IP address that have not authenticated yet, at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_HANDSHAKES_PER_ADDRESS",
        value_name = "N",
        default_value_t = 256
    )]
    pub max_handshakes_per_address: usize,

    /// Most HTTP connections without a signed-in chat, at the same time; the one idle for longest makes room for the next
    #[arg(
        long,
        env = "STEADFAST_MAX_HTTP_CONNECTIONS",
        value_name = "N",
        default_value_t = 2_048
    )]
    pub max_http_connections: usize,

    /// Most HTTP connections from one IP address without a signed-in chat, at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_HTTP_CONNECTIONS_PER_ADDRESS",
        value_name = "N",
        default_value_t = 512
    )]
    pub max_http_connections_per_address: usize,

    /// Seconds allowed for a request's headers, and for a connection to wait for the next request
    #[arg(
        long = "header-seconds",
        env = "STEADFAST_HEADER_SECONDS",
        value_name = "SECONDS",
        default_value = "20",
        value_parser = seconds
    )]
    pub header: Duration,

    /// Seconds allowed for a request's body
    #[arg(
        long = "body-seconds",
        env = "STEADFAST_BODY_SECONDS",
        value_name = "SECONDS",
        default_value = "30",
        value_parser = seconds
    )]
    pub body: Duration,

    /// Seconds a connection may leave sent data unread
    #[arg(
        long = "stall-seconds",
        env = "STEADFAST_STALL_SECONDS",
        value_name = "SECONDS",
        default_value = "10",
        value_parser = seconds
    )]
    pub stall: Duration,

    /// Seconds between the pings that keep a connection open
    #[arg(
        long = "ping-seconds",
        env = "STEADFAST_PING_SECONDS",
        value_name = "SECONDS",
        default_value = "25",
        value_parser = seconds
    )]
    pub ping: Duration,

    /// Seconds a ping may stay unanswered before the connection counts as lost
    #[arg(
        long = "pong-seconds",
        env = "STEADFAST_PONG_SECONDS",
        value_name = "SECONDS",
        default_value = "20",
        value_parser = seconds
    )]
    pub pong: Duration,

    /// Milliseconds a person may be gone before others see it, so that reloading a page does not count as leaving
    #[arg(
        long = "presence-grace-ms",
        env = "STEADFAST_PRESENCE_GRACE_MS",
        value_name = "MS",
        default_value = "10000",
        value_parser = milliseconds
    )]
    pub presence_grace: Duration,

    /// Seconds over which a stopping server closes its connections; 0 for all at once. Defaults to 0 with SQLite, where no other
    /// node takes them over, and to 20 with Postgres
    #[arg(
        long = "drain-seconds",
        env = "STEADFAST_DRAIN_SECONDS",
        value_name = "SECONDS",
        value_parser = whole_seconds
    )]
    pub drain: Option<Duration>,

    /// Most missed entries sent when a session opens; the client fetches the rest
    #[arg(
        long,
        env = "STEADFAST_RECOVERED_ENTRIES",
        value_name = "N",
        default_value_t = 200
    )]
    pub recovered_entries: usize,

    /// Messages, edits and reactions one person may write per day, UTC; 0 for no limit
    #[arg(
        long,
        env = "STEADFAST_DAILY_ENTRIES",
        value_name = "N",
        default_value_t = DAILY_ENTRIES
    )]
    pub daily_entries: u64,

    /// Bytes of text one person may write per day, UTC, for example 50MB; 0 for no limit
    #[arg(
        long,
        env = "STEADFAST_DAILY_BYTES",
        value_name = "BYTES",
        default_value = "100MB",
        value_parser = bytes
    )]
    pub daily_bytes: u64,

    /// Bytes to keep free on the database's disk, for example 1GB; below it new messages are refused. At most a twentieth of the
    /// disk
    #[arg(
        long,
        env = "STEADFAST_MIN_FREE_SPACE",
        value_name = "BYTES",
        default_value = "500MB",
        value_parser = bytes
    )]
    pub min_free_space: u64,
}

/// More than one person writes in 24 hours.
const DAILY_ENTRIES: u64 = 50_000;
const DAILY_BYTES: u64 = 100_000_000;
const MIN_FREE_SPACE: u64 = 500_000_000;

impl Limits {
    /// The limits that the store enforces.
    pub(crate) fn storage(&self) -> StorageLimits {
        StorageLimits {
            quota: Quota {
                entries: self.daily_entries,
                bytes: self.daily_bytes,
            },
            min_free: self.min_free_space,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_per_second: 100,
            message_burst: 1_000,
            events_per_second: 50,
            event_burst: 200,
            rooms_per_minute: 30,
            sign_ins_per_minute: 60,
            requests_per_minute: 600,
            audit_days: 365,
            sign_in_days: 90,
            max_connections: 10_000,
            max_connections_per_device: 64,
            max_connections_per_person: 256,
            max_connections_per_address: 4_000,
            max_handshakes: 1_024,
            max_handshakes_per_address: 256,
            max_http_connections: 2_048,
            max_http_connections_per_address: 512,
            header: Duration::from_secs(20),
            body: Duration::from_secs(30),
            stall: Duration::from_secs(10),
            ping: Duration::from_secs(25),
            pong: Duration::from_secs(20),
            presence_grace: Duration::from_secs(10),
            drain: None,
            recovered_entries: 200,
            daily_entries: DAILY_ENTRIES,
            daily_bytes: DAILY_BYTES,
            min_free_space: MIN_FREE_SPACE,
        }
    }
}
