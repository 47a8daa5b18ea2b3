//! The rooms in their sections, with a filter.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use steadfast_shared::RoomId;

use crate::browser::base_path;
use crate::browser::folded::folded;
use crate::connection::context::ChatContext;
use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markup::{Each, view};
use crate::people::presence::Presence;
use crate::reactive::{Memo, RwSignal, effect, memo};
use crate::rooms::context::RoomsContext;
use crate::rooms::kind_mark::KindMark;
use crate::rooms::list::RoomLine;
use crate::rooms::phrases::NavigationPhrases;
use crate::rooms::route::Route;
use crate::rooms::sidebar::aim::Aim;
use crate::rooms::{finder, list_order};
use crate::ui::icon::{Icon, IconShape};
use crate::ui::list::scroll::scroll_to_item;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::toast::Toasts;

#[component]
pub(crate) fn RoomList() -> impl IntoView {
    let locale = Locale::here();
    let rooms = RoomsContext::here();
    let typed = RwSignal::new(String::new());
    let aiming = RwSignal::new(false);
    let lines = Memo::new(move |before: Option<&Vec<RoomLine>>| {
        let wanted = rooms.room_lines();
        match before.filter(|_| aiming.get()) {
            Some(shown) => list_order::keep_order(shown, &wanted, |line| line.id),
            None => wanted,
        }
    });
    let aim = Aim::new(aiming);
    let nav = NodeRef::<html::Nav>::new();
    keep_open_in_view(nav, lines);
    let found = memo(move || matching(&typed.get(), lines.get()));
    let is_room: fn(&RoomLine) -> bool = |line| !line.is_direct();
    let none = move || {
        let nothing = !typed.with(String::is_empty) && found.with(Vec::is_empty);
        nothing.then(
            || view! { <p class="sidebar-none">{locale.says(|l| NavigationPhrases::of(l).nothing_found)}</p> },
        )
    };
    view! {
        <Filter typed found />
        <nav
            class="sidebar-lists"
            aria-label=locale.says(|l| NavigationPhrases::of(l).rooms)
            node_ref=nav
            on:pointerenter=move |_| aim.begin()
            on:pointerleave=move |_| aim.end()
            on:focusin=move |event| aim.focus_moved(&event)
            on:focusout=move |_| aim.end()
        >
            {none}
            <Section id="section-rooms" title=|l| NavigationPhrases::of(l).rooms found only=is_room>
                <Tool opens=Overlay::Browse shape=IconShape::Search says=|l| NavigationPhrases::of(l).browse testid="open-browse" />
                <Tool opens=Overlay::NewRoom shape=IconShape::Plus says=|l| NavigationPhrases::of(l).new_room testid="open-new-room" />
            </Section>
            <Section id="section-direct" title=|l| NavigationPhrases::of(l).direct found only=RoomLine::is_direct>
                <Tool
                    opens=Overlay::NewDirect
                    shape=IconShape::Plus
                    says=|l| NavigationPhrases::of(l).new_direct
                    testid="open-new-direct"
                />
            </Section>
        </nav>
    }
}

/// The rooms whose titles match the typed text. Hidden rooms show up only in a search.
fn matching(typed: &str, mut lines: Vec<RoomLine>) -> Vec<RoomLine> {
    let typed = folded(typed);
    lines.retain(|line| {
        !(line.hidden && typed.is_empty()) && finder::find(&typed, &folded(&line.title)).is_some()
    });
    lines
}

/// Keeps the open room's line visible however it was opened. If only the list changed, it stays
/// where its reader scrolled it.
fn keep_open_in_view(nav: NodeRef<html::Nav>, lines: Memo<Vec<RoomLine>>) {
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let open_is_listed = memo(move || {
        let open = chat.room.get();
        lines.with(|lines| lines.iter().any(|line| Some(line.id) == open))
    });
    effect(move || {
        let open = chat.room.get();
        if open_is_listed.get() && (overlays.rooms.get() || open.is_some()) {
            request_animation_frame(move || {
                let Some(nav) = nav.get_untracked() else { return };
                if let Ok(Some(line)) = nav.query_selector("[aria-current=page]") {
                    scroll_to_item(&nav, &line);
                }
            });
        }
    });
}

/// The field above the list: Enter opens the first match, Escape clears the field.
#[component]
fn Filter(typed: RwSignal<String>, found: Memo<Vec<RoomLine>>) -> impl IntoView {
    let locale = Locale::here();
    let rooms = RoomsContext::here();
    let field = NodeRef::<html::Input>::new();
    let clear = move || {
        typed.set(String::new());
        if let Some(field) = field.get_untracked() {
            field.set_value("");
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() => {
            let first = found.with_untracked(|found| found.first().map(|line| line.id));
            if let Some(first) = first {
                clear();
                rooms.open(first);
            }
        }
        "Escape" if !typed.with_untracked(String::is_empty) => {
            event.stop_propagation();
            clear();
        }
        _ => {}
    };
    view! {
        <div class="sidebar-find">
            <Icon shape=IconShape::Search />
            <input
                type="search"
                class="field"
                data-testid="room-filter"
                autocomplete="off"
                spellcheck="false"
                aria-label=locale.says(|l| NavigationPhrases::of(l).find_room)
                placeholder=locale.says(|l| NavigationPhrases::of(l).find_room)
                node_ref=field
                on:input=move |event| typed.set(event_target_value(&event))
                on:keydown=key
            />
        </div>
    }
}

#[component]
fn Section(
    id: &'static str,
    title: Phrase,
    found: Memo<Vec<RoomLine>>,
    only: fn(&RoomLine) -> bool,
    children: Children,
) -> impl IntoView {
    let locale = Locale::here();
    let mine = memo(move || {
        let mut lines = found.get();
        lines.retain(only);
        lines
    });
    view! {
        <section class="sidebar-section" aria-labelledby=id>
            <div class="sidebar-title">
                <h2 id=id>{locale.says(title)}</h2>
                <div class="sidebar-tools">{children()}</div>
            </div>
            <ul>
                <Each list=move || mine.get() key=|line| line.id let(line)>
                    <RoomLink id=line.id lines=mine />
                </Each>
            </ul>
        </section>
    }
}

#[component]
fn Tool(opens: Overlay, shape: IconShape, says: Phrase, testid: &'static str) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    view! {
        <button
            type="button"
            class="button button-quiet button-icon"
            data-testid=testid
            title=locale.says(says)
            aria-label=locale.says(says)
            on:click=move |_| overlays.open(opens)
        >
            <Icon shape />
        </button>
    }
}

/// One room: its kind, its name, and its unread count.
#[component]
fn RoomLink(id: RoomId, lines: Memo<Vec<RoomLine>>) -> impl IntoView {
    let toasts = Toasts::here();
    let chat = ChatContext::here();
    let rooms = RoomsContext::here();
    // The element stays while its room is in the list; only its content changes.
    let line = memo(move || lines.with(|lines| lines.iter().find(|line| line.id == id).cloned()));
    let choose = move |event: MouseEvent| {
        // The browser opens the new tab or window.
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        if chat.knows(id) {
            rooms.open(id);
        } else {
            // The room is gone, but its line stays while the list holds its order.
            toasts.toast(|l| NavigationPhrases::of(l).no_such_room);
        }
    };
    let content = move || {
        line.get().map(|line| {
            let mark = match line.partner() {
                Some(partner) => view! { <Presence id=partner.id /> }.into_any(),
                None => view! { <KindMark kind=line.kind archived=line.archived /> }.into_any(),
            };
            view! {
                {mark}
                <span class="sidebar-name">{line.title}</span>
                <Badge unread=line.unread mentions=line.mentions />
            }
        })
    };
    let has_news = move || line.with(|line| line.as_ref().is_some_and(|line| line.unread > 0));
    view! {
        <li>
            <a
                class="sidebar-room"
                href=base_path::here().address(&Route::room(id).path())
                data-testid="room-link"
                data-room=id.to_string()
                data-archived=move || line.with(|line| line.as_ref().is_some_and(|line| line.archived)).then_some("true")
                data-unread=move || has_news().then_some("true")
                aria-current=move || (chat.room.get() == Some(id)).then_some("page")
                on:click=choose
            >
                {content}
            </a>
        </li>
    }
}

/// The number of unread messages, if any; highlighted if some mention this person.
#[component]
fn Badge(unread: u64, mentions: u64) -> impl IntoView {
    let locale = Locale::here();
    (unread > 0).then(|| {
        let label = move || {
            if mentions > 0 {
                (NavigationPhrases::of(locale.language()).mentions)(unread, mentions)
            } else {
                (NavigationPhrases::of(locale.language()).unread)(unread)
            }
        };
        view! {
            <span
                class="sidebar-unread"
                data-testid="unread"
                data-mentions=(mentions > 0).then_some("true")
                aria-hidden="true"
            >
                {if mentions > 0 { format!("@ {unread}") } else { unread.to_string() }}
            </span>
            <span class="sr-only">{words(label)}</span>
        }
    })
}
