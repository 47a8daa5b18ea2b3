//! What is shown at all: the nickname page or the room.

use leptos::ev;
use leptos::prelude::*;

use crate::account::join::NicknamePage;
use crate::account::kept_out::KeptOutPage;
use crate::account::start::Stage;
use crate::browser::{base_path, viewport};
use crate::page::Page;
use crate::shell::room::RoomPage;
use crate::shell::{drops, keys};
use crate::ui::phrases::UiPhrases;

/// Shows the page.
pub fn show() {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    mount_to_body(Root);
}

#[component]
fn Root() -> impl IntoView {
    let page = Page::provide();
    page.start();
    page.stirs();
    page.follow_calendar();
    viewport::follow();
    drops::listen(page);
    Effect::new(move || {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", page.language().tag());
        }
    });
    Effect::new(move || {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", page.theme.get().name());
        }
    });
    Effect::new(move || document().set_title(&page.title()));
    Effect::new(move || page.draw_icon());
    keys::listen(page);
    // The two moments at which waiting for the next try makes no sense. `navigator.onLine` is asked nothing else.
    window_event_listener(ev::online, move |_| page.wake());
    window_event_listener(ev::visibilitychange, move |_| page.seen());
    window_event_listener(ev::focus, move |_| {
        page.look_at_calendar();
        page.mark_read();
    });
    window_event_listener(ev::blur, move |_| page.look_away());
    window_event_listener(ev::pointermove, move |_| page.stirs());
    window_event_listener(ev::pointerdown, move |_| page.stirs());
    window_event_listener(ev::keydown, move |_| page.stirs());
    window_event_listener(ev::popstate, move |_| page.follow_address());
    window_event_listener(ev::pagehide, move |_| {
        page.leave_tab_name();
        page.leave();
    });
    // A page kept by the browser for Back may be of a person who was signed out meanwhile.
    window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            let _ = window().location().reload();
        }
    });
    window_event_listener(ev::beforeunload, move |event| {
        if page.would_lose_words() {
            event.prevent_default();
        }
    });
    let base = base_path::here();
    window_event_listener(ev::storage, move |event| {
        if let Some(key) = event.key().as_deref().and_then(|key| base.unscoped(key)) {
            page.draft_changed_elsewhere(key);
        }
    });
    let stage = Memo::new(move |_| page.stage.get());
    move || match stage.get() {
        Stage::Opening => {
            view! { <p class="boot" role="status">{page.says(|l| UiPhrases::of(l).opening)}</p> }.into_any()
        }
        Stage::Nickname(welcome) => view! { <NicknamePage welcome /> }.into_any(),
        Stage::Room => view! { <RoomPage /> }.into_any(),
        Stage::KeptOut(reason) => view! { <KeptOutPage reason /> }.into_any(),
    }
}
