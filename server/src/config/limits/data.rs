//! Limits on data: stored and sent.

use clap::Args;

use super::super::parse::bytes;
use crate::store::{Quota, StorageLimits};

/// More than one person writes in 24 hours.
const DAILY_ENTRIES: u64 = 50_000;
const DAILY_BYTES: u64 = 100_000_000;
const MIN_FREE_SPACE: u64 = 500_000_000;

/// How much is stored, for how long, and how much is sent at once.
#[derive(Args, Clone, Debug)]
pub struct DataLimits {
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

    /// Most missed entries sent when a session opens; the client fetches the rest
    #[arg(
        long,
        env = "STEADFAST_RECOVERED_ENTRIES",
        value_name = "N",
        default_value_t = 200
    )]
    pub recovered_entries: usize,

    /// Messages, edits, reactions, changes of names and rooms one person may write per day, UTC; 0 for no limit
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

impl DataLimits {
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

impl Default for DataLimits {
    fn default() -> Self {
        Self {
            audit_days: 365,
            sign_in_days: 90,
            recovered_entries: 200,
            daily_entries: DAILY_ENTRIES,
            daily_bytes: DAILY_BYTES,
            min_free_space: MIN_FREE_SPACE,
        }
    }
}
