//! Limits on rates.

use clap::Args;

/// How fast one device may send.
#[derive(Args, Clone, Debug)]
pub struct DeviceRates {
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
}

impl Default for DeviceRates {
    fn default() -> Self {
        Self {
            messages_per_second: 100,
            message_burst: 1_000,
            events_per_second: 50,
            event_burst: 200,
        }
    }
}

/// How fast one person or one address may do what costs more than an event.
#[derive(Args, Clone, Debug)]
pub struct RequestRates {
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
}

impl Default for RequestRates {
    fn default() -> Self {
        Self {
            rooms_per_minute: 30,
            sign_ins_per_minute: 60,
            requests_per_minute: 600,
        }
    }
}
