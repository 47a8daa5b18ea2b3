//! Limits on time.

use std::time::Duration;

use clap::Args;

use super::super::parse::{milliseconds, seconds, whole_seconds};

/// How long a client may take, and how long the server waits for it.
#[derive(Args, Clone, Debug)]
pub struct TimeLimits {
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
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(20),
            body: Duration::from_secs(30),
            stall: Duration::from_secs(10),
            ping: Duration::from_secs(25),
            pong: Duration::from_secs(20),
            presence_grace: Duration::from_secs(10),
            drain: None,
        }
    }
}
