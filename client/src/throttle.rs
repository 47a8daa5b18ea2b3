//! How often something may go.

use std::time::Duration;

/// When the next of something may go, at most once every so often: the first at once.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    last: Option<Duration>,
}

impl Throttle {
    /// When the next may go; zero for at once.
    pub(crate) fn due(&self, every: Duration) -> Duration {
        self.last.map_or(Duration::ZERO, |last| last + every)
    }

    pub(crate) fn went(&mut self, now: Duration) {
        self.last = Some(now);
    }
}
