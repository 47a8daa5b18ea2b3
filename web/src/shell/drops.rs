//! Files dropped on the page. By default, a browser would open them in its place.

use leptos::ev::{self, DragEvent};
use leptos::prelude::*;

use crate::account::context::AccountContext;
use crate::account::start::PageStage;
use crate::compose::phrases::ComposePhrases;
use crate::ui::clipboard;

/// Prevents the browser from opening dropped files, and explains why they cannot be sent.
pub(crate) fn listen(account: AccountContext) {
    let holds_files = |event: &DragEvent| {
        event
            .data_transfer()
            .is_some_and(|data| clipboard::drags_files(&data))
    };
    window_event_listener(ev::dragover, move |event| {
        if holds_files(&event) {
            event.prevent_default();
        }
    });
    window_event_listener(ev::drop, move |event| {
        if holds_files(&event) {
            event.prevent_default();
            if account.stage.get_untracked() == PageStage::Room {
                account.toasts.toast(|l| ComposePhrases::of(l).text_only);
            }
        }
    });
}
