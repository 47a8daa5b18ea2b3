//! A panel beside the room.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use crate::language::Phrase;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::reactive::{RwSignal, effect};
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::Overlays;
use crate::ui::phrases::UiPhrases;

/// A panel beside the room, or over it if there is no room beside it. Not modal: the room stays
/// usable. Escape closes it.
#[component]
pub(crate) fn SidePanel(
    id: &'static str,
    title: Phrase,
    open: RwSignal<bool>,
    /// Receives the focus when the panel closes.
    opener: NodeRef<html::Button>,
    /// Called when the panel is scrolled near its end.
    #[prop(optional)]
    at_end: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let close = move || {
        open.set(false);
        if let Some(opener) = opener.get_untracked() {
            let _ = opener.focus();
        }
    };
    let key = window_event_listener(ev::keydown, move |event| {
        let covered = overlays.dialog.with_untracked(Option::is_some);
        if event.key() == "Escape" && !covered && !event.is_composing() && !event.default_prevented() {
            close();
        }
    });
    on_cleanup(move || key.remove());
    let panel = NodeRef::<html::Aside>::new();
    let scrolled = move |_| {
        if let Some(at_end) = at_end.filter(|_| is_near_end(panel)) {
            at_end.run(());
        }
    };
    let title_id = format!("{id}-title");
    view! {
        <aside
            class="details"
            id=id
            data-testid=format!("{id}-panel")
            aria-labelledby=title_id.clone()
            node_ref=panel
            on:scroll=scrolled
        >
            <div class="details-head">
                <h2 id=title_id>{locale.says(title)}</h2>
                <CloseButton testid=format!("{id}-close") close />
            </div>
            {children()}
        </aside>
    }
}

/// The button that closes the panel. It has the focus when the panel opens.
#[component]
fn CloseButton(testid: String, close: impl Fn() + Copy + 'static) -> impl IntoView {
    let locale = Locale::here();
    let button = NodeRef::<html::Button>::new();
    effect(move || {
        if let Some(button) = button.get() {
            let _ = button.focus();
        }
    });
    view! {
        <button
            type="button"
            class="button button-quiet button-icon"
            data-testid=testid
            aria-label=locale.says(|l| UiPhrases::of(l).close)
            node_ref=button
            on:click=move |_| close()
        >
            <Icon shape=IconShape::Close />
        </button>
    }
}

/// Whether less than a screenful is left below.
fn is_near_end(panel: NodeRef<html::Aside>) -> bool {
    let panel = panel.get_untracked();
    panel.is_some_and(|panel| panel.scroll_top() + 2 * panel.client_height() >= panel.scroll_height())
}
