//! The delays, for every setting.

#![cfg(not(target_family = "wasm"))]

use std::time::Duration;

use proptest::prelude::{prop_assert, proptest};
use socketio_anywhere::backoff::{Backoff, Rng};

proptest! {
    #[test]
    fn a_delay_stays_within_its_jitter_and_its_maximum(
        seed: u64, min in 0u64..10_000, max in 0u64..60_000, jitter in 0.0f64..=1.0, attempts in 0u32..200,
    ) {
        let (min, max) = (Duration::from_millis(min), Duration::from_millis(max));
        let mut backoff = Backoff::new(min, max, jitter);
        let mut rng = Rng::new(seed);
        for attempt in 0..attempts {
            let full = min.as_secs_f64() * 2f64.powi(attempt.min(63) as i32);
            let delay = backoff.next_delay(&mut rng);
            prop_assert!(delay <= max);
            prop_assert!(delay.as_secs_f64() <= full * (1.0 + jitter) + 1e-6);
            prop_assert!(delay == max || delay.as_secs_f64() >= full * (1.0 - jitter) - 1e-6);
        }
    }

    #[test]
    fn a_spread_delay_stays_within_its_jitter_and_its_maximum(
        seed: u64, min in 0u64..10_000, max in 0u64..60_000, jitter in 0.0f64..=1.0, attempts in 0u32..200,
    ) {
        let (min, max) = (Duration::from_millis(min), Duration::from_millis(max));
        let mut backoff = Backoff::new(min, max, jitter).spread_at_max();
        let mut rng = Rng::new(seed);
        for attempt in 0..attempts {
            let full = (min.as_secs_f64() * 2f64.powi(attempt.min(63) as i32)).min(max.as_secs_f64());
            let delay = backoff.next_delay(&mut rng);
            prop_assert!(delay <= max);
            let deviation = (delay.as_secs_f64() - full).abs();
            prop_assert!(deviation <= full * jitter + 1e-6);
        }
    }
}
