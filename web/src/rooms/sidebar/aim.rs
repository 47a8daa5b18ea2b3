//! Detects that a person is about to press something in a list.

use std::time::Duration;

use crate::reactive::{RwSignal, StoredValue};
use leptos::ev::FocusEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// A touch's click fires after the finger has left; until then the list stays as it was.
const CLICK_COMES: Duration = Duration::from_millis(400);

/// A pointer over a list, or the keyboard focus in it.
#[derive(Clone, Copy)]
pub(crate) struct Aim {
    aiming: RwSignal<bool>,
    /// Number of times aiming began: a delayed end that a new beginning has overtaken is ignored.
    beginnings: StoredValue<u32>,
}

impl Aim {
    /// Sets `aiming` while a person aims.
    pub(crate) fn new(aiming: RwSignal<bool>) -> Self {
        Self {
            aiming,
            beginnings: StoredValue::new(0),
        }
    }

    pub(crate) fn begin(self) {
        self.beginnings
            .update_value(|beginnings| *beginnings = beginnings.wrapping_add(1));
        if !self.aiming.get_untracked() {
            self.aiming.set(true);
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
        let beginnings = self.beginnings.get_value();
        set_timeout(
            move || {
                // The list may be gone by then.
                if self.beginnings.try_get_value() == Some(beginnings) {
                    self.aiming.try_set(false);
                }
            },
            CLICK_COMES,
        );
    }
}
