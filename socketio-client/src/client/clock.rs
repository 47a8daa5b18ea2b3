//! The client's time: monotonic, and going on while the device sleeps.

use crate::time::Time;
use crate::transport;

/// Monotonic clocks stand still while a device sleeps, on some systems. A wall clock does not, but people set it.
#[derive(Debug)]
pub(super) struct Clock {
    now: Time,
    monotonic: Time,
    /// How long it has been by the monotonic clock since the wall clock was read.
    counted: Time,
    /// The wall clock is to be read at once.
    look: bool,
    wall: Time,
    slept: bool,
}

/// The wall clock is read no more often than this: to read it costs a browser more than the client spends on a small event.
const LOOK_EVERY: Time = Time::from_millis(100);

/// The wall clock counts where it ran ahead by more than this: the device slept, or somebody set the clock. In the second case a
/// live connection is taken for a dead one, once, and made anew.
const SLEPT: Time = Time::from_secs(5);

impl Clock {
    pub(super) fn start() -> Self {
        let monotonic = transport::monotonic();
        Self {
            now: Time::ZERO,
            monotonic,
            counted: Time::ZERO,
            look: false,
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
        self.at(transport::monotonic(), transport::wall)
    }

    /// The device may have slept just now.
    pub(super) fn look(&mut self) {
        self.look = true;
    }

    /// Whether the device slept since this was last asked.
    pub(super) fn take_slept(&mut self) -> bool {
        std::mem::take(&mut self.slept)
    }

    fn at(&mut self, monotonic: Time, wall: impl FnOnce() -> Time) -> Time {
        let passed = monotonic.saturating_sub(self.monotonic);
        self.monotonic = monotonic;
        self.now = self.now.saturating_add(passed);
        self.counted = self.counted.saturating_add(passed);
        if self.counted < LOOK_EVERY && !self.look {
            return self.now;
        }
        let wall = wall();
        let ahead = wall.saturating_sub(self.wall).saturating_sub(self.counted);
        if ahead > SLEPT {
            self.slept = true;
            self.now = self.now.saturating_add(ahead);
        }
        self.look = false;
        self.counted = Time::ZERO;
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
            counted: Time::ZERO,
            look: false,
            wall: seconds(1000),
            slept: false,
        };
        assert_eq!(clock.at(seconds(12), || seconds(1002)), seconds(2));
        assert!(!clock.take_slept());
        assert_eq!(
            clock.at(seconds(13), || seconds(1063)),
            seconds(63),
            "slept a minute"
        );
        assert!(clock.take_slept() && !clock.take_slept());
        assert_eq!(clock.at(seconds(14), || seconds(500)), seconds(64), "set back");
        assert_eq!(clock.at(seconds(15), || seconds(501)), seconds(65));
        let soon = Time::from_millis(15_050);
        let unread = || -> Time { panic!("the wall clock is not read for each event") };
        clock.at(soon, unread);
        assert!(!clock.take_slept());
        clock.look();
        clock.at(soon, || seconds(600));
        assert!(clock.take_slept(), "a page that is back looks at once");
    }
}
