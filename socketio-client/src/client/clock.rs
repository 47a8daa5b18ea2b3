//! The client's clock: monotonic, but counting the time that the device sleeps.

use crate::platform::{self, LOOK_EVERY};
use crate::time::Time;

/// On some systems monotonic clocks stand still while a device sleeps. A wall clock does not, but people set it.
#[derive(Debug)]
pub(super) struct Clock {
    now: Time,
    /// The time at the last reading of both clocks, and the clocks.
    looked: Time,
    monotonic: Time,
    wall: Time,
    slept: bool,
}

/// If the wall clock ran ahead by more than this, the device slept, or somebody set the clock. In the second case the client
/// takes a live connection for a dead one, once, and reconnects.
const SLEPT: Time = Time::from_secs(5);

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            now: Time::ZERO,
            looked: Time::ZERO,
            monotonic: platform::monotonic(),
            wall: platform::wall(),
            slept: false,
        }
    }

    /// The time when the clock was last read.
    pub(super) fn last(&self) -> Time {
        self.now
    }

    /// Time since the start.
    pub(super) fn now(&mut self) -> Time {
        self.at(platform::wall(), platform::monotonic, LOOK_EVERY)
    }

    /// Whether the device slept since the last call.
    pub(super) fn take_slept(&mut self) -> bool {
        std::mem::take(&mut self.slept)
    }

    /// For a short while it trusts the wall clock alone: the other one takes a browser several times as long to read.
    fn at(&mut self, wall: Time, monotonic: impl FnOnce() -> Time, look_every: Time) -> Time {
        let on_the_wall = wall.checked_sub(self.wall);
        let since = match on_the_wall {
            Some(since) if since < look_every => since,
            _ => {
                let monotonic = monotonic();
                let passed = monotonic.saturating_sub(self.monotonic);
                let on_the_wall = on_the_wall.unwrap_or_default();
                let slept = on_the_wall.saturating_sub(passed) > SLEPT;
                self.slept |= slept;
                let passed = if slept { on_the_wall } else { passed };
                self.looked = self.looked.saturating_add(passed).max(self.now);
                self.monotonic = monotonic;
                self.wall = wall;
                Time::ZERO
            }
        };
        self.now = self.now.max(self.looked.saturating_add(since));
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock {
            now: Time::ZERO,
            looked: Time::ZERO,
            monotonic: Time::from_secs(10),
            wall: Time::from_secs(1000),
            slept: false,
        }
    }

    #[test]
    fn time_goes_on_through_sleep_and_never_back() {
        for look_every in [Time::ZERO, Time::from_millis(100)] {
            let seconds = Time::from_secs;
            let mut clock = clock();
            let mut at = |monotonic, wall| {
                let now = clock.at(seconds(wall), || seconds(monotonic), look_every);
                (now, clock.take_slept())
            };
            assert_eq!(at(12, 1002), (seconds(2), false));
            assert_eq!(at(13, 1063), (seconds(63), true), "slept a minute");
            assert_eq!(at(14, 500), (seconds(64), false), "set back");
            assert_eq!(at(15, 501), (seconds(65), false));
        }
    }

    #[test]
    fn the_wall_clock_alone_is_read_for_a_short_while() {
        let millis = Time::from_millis;
        let mut clock = clock();
        let not_read = || -> Time { unreachable!("read too soon") };
        assert_eq!(clock.at(millis(1_000_040), not_read, millis(100)), millis(40));
        assert_eq!(clock.at(millis(1_000_099), not_read, millis(100)), millis(99));
        assert_eq!(
            clock.at(millis(1_000_100), || millis(10_103), millis(100)),
            millis(103)
        );
        assert_eq!(clock.at(millis(1_000_150), not_read, millis(100)), millis(153));
        // Set back: no time passes until the other clock catches up.
        assert_eq!(
            clock.at(millis(900_000), || millis(10_133), millis(100)),
            millis(153)
        );
        assert_eq!(clock.at(millis(900_007), not_read, millis(100)), millis(160));
        assert!(!clock.take_slept());
        assert!(clock.at(millis(910_007), || millis(10_140), millis(100)) > millis(10_000));
        assert!(clock.take_slept(), "noticed at once");
    }
}
