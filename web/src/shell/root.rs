//! Which page is shown: the nickname page or the room.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::LinkState;

use crate::account::first_form;
use crate::account::join::NicknamePage;
use crate::account::kept_out::KeptOutPage;
use crate::account::start::PageStage;
use crate::browser::{base_path, viewport};
use crate::markup::{computed, view};
use crate::reactive::{effect, memo};
use crate::shell::page::PageContexts;
use crate::shell::parts::part::LazyParts;
use crate::shell::room::RoomPage;
use crate::shell::tab_badge::draw_icon;
use crate::shell::{drops, keys};
use crate::ui::phrases::UiPhrases;

pub fn show() {
    if !first_form::is_shown() {
        first_form::take();
    }
    mount_to_body(Root);
}

#[component]
fn Root() -> impl IntoView {
    let page = PageContexts::provide();
    let parts = LazyParts::new(page.compose);
    let PageContexts { locale, account, .. } = page;
    spawn_local(page.run());
    page.activity.mark_active();
    page.today.follow();
    viewport::follow();
    drops::listen(account);
    keys::listen(page.rooms, account);
    draw_document(page);
    listen_to_person(page);
    listen_to_lifecycle(page);
    effect(move || {
        if matches!(page.chat.link(), LinkState::Connected { .. }) {
            parts.load_when_idle();
        }
    });
    let busy = first_form::is_busy();
    let stage = memo(move || {
        if busy.get() {
            PageStage::Opening
        } else {
            account.stage.get()
        }
    });
    effect(move || {
        if matches!(stage.get(), PageStage::Room | PageStage::KeptOut(_)) {
            first_form::take();
        }
    });
    computed(move || match stage.get() {
        PageStage::Opening if first_form::is_shown() => ().into_any(),
        PageStage::Opening => {
            view! { <p class="boot" role="status">{locale.says(|l| UiPhrases::of(l).opening)}</p> }.into_any()
        }
        PageStage::Nickname(welcome) => view! { <NicknamePage welcome /> }.into_any(),
        PageStage::Room => view! { <RoomPage /> }.into_any(),
        PageStage::KeptOut(reason) => view! { <KeptOutPage reason /> }.into_any(),
    })
}

/// Keeps the document's language, theme, title and icon up to date.
fn draw_document(page: PageContexts) {
    let set = |name: &str, to: &str| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute(name, to);
        }
    };
    effect(move || set("lang", page.locale.language().tag()));
    effect(move || set("data-theme", page.appearance.theme.get().name()));
    // Each message changes the rooms, and few of them the title.
    let title = memo(move || page.title());
    let has_unread = memo(move || page.has_unread());
    effect(move || document().set_title(&title.get()));
    effect(move || draw_icon(has_unread.get()));
}

fn listen_to_person(page: PageContexts) {
    let (activity, timeline) = (page.activity, page.timeline);
    window_event_listener(ev::visibilitychange, move |_| page.visibility_changed());
    window_event_listener(ev::focus, move |_| {
        page.today.check();
        activity.mark_active();
        timeline.mark_read();
    });
    window_event_listener(ev::blur, move |_| timeline.on_blur());
    window_event_listener(ev::pointermove, move |_| activity.mark_active());
    window_event_listener(ev::pointerdown, move |_| activity.mark_active());
    window_event_listener(ev::keydown, move |_| activity.mark_active());
    window_event_listener(ev::wheel, move |_| activity.mark_active());
}

fn listen_to_lifecycle(page: PageContexts) {
    let PageContexts {
        chat,
        compose,
        account,
        navigation,
        ..
    } = page;
    // Like becoming visible, this is a moment to retry at once. `navigator.onLine` is used for
    // nothing else, save that no part loads ahead of time without a network.
    window_event_listener(ev::online, move |_| chat.wake());
    window_event_listener(ev::popstate, move |_| navigation.follow_address());
    window_event_listener(ev::pagehide, move |_| {
        compose.leave_tab_name();
        chat.flush();
    });
    // A page restored by *back* may be that of a person who has been signed out since.
    window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            let _ = window().location().reload();
        }
    });
    window_event_listener(ev::beforeunload, move |event| {
        if account.would_lose_words() {
            event.prevent_default();
        }
    });
    let base = base_path::here();
    window_event_listener(ev::storage, move |event| {
        if let Some(key) = event.key().as_deref().and_then(|key| base.unscoped(key)) {
            compose.draft_changed_elsewhere(key);
        }
    });
}
