//! A debounce: searches run only once a person has stopped typing.

use std::time::Duration;

use crate::reactive::StoredValue;
use leptos::prelude::*;

/// The length of a pause.
const PAUSE: Duration = Duration::from_millis(150);

/// Waits for a pause in typing, while its component exists.
#[derive(Clone, Copy)]
pub(crate) struct Pause(StoredValue<u32>);

impl Pause {
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(0))
    }

    /// Calls `act` after a pause, unless it is called again before.
    pub(crate) fn then(self, act: impl FnOnce() + 'static) {
        let number = self.0.get_value() + 1;
        self.0.set_value(number);
        let act = move || {
            if self.0.try_get_value() == Some(number) {
                act();
            }
        };
        set_timeout(act, PAUSE);
    }
}
