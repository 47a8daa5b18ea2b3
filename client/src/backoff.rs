//! How long to wait before the next attempt.

use std::time::Duration;

use crate::rng::Rng;

/// Doubles from `min` to `max`; each wait is between half of that and all of it, or half as much again, so that clients
/// spread. None is longer than `max`.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    min: Duration,
    max: Duration,
    /// The share of it by which a wait varies, from half on.
    spread: f64,
    refusals: u32,
}

impl Backoff {
    pub(crate) fn new(min: Duration, max: Duration) -> Self {
        Self {
            min,
            max,
            spread: 0.5,
            refusals: 0,
        }
    }

    /// Varies to both sides: as long on average as it says, and not shorter.
    pub(crate) fn above(mut self) -> Self {
        self.spread = 1.0;
        self
    }

    pub(crate) fn next(&mut self, rng: &mut Rng) -> Duration {
        let full = self.min.saturating_mul(1 << self.refusals.min(16)).min(self.max);
        self.refusals = self.refusals.saturating_add(1);
        full.mul_f64(0.5 + rng.fraction() * self.spread).min(self.max)
    }

    /// Starts over: it worked.
    pub(crate) fn reset(&mut self) {
        self.refusals = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_start_over_after_a_success() {
        let mut rng = Rng::new(1);
        let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
        for full in [250, 500, 1000, 2000, 4000, 5000, 5000] {
            let wait = backoff.next(&mut rng);
            assert!(
                wait >= Duration::from_millis(full / 2) && wait <= Duration::from_millis(full),
                "{wait:?}"
            );
        }
        backoff.reset();
        assert!(backoff.next(&mut rng) <= Duration::from_millis(250));
    }

    #[test]
    fn waits_that_vary_to_both_sides_are_never_longer_than_the_bound() {
        let mut rng = Rng::new(1);
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5)).above();
        for (least, most) in [(500, 1_500), (1_000, 3_000), (2_000, 5_000), (2_500, 5_000)] {
            let wait = backoff.next(&mut rng);
            assert!(
                wait >= Duration::from_millis(least) && wait <= Duration::from_millis(most),
                "{wait:?}"
            );
        }
    }

    #[test]
    fn a_wait_stays_bounded_however_often_it_fails() {
        let mut rng = Rng::new(1);
        let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
        for _ in 0..10_000 {
            assert!(backoff.next(&mut rng) <= Duration::from_secs(5));
        }
    }
}
