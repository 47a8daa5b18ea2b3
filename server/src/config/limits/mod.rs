//! Limits on what one client may do, and on memory.

mod connections;
mod data;
mod rates;
mod times;

use clap::Args;

pub use connections::ConnectionLimits;
pub use data::DataLimits;
pub use rates::DeviceRates;
use rates::RequestRates;
pub use times::TimeLimits;

/// Limits on what one client may do, and on memory.
#[derive(Args, Clone, Default, Debug)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    #[command(flatten)]
    pub device: DeviceRates,
    #[command(flatten)]
    pub rates: RequestRates,
    #[command(flatten)]
    pub connections: ConnectionLimits,
    #[command(flatten)]
    pub times: TimeLimits,
    #[command(flatten)]
    pub data: DataLimits,
}
