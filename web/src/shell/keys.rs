//! Handles the shortcuts, wherever the focus is.

use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::account::context::AccountContext;
use crate::account::start::PageStage;
use crate::rooms::context::RoomsContext;
use crate::shell::shortcut::{KeyPress, Shortcut};
use crate::ui::overlays::Overlay;

/// Handles the shortcuts while the page is open.
pub(crate) fn listen(rooms: RoomsContext, account: AccountContext) {
    window_event_listener(ev::keydown, move |event| {
        let ready = account.stage.get_untracked() == PageStage::Room
            && rooms.overlays.dialog.get_untracked().is_none();
        if !ready || event.default_prevented() || event.is_composing() {
            return;
        }
        if let Some(shortcut) = shortcut_of(&event) {
            event.prevent_default();
            perform(rooms, shortcut);
        }
    });
}

fn perform(rooms: RoomsContext, shortcut: Shortcut) {
    match shortcut {
        Shortcut::Palette => rooms.overlays.open(Overlay::Palette),
        Shortcut::Help => rooms.overlays.open(Overlay::Shortcuts),
        Shortcut::Next => rooms.open_neighbour(true, false),
        Shortcut::Previous => rooms.open_neighbour(false, false),
        Shortcut::NextUnread => rooms.open_neighbour(true, true),
        Shortcut::PreviousUnread => rooms.open_neighbour(false, true),
    }
}

fn shortcut_of(event: &KeyboardEvent) -> Option<Shortcut> {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok());
    Shortcut::of(&KeyPress {
        key: &event.key(),
        code: &event.code(),
        command: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
        shift: event.shift_key(),
        writing: target
            .is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")),
    })
}
