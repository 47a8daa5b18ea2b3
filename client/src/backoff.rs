//! How long to wait before the next attempt.

use std::time::Duration;

use crate::rng::Rng;

/// Doubles from `min` to `max`; each wait is between half of that and all of it, so that clients spread.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    min: Duration,
    max: Duration,
    refusals: u32,
}

impl Backoff {
    pub(crate) fn new(min: Duration, max: Duration) -> Self {
        Self {
            min,
            max,
            refusals: 0,
        }
    }

    pub(crate) fn next(&mut self, rng: &mut Rng) -> Duration {
        let full = self.min.saturating_mul(1 << self.refusals.min(16)).min(self.max);
        self.refusals = self.refusals.saturating_add(1);
        full.mul_f64(0.5 + rng.fraction() / 2.0)
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
    fn a_wait_stays_bounded_however_often_it_fails() {
        let mut rng = Rng::new(1);
        let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
        for _ in 0..10_000 {
            assert!(backoff.next(&mut rng) <= Duration::from_secs(5));
        }
    }
}
