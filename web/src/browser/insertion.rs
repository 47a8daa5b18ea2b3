//! Writes into a text field as if it were typed, so that Ctrl+Z takes it back.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, HtmlTextAreaElement};

/// Puts `text` in the place of the text from `from` to `to`, in the units of the document, and the caret behind it. The
/// field is told by an `input` event, as of every key.
pub(crate) fn replace(textarea: &HtmlTextAreaElement, text: &str, from: u32, to: u32) {
    let _ = textarea.focus();
    let _ = textarea.set_selection_range(from, to);
    // Deprecated, and by every browser's word the only way to write text that a person can take back.
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
