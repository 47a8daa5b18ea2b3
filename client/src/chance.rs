//! What a session leaves to chance, always from its seed: the same seed makes the same session.

use std::time::Duration;

use socketio_anywhere::backoff::{Backoff, Rng};
use uuid::Uuid;

/// The waits before further attempts: they double from `min` to `max` and vary by half either way, also at `max`, so that a
/// server that returns is not dialed by everybody at once.
pub(crate) fn backoff(min: Duration, max: Duration) -> Backoff {
    Backoff::new(min, max, 0.5).spread_at_max()
}

/// A version 4 UUID.
pub(crate) fn uuid(rng: &mut Rng) -> Uuid {
    let bits = (u128::from(rng.next_u64()) << 64) | u128::from(rng.next_u64());
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_start_over_after_a_success() {
        let mut rng = Rng::new(1);
        let mut backoff = backoff(Duration::from_secs(1), Duration::from_secs(5));
        for (least, most) in [(500, 1_500), (1_000, 3_000), (2_000, 5_000), (2_500, 5_000)] {
            let wait = backoff.next_delay(&mut rng);
            assert!(
                wait >= Duration::from_millis(least) && wait <= Duration::from_millis(most),
                "{wait:?}"
            );
        }
        backoff.reset();
        assert!(backoff.next_delay(&mut rng) <= Duration::from_millis(1_500));
    }

    #[test]
    fn a_wait_stays_bounded_however_often_it_fails() {
        let mut rng = Rng::new(1);
        let mut backoff = backoff(Duration::from_millis(250), Duration::from_secs(5));
        for _ in 0..10_000 {
            assert!(backoff.next_delay(&mut rng) <= Duration::from_secs(5));
        }
    }

    #[test]
    fn ids_are_random_and_differ() {
        let mut rng = Rng::new(1);
        let [one, other] = [(); 2].map(|()| uuid(&mut rng));
        assert_eq!(one.get_version_num(), 4);
        assert_ne!(one, other);
    }
}
