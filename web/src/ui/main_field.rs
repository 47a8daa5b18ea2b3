//! The field that has the focus by default: the composer's.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::context::Context;
use crate::reactive::StoredValue;

pub(crate) type MainField = Context<MainFieldSignals>;

pub(crate) struct MainFieldSignals {
    pub(crate) element: NodeRef<html::Textarea>,
    /// Whether it should get the focus once a dialog closes.
    waits: StoredValue<bool>,
}

impl MainField {
    pub(crate) fn new() -> Self {
        Self::provide(MainFieldSignals {
            element: NodeRef::new(),
            waits: StoredValue::new(false),
        })
    }

    /// Focuses the field, at once or when no dialog blocks it.
    pub(crate) fn focus(self) {
        if let Some(field) = self.element.get_untracked() {
            let _ = field.focus();
        }
        self.waits.set_value(!self.is_focused());
    }

    /// After a dialog closed: focuses the field if that was requested. Returns whether it has the
    /// focus.
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
