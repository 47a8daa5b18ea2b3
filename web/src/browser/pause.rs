//! Asking the server only once a person has stopped typing.

use std::time::Duration;

use leptos::prelude::*;

/// How long nothing more has to be typed.
const PAUSE: Duration = Duration::from_millis(150);

/// Waits for a pause in the typing, for as long as its component lives.
#[derive(Clone, Copy)]
pub(crate) struct Pause(StoredValue<u32>);

impl Pause {
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(0))
    }

    /// Something was typed: acts after a pause, unless more is typed before.
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
