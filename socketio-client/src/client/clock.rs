//! The client's time: monotonic, and going on while the device sleeps.

use crate::time::Time;
use crate::transport;

/// Monotonic clocks stand still while a device sleeps, on some systems. A wall clock does not, but people set it.
#[derive(Debug)]
pub(super) struct Clock {
    now: Time,
    monotonic: Time,
    wall: Time,
    slept: bool,
}

/// The wall clock counts where it ran ahead by more than this: the device slept, or somebody set the clock. In the second case a
/// live connection is taken for a dead one, once, and made anew.
const SLEPT: Time = Time::from_secs(5);

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            now: Time::ZERO,
            monotonic: transport::monotonic(),
            wall: transport::wall(),
            slept: false,
        }
    }

    /// The time when the clock was last read.
    pub(super) fn last(&self) -> Time {
        self.now
    }

    /// Time since the start.
    pub(super) fn now(&mut self) -> Time {
        self.at(transport::monotonic(), transport::wall())
    }

    /// Whether the device slept since this was last asked.
    pub(super) fn take_slept(&mut self) -> bool {
        std::mem::take(&mut self.slept)
    }

    fn at(&mut self, monotonic: Time, wall: Time) -> Time {
        let passed = monotonic.saturating_sub(self.monotonic);
        let on_the_wall = wall.saturating_sub(self.wall);
        let slept = on_the_wall.saturating_sub(passed) > SLEPT;
        self.slept |= slept;
        self.now = self.now.saturating_add(if slept { on_the_wall } else { passed });
        self.monotonic = monotonic;
        self.wall = wall;
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_through_sleep_and_never_back() {
        let seconds = Time::from_secs;
        let mut clock = Clock {
            now: Time::ZERO,
            monotonic: seconds(10),
            wall: seconds(1000),
            slept: false,
        };
        assert_eq!(clock.at(seconds(12), seconds(1002)), seconds(2));
        assert!(!clock.take_slept());
        assert_eq!(
            clock.at(seconds(13), seconds(1063)),
            seconds(63),
            "slept a minute"
        );
        assert!(clock.take_slept() && !clock.take_slept());
        assert_eq!(clock.at(seconds(14), seconds(500)), seconds(64), "set back");
        assert_eq!(clock.at(seconds(15), seconds(501)), seconds(65));
    }
}
