//! A token bucket, the rate limit for all kinds of work. The caller passes the time in.

use std::time::Duration;

use crate::clock::Instant;

/// Fills at a rate up to a burst; work is taken out.
#[derive(Clone, Debug)]
pub struct Bucket {
    per_second: f64,
    burst: f64,
    level: f64,
    seen: Instant,
}

impl Bucket {
    pub fn new(per_second: f64, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst.max(1));
        Self {
            per_second: per_second.max(0.001),
            burst,
            level: burst,
            seen: now,
        }
    }

    /// Takes `cost` out, or returns the time until that much is available. A cost above the burst counts as the burst.
    pub fn take(&mut self, cost: u32, now: Instant) -> Result<(), Duration> {
        self.fill(now);
        let cost = f64::from(cost).min(self.burst);
        if self.level >= cost {
            self.level -= cost;
            return Ok(());
        }
        Err(Duration::from_secs_f64((cost - self.level) / self.per_second))
    }

    /// Changes the rate and the burst.
    pub fn set_rate(&mut self, per_second: f64, burst: u32, now: Instant) {
        self.fill(now);
        let grown = f64::from(burst.max(1)) - self.burst;
        self.per_second = per_second.max(0.001);
        self.burst += grown;
        self.level += grown.max(0.0);
        self.level = self.level.min(self.burst);
    }

    /// Takes `cost` out even beyond zero. The bucket has to refill that debt before it gives anything.
    pub fn spend(&mut self, cost: u32, now: Instant) {
        self.fill(now);
        self.level -= f64::from(cost);
    }

    /// Whether the bucket is full, so its owner has been idle for a while.
    pub fn is_full(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.level >= self.burst
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.seen).as_secs_f64();
        self.level = (self.level + passed * self.per_second).min(self.burst);
        self.seen = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10.0, 5, start);
        for _ in 0..5 {
            assert_eq!(bucket.take(1, start), Ok(()));
        }
        assert_eq!(bucket.take(1, start), Err(Duration::from_millis(100)));
        assert_eq!(bucket.take(1, start + Duration::from_millis(100)), Ok(()));
    }

    #[test]
    fn what_is_spent_beyond_the_level_is_owed() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10.0, 5, start);
        bucket.spend(8, start);
        assert_eq!(bucket.take(1, start), Err(Duration::from_millis(400)));
        assert_eq!(bucket.take(1, start + Duration::from_millis(400)), Ok(()));
    }

    #[test]
    fn what_is_refused_costs_nothing_and_what_is_too_dear_passes_once_full() {
        let start = Instant::now();
        let mut bucket = Bucket::new(1.0, 5, start);
        assert_eq!(bucket.take(4, start), Ok(()));
        assert!(bucket.take(2, start).is_err());
        assert_eq!(bucket.take(1, start), Ok(()));
        assert_eq!(bucket.take(50, start + Duration::from_secs(5)), Ok(()));
    }
}
