//! Whether a person is about to press something in a list.

use std::time::Duration;

use leptos::ev::FocusEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// A finger's click comes after the finger has left; until then the list stays as it was pressed.
const CLICK_COMES: Duration = Duration::from_millis(400);

/// A pointer over a list, or the keyboard's focus in it.
#[derive(Clone, Copy)]
pub(crate) struct Aim {
    held: RwSignal<bool>,
    /// Counts beginnings: an end that is overtaken by one means nothing any more.
    begun: StoredValue<u32>,
}

impl Aim {
    /// Says in `held` whether a person aims.
    pub(crate) fn new(held: RwSignal<bool>) -> Self {
        Self {
            held,
            begun: StoredValue::new(0),
        }
    }

    pub(crate) fn begin(self) {
        self.begun.update_value(|begun| *begun = begun.wrapping_add(1));
        if !self.held.get_untracked() {
            self.held.set(true);
        }
    }

    /// The focus came in: by the keyboard that is aiming, after a click it is not.
    pub(crate) fn focus_moved(self, event: &FocusEvent) {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.matches(":focus-visible").unwrap_or(false)) {
            self.begin();
        }
    }

    pub(crate) fn end(self) {
        let begun = self.begun.get_value();
        set_timeout(
            move || {
                // The list may be gone by then.
                if self.begun.try_get_value() == Some(begun) {
                    self.held.try_set(false);
                }
            },
            CLICK_COMES,
        );
    }
}
