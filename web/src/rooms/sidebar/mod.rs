//! The rooms and the person signed in: beside the conversation, or a drawer over it on a phone.

pub(crate) mod aim;
pub(crate) mod list;
pub(crate) mod me;

use leptos::ev::{self, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;

use crate::language::locale::Locale;
use crate::markup::view;
use crate::reactive::{RwSignal, effect};
use crate::rooms::phrases::NavigationPhrases;
use crate::rooms::sidebar::list::RoomList;
use crate::rooms::sidebar::me::Me;
use crate::ui::brand::Brand;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::Overlays;
use crate::ui::phrases::UiPhrases;

/// Width in pixels from which both fit side by side; the style sheets say 60rem.
const WIDE: f64 = 960.0;

#[component]
pub(crate) fn Sidebar() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let drawn = overlays.rooms;
    let close_button = NodeRef::<html::Button>::new();
    close_when_wide(drawn);
    effect(move || {
        if drawn.get()
            && let Some(button) = close_button.get()
        {
            let _ = button.focus();
        }
    });
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && drawn.get_untracked() && !event.is_composing() {
            event.prevent_default();
            event.stop_propagation();
            drawn.set(false);
        }
    };
    view! {
        <div class="scrim" hidden=move || !drawn.get() on:click=move |_| drawn.set(false)></div>
        <aside
            class="sidebar"
            id="rooms"
            data-testid="sidebar"
            data-drawn=move || drawn.get().to_string()
            aria-label=move || NavigationPhrases::of(locale.language()).rooms
            on:keydown=key
        >
            <div class="sidebar-head">
                <Brand />
                <button
                    type="button"
                    class="button button-quiet button-icon sidebar-close"
                    data-testid="rooms-close"
                    aria-label=locale.says(|l| UiPhrases::of(l).close)
                    node_ref=close_button
                    on:click=move |_| drawn.set(false)
                >
                    <Icon shape=IconShape::Close />
                </button>
            </div>
            <RoomList />
            <Me />
        </aside>
    }
}

/// Closes the drawer once the window has space for the list beside the room.
fn close_when_wide(drawn: RwSignal<bool>) {
    let resized = window_event_listener(ev::resize, move |_| {
        let width = window().inner_width().ok().and_then(|width| width.as_f64());
        if width.is_some_and(|width| width >= WIDE) && drawn.get_untracked() {
            drawn.set(false);
        }
    });
    on_cleanup(move || resized.remove());
}
