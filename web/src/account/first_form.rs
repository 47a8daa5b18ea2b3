//! Takes over the form of a first visit that `index.html` shows before the page runs, so that a
//! nickname can be typed at once. The page repeats what the person did there.
//!
//! `web/boot.js` decides whether the form is shown, and records the button pressed.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

/// The person's input so far.
#[derive(Default)]
pub(crate) struct FirstForm {
    pub(crate) nickname: String,
    /// The caret, or the selected text.
    pub(crate) selection: Option<(u32, u32)>,
    pub(crate) wants: Option<Wants>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    Join,
    Passphrase,
}

fn boot() -> Option<Element> {
    document().get_element_by_id("boot")
}

pub(crate) fn is_shown() -> bool {
    let visitor = document()
        .document_element()
        .and_then(|root| root.get_attribute("data-visitor"));
    visitor.as_deref() == Some("new") && boot().is_some()
}

/// Whether the person is in the middle of something in the form, such as a syllable or a click: the form must stay until it is done.
pub(crate) fn is_busy() -> ReadSignal<bool> {
    let form = || document().get_element_by_id("boot-form");
    let reads = move || form().is_some_and(|form| form.has_attribute("data-busy"));
    let (busy, set) = signal(reads());
    window_event_listener_untyped("boot-form", move |_| set.set(reads()));
    busy
}

/// Removes the form and the rest of the boot page, and returns the input.
pub(crate) fn take() -> Option<FirstForm> {
    let shown = is_shown();
    let boot = boot()?;
    let form = boot.query_selector("form").ok().flatten()?;
    let input: HtmlInputElement = boot.query_selector("input").ok().flatten()?.unchecked_into();
    let taken = FirstForm {
        nickname: input.value(),
        selection: input
            .selection_start()
            .ok()
            .flatten()
            .zip(input.selection_end().ok().flatten()),
        wants: match form.get_attribute("data-wants").as_deref() {
            Some("join") => Some(Wants::Join),
            Some(_) => Some(Wants::Passphrase),
            None => None,
        },
    };
    boot.remove();
    shown.then_some(taken)
}
