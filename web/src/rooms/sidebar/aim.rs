//! Detects that a person is about to press something in a list.

use std::time::Duration;

use leptos::ev::FocusEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// A touch's click fires after the finger has left; until then the list stays as it was.
const CLICK_COMES: Duration = Duration::from_millis(400);

/// A pointer over a list, or the keyboard focus in it.
#[derive(Clone, Copy)]
pub(crate) struct Aim {
    held: RwSignal<bool>,
    /// Number of times aiming began: a delayed end that a new beginning has overtaken is ignored.
    begun: StoredValue<u32>,
}

impl Aim {
    /// Sets `held` while a person aims.
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

    /// The focus moved in. By keyboard that is aiming; after a click it is not.
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
