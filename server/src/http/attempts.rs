//! How often one address may sign in. Addresses are forgotten once their time is full again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Instant;
use crate::realtime::bucket::Bucket;

/// Most addresses remembered at the same time.
const ADDRESSES: usize = 10_000;

/// The tries of each address.
#[derive(Debug)]
pub struct Attempts {
    per_minute: u32,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

impl Attempts {
    /// Allows each address this many a minute.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Counts one try, or says how long to wait.
    pub fn take(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES && !buckets.contains_key(&address) {
            buckets.retain(|_, bucket| !bucket.is_full(now));
            if buckets.len() >= ADDRESSES {
                buckets.clear();
            }
        }
        buckets
            .entry(address)
            .or_insert_with(|| Bucket::new(f64::from(self.per_minute) / 60.0, self.per_minute, now))
            .take(1, now)
    }
}
