//! Writes into a text field: as if typed, so that Ctrl+Z undoes it, or another text, which starts a new undo history.

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlDocument, HtmlTextAreaElement};

/// Replaces the text between two offsets, in UTF-16 units, and places the caret after it. The field
/// fires an `input` event, as for every key.
pub(crate) fn replace(textarea: &HtmlTextAreaElement, text: &str, from: u32, to: u32) {
    let _ = textarea.focus();
    let _ = textarea.set_selection_range(from, to);
    // Deprecated, but the only way in every browser to write text that a person can undo.
    let typed = document().dyn_into::<HtmlDocument>().is_ok_and(|document| {
        document
            .exec_command_with_show_ui_and_value("insertText", false, text)
            .unwrap_or(false)
    });
    if !typed {
        let _ = textarea.set_range_text_with_start_and_end_and_mode(text, from, to, "end");
        let input = web_sys::EventInit::new();
        input.set_bubbles(true);
        if let Ok(input) = web_sys::Event::new_with_event_init_dict("input", &input) {
            let _ = textarea.dispatch_event(&input);
        }
    }
}

/// Shows another text. Ctrl+Z and Ctrl+Y do not bring back the one before.
///
/// Chromium keeps its undo steps when a program sets the text, and replays them at wrong places. It drops them when the field
/// is moved in the document. `moveBefore` keeps the focus, the caret and a phone's keyboard meanwhile. A browser without it
/// moves the field only if it must: a screen reader would announce the field again.
pub(crate) fn begin_anew(textarea: &HtmlTextAreaElement, text: &str, must: bool) {
    if textarea.value() != text {
        textarea.set_value(text);
    }
    let Some(parent) = textarea.parent_node() else {
        return;
    };
    let next = textarea.next_sibling();
    let moved = Reflect::get(&parent, &"moveBefore".into())
        .ok()
        .and_then(|it| it.dyn_into::<Function>().ok())
        .is_some_and(|move_before| {
            let next = next.as_ref().map_or(JsValue::NULL, JsValue::from);
            move_before.call2(&parent, textarea, &next).is_ok()
        });
    if !moved && must {
        let is_focused = document().active_element().as_ref() == Some(textarea);
        let _ = parent.insert_before(textarea, next.as_ref());
        if is_focused {
            let _ = textarea.focus();
        }
    }
}
