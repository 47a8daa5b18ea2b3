//! The field that has the keyboard where nothing else needs it: the composer's.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

#[derive(Clone, Copy)]
pub(crate) struct MainField {
    pub(crate) element: NodeRef<html::Textarea>,
    /// A dialog kept the focus from it.
    waits: StoredValue<bool>,
}

impl MainField {
    pub(crate) fn provide() -> Self {
        let field = Self {
            element: NodeRef::new(),
            waits: StoredValue::new(false),
        };
        provide_context(field);
        field
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Gives it the focus, as soon as no dialog is in the way.
    pub(crate) fn focus(self) {
        if let Some(field) = self.element.get_untracked() {
            let _ = field.focus();
        }
        self.waits.set_value(!self.is_focused());
    }

    /// A dialog has closed: gives it the focus if that was asked for meanwhile. Answers whether it has it.
    pub(crate) fn focus_late(self) -> bool {
        let waits = self.waits.get_value();
        if waits {
            self.focus();
            self.waits.set_value(false);
        }
        waits && self.is_focused()
    }

    pub(crate) fn is_focused(self) -> bool {
        let field: Option<Element> = self.element.get_untracked().map(JsCast::unchecked_into);
        field.is_some() && field == document().active_element()
    }
}
