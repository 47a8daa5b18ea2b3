//! The delays before reconnection attempts: the JavaScript client's exponential backoff with jitter.

use std::time::Duration;

use crate::time::Time;

/// Random numbers from a seed (SplitMix64): the same seed gives the same delays. Not for secrets.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator for this seed; the same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, uniform in `0.0..1.0`.
    pub fn next_unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // 53 bits fill a double's mantissa.
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The delays between attempts: `min · 2ⁿ`, varied by up to the fraction `jitter` either way, never above `max`.
#[derive(Clone, Debug)]
pub struct Backoff {
    min: Time,
    max: Time,
    jitter: f64,
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
            attempts: 0,
        }
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
        let full = self.min.as_nanos() * (1u64 << exponent) as f64;
        let deviation = rng.next_unit() * self.jitter * full;
        let later = rng.next_unit() < 0.5;
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
}
