//! The rooms, found by name, in their sections.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use steadfast_shared::RoomId;

use crate::browser::base_path;
use crate::language::Phrase;
use crate::page::{Page, words};
use crate::people::presence::Presence;
use crate::rooms::kind_mark::KindMark;
use crate::rooms::list::{RoomLine, folded};
use crate::rooms::phrases::NavigationPhrases;
use crate::rooms::route::Route;
use crate::rooms::sidebar::aim::Aim;
use crate::rooms::{finder, list_order};
use crate::ui::icon::{Icon, Shape};
use crate::ui::list::scroll::scroll_to_item;
use crate::ui::overlays::Opened;

/// The rooms, found by name, in their sections.
#[component]
pub(crate) fn RoomList() -> impl IntoView {
    let page = Page::here();
    let field = NodeRef::<html::Input>::new();
    let typed = RwSignal::new(String::new());
    let held = RwSignal::new(false);
    let lines = Memo::new(move |before: Option<&Vec<RoomLine>>| {
        let wanted = page.room_lines();
        match before.filter(|_| held.get()) {
            Some(shown) => list_order::hold(shown, &wanted, |line| line.id),
            None => wanted,
        }
    });
    let aim = Aim::new(held);
    let nav = NodeRef::<html::Nav>::new();
    let open_is_listed = Memo::new(move |_| {
        let open = page.room.get();
        lines.with(|lines| lines.iter().any(|line| Some(line.id) == open))
    });
    // However a room was opened, its line can be seen. A list that only changed stays where its reader scrolled it.
    Effect::new(move || {
        let open = page.room.get();
        if open_is_listed.get() && (page.around.rooms.get() || open.is_some()) {
            request_animation_frame(move || {
                let Some(nav) = nav.get_untracked() else { return };
                if let Ok(Some(line)) = nav.query_selector("[aria-current=page]") {
                    scroll_to_item(&nav, &line);
                }
            });
        }
    });
    let found = Memo::new(move |_| {
        let typed = folded(&typed.get());
        let mut lines = lines.get();
        // What is hidden is found by its name.
        lines.retain(|line| {
            !(line.hidden && typed.is_empty()) && finder::find(&typed, &folded(&line.title)).is_some()
        });
        lines
    });
    let forget = move || {
        typed.set(String::new());
        if let Some(field) = field.get_untracked() {
            field.set_value("");
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() => {
            let first = found.with_untracked(|found| found.first().map(|line| line.id));
            if let Some(first) = first {
                forget();
                page.open(first);
            }
        }
        "Escape" if !typed.with_untracked(String::is_empty) => {
            event.stop_propagation();
            forget();
        }
        _ => {}
    };
    let is_room: fn(&RoomLine) -> bool = |line| !line.is_direct();
    let none = move || {
        let nothing = !typed.with(String::is_empty) && found.with(Vec::is_empty);
        nothing.then(
            || view! { <p class="sidebar-none">{page.says(|l| NavigationPhrases::of(l).nothing_found)}</p> },
        )
    };
    view! {
        <div class="sidebar-find">
            <Icon shape=Shape::Search />
            <input
                type="search"
                class="field"
                data-testid="room-filter"
                autocomplete="off"
                spellcheck="false"
                aria-label=page.says(|l| NavigationPhrases::of(l).find_room)
                placeholder=page.says(|l| NavigationPhrases::of(l).find_room)
                node_ref=field
                on:input=move |event| typed.set(event_target_value(&event))
                on:keydown=key
            />
        </div>
        <nav
            class="sidebar-lists"
            aria-label=page.says(|l| NavigationPhrases::of(l).rooms)
            node_ref=nav
            on:pointerenter=move |_| aim.begin()
            on:pointerleave=move |_| aim.end()
            on:focusin=move |event| aim.focus_moved(&event)
            on:focusout=move |_| aim.end()
        >
            {none}
            <Section id="section-rooms" title=|l| NavigationPhrases::of(l).rooms found only=is_room>
                <Tool opens=Opened::Browse shape=Shape::Search says=|l| NavigationPhrases::of(l).browse testid="open-browse" />
                <Tool opens=Opened::NewRoom shape=Shape::Plus says=|l| NavigationPhrases::of(l).new_room testid="open-new-room" />
            </Section>
            <Section id="section-direct" title=|l| NavigationPhrases::of(l).direct found only=RoomLine::is_direct>
                <Tool
                    opens=Opened::NewDirect
                    shape=Shape::Plus
                    says=|l| NavigationPhrases::of(l).new_direct
                    testid="open-new-direct"
                />
            </Section>
        </nav>
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
    let page = Page::here();
    let mine = Memo::new(move |_| {
        let mut lines = found.get();
        lines.retain(only);
        lines
    });
    view! {
        <section class="sidebar-section" aria-labelledby=id>
            <div class="sidebar-title">
                <h2 id=id>{page.says(title)}</h2>
                <div class="sidebar-tools">{children()}</div>
            </div>
            <ul>
                <For each=move || mine.get() key=|line| line.id let(line)>
                    <RoomLink id=line.id lines=mine />
                </For>
            </ul>
        </section>
    }
}

/// Opens a dialog.
#[component]
fn Tool(opens: Opened, shape: Shape, says: Phrase, testid: &'static str) -> impl IntoView {
    let page = Page::here();
    view! {
        <button
            type="button"
            class="button button-quiet button-icon"
            data-testid=testid
            title=page.says(says)
            aria-label=page.says(says)
            on:click=move |_| page.around.open(opens)
        >
            <Icon shape />
        </button>
    }
}

/// One room: what kind it is, its name, and what waits in it.
#[component]
fn RoomLink(id: RoomId, lines: Memo<Vec<RoomLine>>) -> impl IntoView {
    let page = Page::here();
    // The element stays while its room is in the list; what is in it changes.
    let line = Memo::new(move |_| lines.with(|lines| lines.iter().find(|line| line.id == id).cloned()));
    let choose = move |event: MouseEvent| {
        // A new tab or window is the browser's.
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        if page.knows(id) {
            page.open(id);
        } else {
            // It is gone, and its line stays for as long as the list holds still.
            page.remark(|l| NavigationPhrases::of(l).no_such_room);
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
                aria-current=move || (page.room.get() == Some(id)).then_some("page")
                on:click=choose
            >
                {content}
            </a>
        </li>
    }
}

/// How many messages are unread, where any are; apart, where they mention this person.
#[component]
fn Badge(unread: u64, mentions: u64) -> impl IntoView {
    let page = Page::here();
    (unread > 0).then(|| {
        let said = move || {
            if mentions > 0 {
                (NavigationPhrases::of(page.language()).mentions)(unread, mentions)
            } else {
                (NavigationPhrases::of(page.language()).unread)(unread)
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
            <span class="sr-only">{words(said)}</span>
        }
    })
}
