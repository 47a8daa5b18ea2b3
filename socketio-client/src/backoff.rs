//! The delays before reconnection attempts: the JavaScript client's exponential backoff with jitter.

use std::time::Duration;

use crate::time::Time;

/// Random numbers from a seed (SplitMix64 of Steele, Lea and Flood, 2014): the same seed gives the same delays. Not for secrets.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator for this seed; the same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, uniform over all of them.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number, uniform in `0.0..1.0`.
    pub fn next_unit(&mut self) -> f64 {
        // 53 bits fill a double's mantissa.
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The delays between attempts: `min · 2ⁿ`, varied by up to the fraction `jitter` either way, never above `max`.
#[derive(Clone, Debug)]
pub struct Backoff {
    min: Time,
    max: Time,
    jitter: f64,
    spread_at_max: bool,
    attempts: u32,
}

impl Backoff {
    /// A backoff at its first attempt. `jitter` is a fraction of the delay, clamped to `0.0..=1.0`.
    pub fn new(min: Duration, max: Duration, jitter: f64) -> Self {
        let jitter = if jitter.is_finite() {
            jitter.clamp(0.0, 1.0)
        } else {
            0.0
        };
        Self {
            min: min.into(),
            max: max.into(),
            jitter,
            spread_at_max: false,
            attempts: 0,
        }
    }

    /// Varies the longest delays, too: those that would be above the maximum are as much below it. Without this they are all
    /// the maximum, so that clients that a server's outage cut off together may come back together, again and again.
    #[must_use]
    pub fn spread_at_max(mut self) -> Self {
        self.spread_at_max = true;
        self
    }

    /// The number of delays returned since the last reset.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Makes the next delay the shortest one again.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Returns the delay before the next attempt, and counts that attempt.
    pub fn next_delay(&mut self, rng: &mut Rng) -> Duration {
        self.next(rng).into()
    }

    pub(crate) fn next(&mut self, rng: &mut Rng) -> Time {
        let exponent = self.attempts.min(63);
        self.attempts = self.attempts.saturating_add(1);
        let mut full = self.min.as_nanos() * (1u64 << exponent) as f64;
        let max = self.max.as_nanos();
        if self.spread_at_max {
            full = full.min(max);
        }
        let deviation = rng.next_unit() * self.jitter * full;
        let later = rng.next_unit() < 0.5 && !(self.spread_at_max && full + deviation > max);
        let delay = if later { full + deviation } else { full - deviation };
        Time::from_nanos(delay).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_jitter_delays_double_up_to_the_maximum() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5), 0.0);
        let mut rng = Rng::new(1);
        let delays: Vec<u64> = (0..5).map(|_| backoff.next_delay(&mut rng).as_secs()).collect();
        assert_eq!(delays, [1, 2, 4, 5, 5]);
        assert_eq!(backoff.attempts(), 5);
        backoff.reset();
        assert_eq!(backoff.next_delay(&mut rng), Duration::from_secs(1));
    }

    #[test]
    fn the_longest_delays_are_equal_unless_they_are_spread() {
        let (min, max) = (Duration::from_secs(1), Duration::from_secs(5));
        let longest = |mut backoff: Backoff| {
            backoff.attempts = 10;
            let mut rng = Rng::new(1);
            [(); 100].map(|()| backoff.next_delay(&mut rng))
        };
        assert_eq!(longest(Backoff::new(min, max, 0.5)), [max; 100]);
        let mut spread = longest(Backoff::new(min, max, 0.5).spread_at_max());
        spread.sort_unstable();
        assert!(spread[0] >= max / 2 && spread[99] <= max, "{spread:?}");
        let gaps = spread.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
        let widest = gaps.max().unwrap_or_default();
        assert!(widest < Duration::from_millis(250), "{widest:?} without anybody");
    }
}
