//! The time of a running chat.

use std::time::Duration;

use socketio_anywhere::platform;

/// The session's clock: how long it has run.
#[derive(Clone, Copy, Debug)]
pub struct SessionClock {
    started_at: Duration,
}

impl SessionClock {
    pub(crate) fn start() -> Self {
        Self {
            started_at: platform::now(),
        }
    }

    /// How long the session has run.
    pub fn now(&self) -> Duration {
        platform::now().saturating_sub(self.started_at)
    }
}
