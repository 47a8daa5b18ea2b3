//! Where the keyboard was before something came over it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The element that had the focus when something was opened.
#[derive(Clone, Copy)]
pub(super) struct Focus(StoredValue<Option<HtmlElement>, LocalStorage>);

impl Focus {
    /// Where the focus is.
    pub(super) fn here() -> Self {
        let element = document()
            .active_element()
            .and_then(|element| element.dyn_into().ok());
        Self(StoredValue::new_local(element))
    }

    /// Returns the focus, where its element still is and nothing else was given it meanwhile.
    pub(super) fn give_back(self) {
        let Some(Some(element)) = self.0.try_get_value() else {
            return;
        };
        // What closes is still in the document here; once it is out, nothing but the body holds the focus.
        queue_microtask(move || {
            let idle = document().active_element().is_none_or(|now| {
                now.tag_name() == "BODY" || now.closest("dialog, .popup").is_ok_and(|on| on.is_some())
            });
            if idle && element.is_connected() {
                let _ = element.focus();
            }
        });
    }
}
