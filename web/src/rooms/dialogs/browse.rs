//! The list of public rooms, to search and join.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::Join;
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{RoomId, RoomKind, limit};

use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::RwSignal;
use crate::rooms::context::RoomsContext;
use crate::rooms::dialogs::search::{Search, SearchField};
use crate::rooms::kind_mark::KindMark;
use crate::rooms::phrases::{NavigationPhrases, RoomPhrases, RoomSearchPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;

/// Finds public rooms, joins them and opens them.
#[component]
pub(crate) fn Browse() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let search = Search::new();
    let found = RwSignal::new(None::<Vec<ListedRoom>>);
    let more = RwSignal::new(false);
    let search_after = move |after: Option<(String, RoomId)>| {
        let is_next_page = after.is_some();
        let query = |search| BrowseRooms { search, after };
        search.request(chat, query, move |rooms| {
            more.set(rooms.len() >= limit::LISTED);
            found.update(|found| match found {
                Some(found) if is_next_page => found.extend(rooms),
                _ => *found = Some(rooms),
            });
        });
    };
    search_after(None);
    let load_more = move |_| {
        let last = found.with_untracked(|found| {
            let last = found.as_ref()?.last()?;
            Some((last.name.clone(), last.id))
        });
        search_after(last);
    };
    let none = move || {
        let none = found.with(|found| found.as_ref().is_some_and(Vec::is_empty));
        none.then(|| RoomSearchPhrases::of(locale.language()).none_public)
    };
    let close = Callback::new(move |()| overlays.close(Overlay::Browse));
    view! {
        <Dialog title=words(move || NavigationPhrases::of(locale.language()).browse.to_owned()) testid="browse" on_close=close>
            <SearchField search words=|l| RoomSearchPhrases::of(l).search testid="browse-search" on_search=Callback::new(move |()| search_after(None)) />
            <ul class="entries">
                <For each=move || found.get().unwrap_or_default() key=|room| (room.id, room.joined) let(room)>
                    <Listed room trouble=search.trouble />
                </For>
            </ul>
            <p class="offers-none" role="status">{none}</p>
            <p class="labelled-hint" role="status" data-bad="true">{move || search.trouble.get()}</p>
            <div class="dialog-ways" hidden=move || !more.get()>
                <button type="button" class="button" data-testid="browse-more" on:click=load_more>
                    {locale.says(|l| UiPhrases::of(l).show_more)}
                </button>
            </div>
            <div class="dialog-part">
                <button
                    type="button"
                    class="button"
                    data-testid="browse-new"
                    on:click=move |_| overlays.open(Overlay::NewRoom)
                >
                    {locale.says(|l| NavigationPhrases::of(l).new_room)}
                </button>
            </div>
        </Dialog>
    }
}

/// One public room: its topic, its number of members, and the button to join.
#[component]
fn Listed(room: ListedRoom, trouble: RwSignal<Option<String>>) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let rooms = RoomsContext::here();
    let ListedRoom {
        id,
        name,
        topic,
        members,
        joined,
        archived,
    } = room;
    let enter = move |_| {
        if joined {
            return rooms.open_soon(id);
        }
        spawn_local(async move {
            match chat.ask(Join::of(id)).await {
                Ok(room) => rooms.open_soon(room.id),
                Err(error) => {
                    trouble.try_set(Some(chat.why(&error)));
                }
            }
        });
    };
    let label = {
        let name = name.clone();
        words(move || {
            let of = if joined {
                RoomSearchPhrases::of(locale.language()).open
            } else {
                RoomSearchPhrases::of(locale.language()).join
            };
            of(&name)
        })
    };
    view! {
        <li class="entry listed" data-testid="listed-room">
            <div class="listed-words">
                <p class="listed-name">
                    <KindMark kind=RoomKind::Public archived />
                    <span class="sidebar-name">{name}</span>
                    <span class="entry-about">{words(move || (RoomPhrases::of(locale.language()).members)(members))}</span>
                </p>
                {(!topic.is_empty()).then(|| view! { <p class="listed-topic">{topic}</p> })}
            </div>
            <button
                type="button"
                class="button button-small"
                data-testid="listed-enter"
                aria-label=label
                on:click=enter
            >
                {locale.says(if joined { |l| RoomSearchPhrases::of(l).open_short } else { |l| RoomSearchPhrases::of(l).join_short })}
            </button>
        </li>
    }
}
