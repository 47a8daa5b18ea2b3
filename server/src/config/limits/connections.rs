//! Limits on the number of connections.

use clap::Args;

use crate::config::parse::at_least_one;

/// How many connections may be open at the same time.
#[derive(Args, Clone, Debug)]
pub struct ConnectionLimits {
    /// Most connections at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS",
        value_name = "N",
        default_value_t = 10_000,
        value_parser = at_least_one
    )]
    pub max_connections: usize,

    /// Most connections of one device at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS_PER_DEVICE",
        value_name = "N",
        default_value_t = 64,
        value_parser = at_least_one
    )]
    pub max_connections_per_device: usize,

    /// Most chat connections of one person at the same time, over all their devices
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS_PER_PERSON",
        value_name = "N",
        default_value_t = 256,
        value_parser = at_least_one
    )]
    pub max_connections_per_person: usize,

    /// Most chat connections from one IP address at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS_PER_ADDRESS",
        value_name = "N",
        default_value_t = 4_000,
        value_parser = at_least_one
    )]
    pub max_connections_per_address: usize,

    /// Most chat connections that have not authenticated yet, at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_HANDSHAKES",
        value_name = "N",
        default_value_t = 1_024,
        value_parser = at_least_one
    )]
    pub max_handshakes: usize,

    /// Most chat connections from one IP address that have not authenticated yet, at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_HANDSHAKES_PER_ADDRESS",
        value_name = "N",
        default_value_t = 256,
        value_parser = at_least_one
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
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_connections_per_device: 64,
            max_connections_per_person: 256,
            max_connections_per_address: 4_000,
            max_handshakes: 1_024,
            max_handshakes_per_address: 256,
            max_http_connections: 2_048,
            max_http_connections_per_address: 512,
        }
    }
}
