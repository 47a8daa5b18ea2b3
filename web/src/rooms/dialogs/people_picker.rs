//! People chosen by nickname.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use steadfast_shared::room::FindPeople;
use steadfast_shared::{Person, UserId, limit};

use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::people::avatar::Avatar;
use crate::rooms::dialogs::search::{Search, SearchField};
use crate::rooms::phrases::{NavigationPhrases, RoomSearchPhrases};
use crate::ui::phrases::UiPhrases;

/// Finds people by part of their nickname, and keeps those who were chosen.
#[component]
pub(crate) fn PeoplePicker(
    chosen: RwSignal<Vec<Person>>,
    /// Most people that can be.
    most: usize,
) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let search = Search::new();
    let found = RwSignal::new(None::<Vec<Person>>);
    let more = RwSignal::new(false);
    let look_after = move |after: Option<(String, UserId)>| {
        let goes_on = after.is_some();
        let ask = |search| FindPeople { search, after };
        search.ask(chat, ask, move |people| {
            more.set(people.len() >= limit::LISTED);
            found.update(|found| match found {
                Some(found) if goes_on => found.extend(people),
                _ => *found = Some(people),
            });
        });
    };
    let look = move || look_after(None);
    let go_on = move || {
        let last = found.with_untracked(|found| {
            let last = found.as_ref()?.last()?;
            Some((last.name.clone(), last.id))
        });
        if last.is_some() && more.get_untracked() {
            more.set(false);
            look_after(last);
        }
    };
    look();
    let me = chat.read(|session| session.me().map(|me| me.id));
    let listed = Memo::new(move |_| {
        let mut people = chosen.get();
        for person in found.get().unwrap_or_default() {
            if Some(person.id) != me && people.iter().all(|listed| listed.id != person.id) {
                people.push(person);
            }
        }
        people
    });
    let full = move || chosen.with(Vec::len) >= most;
    let choose = move |person: Person, on: bool| {
        chosen.update(|chosen| {
            chosen.retain(|other| other.id != person.id);
            if on && chosen.len() < most {
                chosen.push(person);
            }
        });
    };
    let key = move |event: KeyboardEvent| {
        if event.key() != "Enter" || event.is_composing() {
            return;
        }
        let first = listed.with_untracked(|listed| {
            let rest = listed.get(chosen.with_untracked(Vec::len)..);
            rest.and_then(|rest| rest.first().cloned())
        });
        // Enter chooses while something is typed, and sends the form once nothing is.
        if let (Some(first), Some(input)) = (first, search.input.get_untracked())
            && !input.value().trim().is_empty()
        {
            event.prevent_default();
            choose(first, true);
            input.set_value("");
            look();
        }
    };
    let list = NodeRef::<html::Ul>::new();
    let scrolled = move |_| {
        if let Some(list) = list.get_untracked()
            && list.scroll_top() + 2 * list.client_height() >= list.scroll_height()
        {
            go_on();
        }
    };
    let nobody = move || {
        let none = found.with(Option::is_some) && listed.with(Vec::is_empty);
        none.then(|| RoomSearchPhrases::of(locale.language()).nobody_found)
    };
    let said = move || {
        if let Some(trouble) = search.trouble.get() {
            return trouble;
        }
        match chosen.with(Vec::len) {
            0 => String::new(),
            n if n >= most => (RoomSearchPhrases::of(locale.language()).too_many_people)(most),
            n => (RoomSearchPhrases::of(locale.language()).chosen)(n),
        }
    };
    view! {
        <SearchField
            search
            words=|l| RoomSearchPhrases::of(l).find_people
            testid="people-search"
            look=Callback::new(move |()| look())
            on_key=Callback::new(key)
        />
        <ul class="picks" aria-label=locale.says(|l| NavigationPhrases::of(l).new_direct) node_ref=list on:scroll=scrolled>
            <For each=move || listed.get() key=|person| person.id let(person)>
                <Pick person chosen choose full />
            </For>
            <li hidden=move || !more.get()>
                <button
                    type="button"
                    class="button button-small"
                    data-testid="people-more"
                    on:click=move |_| go_on()
                >
                    {locale.says(|l| UiPhrases::of(l).show_more)}
                </button>
            </li>
        </ul>
        <p class="offers-none">{nobody}</p>
        <p class="labelled-hint" role="status" data-testid="people-chosen">{words(said)}</p>
    }
}

#[component]
fn Pick(
    person: Person,
    chosen: RwSignal<Vec<Person>>,
    choose: impl Fn(Person, bool) + Copy + 'static,
    full: impl Fn() -> bool + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let id = person.id;
    let on = Memo::new(move |_| chosen.with(|chosen| chosen.iter().any(|other| other.id == id)));
    let (shown, name) = (person.clone(), person.name.clone());
    view! {
        <li>
            <label class="pick">
                <input
                    type="checkbox"
                    data-testid="person-pick"
                    prop:checked=on
                    disabled=move || !on.get() && full()
                    on:change=move |event| choose(person.clone(), event_target_checked(&event))
                />
                <Avatar person=shown small=true />
                <span class="sidebar-name">{name}</span>
            </label>
        </li>
    }
}
