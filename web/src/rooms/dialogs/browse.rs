//! The list of public rooms, to search and join.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::Join;
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{RoomId, RoomKind, limit};

use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::{Each, view};
use crate::reactive::RwSignal;
use crate::rooms::context::RoomsContext;
use crate::rooms::dialogs::search::{Search, SearchField};
use crate::rooms::kind_mark::KindMark;
use crate::rooms::phrases::{NavigationPhrases, RoomPhrases, RoomSearchPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;

/// The public rooms found so far.
#[derive(Clone, Copy)]
struct Browsing {
    chat: ChatContext,
    search: Search,
    found: RwSignal<Option<Vec<ListedRoom>>>,
    more: RwSignal<bool>,
}

impl Browsing {
    /// Searches for the typed text: the rooms after this one, or the first ones.
    fn search_after(self, after: Option<(String, RoomId)>) {
        let is_next_page = after.is_some();
        let query = |search| BrowseRooms { search, after };
        self.search.request(self.chat, query, move |rooms| {
            self.more.set(rooms.len() >= limit::LISTED);
            self.found.update(|found| match found {
                Some(found) if is_next_page => found.extend(rooms),
                _ => *found = Some(rooms),
            });
        });
    }

    fn load_more(self) {
        let last = self.found.with_untracked(|found| {
            let last = found.as_ref()?.last()?;
            Some((last.name.clone(), last.id))
        });
        self.search_after(last);
    }
}

/// Finds public rooms, joins them and opens them.
#[component]
pub(crate) fn Browse() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let browsing = Browsing {
        chat: ChatContext::here(),
        search: Search::new(),
        found: RwSignal::new(None),
        more: RwSignal::new(false),
    };
    browsing.search_after(None);
    let Browsing {
        search, found, more, ..
    } = browsing;
    let none = move || {
        let none = found.with(|found| found.as_ref().is_some_and(Vec::is_empty));
        none.then(|| RoomSearchPhrases::of(locale.language()).none_public)
    };
    let close = Callback::new(move |()| overlays.close(Overlay::Browse));
    view! {
        <Dialog title=words(move || NavigationPhrases::of(locale.language()).browse.to_owned()) testid="browse" on_close=close>
            <SearchField search words=|l| RoomSearchPhrases::of(l).search testid="browse-search" on_search=Callback::new(move |()| browsing.search_after(None)) />
            <ul class="entries">
                <Each list=move || found.get().unwrap_or_default() key=|room| (room.id, room.joined) let(room)>
                    <Listed room trouble=search.trouble />
                </Each>
            </ul>
            <p class="offers-none" role="status">{none}</p>
            <p class="labelled-hint" role="status" data-bad="true">{move || search.trouble.get()}</p>
            <div class="dialog-ways" hidden=move || !more.get()>
                <button type="button" class="button" data-testid="browse-more" on:click=move |_| browsing.load_more()>
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
            rooms.open_soon(id);
        } else {
            spawn_local(join(id, rooms, trouble));
        }
    };
    let named = name.clone();
    let label = words(move || {
        let phrases = RoomSearchPhrases::of(locale.language());
        (if joined { phrases.open } else { phrases.join })(&named)
    });
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

/// Joins a room and opens it.
async fn join(room: RoomId, rooms: RoomsContext, trouble: RwSignal<Option<String>>) {
    match rooms.chat.ask(Join::of(room)).await {
        Ok(room) => rooms.open_soon(room.id),
        Err(error) => {
            rooms.chat.show_why(trouble, &error);
        }
    }
}
