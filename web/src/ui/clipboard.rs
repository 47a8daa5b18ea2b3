//! Copying, pasting and dragging.

use js_sys::Reflect;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, HtmlDocument, HtmlTextAreaElement};

use crate::ui::phrases::UiPhrases;
use crate::ui::toast::Toasts;

/// Copies a text to the clipboard, and reports the result.
pub(crate) fn copy(toasts: Toasts, text: String) {
    spawn_local(async move {
        let copied = write(&text).await;
        toasts.toast(if copied {
            |l| UiPhrases::of(l).copied
        } else {
            |l| UiPhrases::of(l).not_copied
        });
    });
}

/// Whether a paste or a drop contains files only, most likely an image, and no text.
pub(crate) fn holds_only_files(data: &DataTransfer) -> bool {
    let files = data.files().is_some_and(|files| files.length() > 0);
    files && data.get_data("text/plain").unwrap_or_default().is_empty()
}

pub(crate) fn drags_files(data: &DataTransfer) -> bool {
    data.types().includes(&"Files".into(), 0)
}

async fn write(text: &str) -> bool {
    let navigator = window().navigator();
    // A page over plain HTTP, as in a local network, has no clipboard API.
    let has_clipboard = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|it| !it.is_undefined());
    if has_clipboard
        && JsFuture::from(navigator.clipboard().write_text(text))
            .await
            .is_ok()
    {
        return true;
    }
    write_by_selection(text).unwrap_or(false)
}

fn write_by_selection(text: &str) -> Option<bool> {
    let document: HtmlDocument = document().dyn_into().ok()?;
    let before = document.active_element();
    let holder: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    holder.set_value(text);
    holder.set_class_name("sr-only");
    document.body()?.append_child(&holder).ok()?;
    holder.select();
    let copied = document.exec_command("copy").unwrap_or(false);
    holder.remove();
    if let Some(before) = before.and_then(|before| before.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = before.focus();
    }
    Some(copied)
}
