//! One way of a slow connection: first in, first out, each thing after its delay.

use std::collections::VecDeque;
use std::time::Duration;

/// Most things under way at once. Any more are lost, as on any connection that is too full.
const UNDER_WAY: usize = 10_000;

/// The things under way in one direction.
pub(crate) struct DelayQueue<T>(VecDeque<(Duration, T)>);

impl<T> Default for DelayQueue<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> DelayQueue<T> {
    /// Sends a thing on its way at `now`. Gives it back where it need not wait; says where not until when.
    pub(crate) fn enter(&mut self, thing: T, delay: Duration, now: Duration) -> Result<T, Duration> {
        let last = self.0.back().map(|(at, _)| *at);
        if delay.is_zero() && last.is_none() {
            return Ok(thing);
        }
        let at = last.map_or(now + delay, |last| last.max(now + delay));
        if self.0.len() < UNDER_WAY {
            self.0.push_back((at, thing));
        }
        Err(at)
    }

    /// The next thing that has arrived by `now`.
    pub(crate) fn arrived(&mut self, now: Duration) -> Option<T> {
        self.0.front().filter(|(at, _)| *at <= now)?;
        self.0.pop_front().map(|(_, thing)| thing)
    }

    /// When the next thing arrives.
    pub(crate) fn next_arrival(&self) -> Option<Duration> {
        self.0.front().map(|(at, _)| *at)
    }

    /// The connection is down, and everything under way is lost.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn without_a_delay_nothing_waits() {
        let mut lane = DelayQueue::default();
        assert_eq!(lane.enter('a', Duration::ZERO, MS), Ok('a'));
    }

    #[test]
    fn the_order_is_kept_when_the_delay_shrinks() {
        let mut lane = DelayQueue::default();
        assert_eq!(lane.enter('a', 100 * MS, Duration::ZERO), Err(100 * MS));
        assert_eq!(lane.enter('b', Duration::ZERO, 50 * MS), Err(100 * MS));
        assert_eq!(lane.arrived(99 * MS), None);
        assert_eq!(lane.arrived(100 * MS), Some('a'));
        assert_eq!(lane.arrived(100 * MS), Some('b'));
        assert_eq!(lane.enter('c', Duration::ZERO, 100 * MS), Ok('c'));
    }

    #[test]
    fn what_is_under_way_is_bounded_and_goes_with_the_link() {
        let mut lane = DelayQueue::default();
        for n in 0..UNDER_WAY + 10 {
            assert!(lane.enter(n, MS, Duration::ZERO).is_err());
        }
        assert_eq!(lane.0.len(), UNDER_WAY);
        lane.clear();
        assert_eq!(lane.arrived(MS), None);
    }
}
