//! Random choices from a seed.

use std::time::Duration;

use socketio_anywhere::backoff;

pub(crate) struct Rng(backoff::Rng);

impl Rng {
    /// Other numbers than those of a session with the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(backoff::Rng::new(seed ^ 0x5EED_5EED_5EED_5EED))
    }

    pub(crate) fn roll(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    /// True with a probability of `percent` per cent.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }

    /// A duration in milliseconds, both ends included.
    pub(crate) fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.roll() % (to - from + 1))
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        (!items.is_empty()).then(|| &items[self.below(items.len())])
    }
}
