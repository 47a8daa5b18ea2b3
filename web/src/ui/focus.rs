//! Remembers the focus while a dialog or popup is open.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FocusOptions, HtmlElement};

use crate::browser::viewport::is_touch;
use crate::reactive::StoredValue;
use crate::ui::main_field::MainField;

/// The element that had the focus when something opened.
#[derive(Clone, Copy)]
pub(crate) struct Focus {
    main: MainField,
    element: StoredValue<Option<HtmlElement>>,
}

impl Focus {
    /// Remembers the current focus.
    pub(crate) fn here() -> Self {
        let element = document()
            .active_element()
            .and_then(|element| element.dyn_into().ok());
        Self {
            main: MainField::here(),
            element: StoredValue::new(element),
        }
    }

    /// Returns the focus immediately, so that the next key goes to the next step, and only once.
    pub(crate) fn give_back_now(self) {
        let element = self.element.try_update_value(Option::take).flatten();
        if let Some(element) = element.filter(|element| element.is_connected()) {
            let _ = element.focus();
        }
    }

    /// Returns the focus unless something else has received it since. If its element is gone, the main field gets it.
    pub(crate) fn give_back(self) {
        let main = self.main;
        let Some(Some(element)) = self.element.try_get_value() else {
            return;
        };
        // The surface that closes is still in the document here; once it is removed, only the body
        // has the focus.
        queue_microtask(move || {
            let idle = document().active_element().is_none_or(|now| {
                now.tag_name() == "BODY" || now.closest("dialog, .popup").is_ok_and(|on| on.is_some())
            });
            // A choice made in a dialog may focus the composer, which cannot receive the focus
            // while the dialog is open.
            if idle && !main.focus_late() {
                if element.is_connected() {
                    let _ = element.focus();
                } else if !is_touch() {
                    // A phone's keyboard would cover half of the room.
                    main.focus();
                }
            }
        });
    }
}

/// Focuses an element where it is, without scrolling to it.
pub(crate) fn focus_in_place(element: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}
