//! Writes into a text field as if typed, so that Ctrl+Z undoes it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
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
