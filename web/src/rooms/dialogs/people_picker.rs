//! Choosing people by nickname.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use steadfast_shared::room::FindPeople;
use steadfast_shared::{Person, UserId, limit};

use crate::connection::context::ChatContext;
use crate::language::Language;
use crate::language::locale::{Locale, words};
use crate::markup::{Each, view};
use crate::people::avatar::Avatar;
use crate::reactive::{Memo, RwSignal, memo};
use crate::rooms::dialogs::search::{Search, SearchField};
use crate::rooms::phrases::{NavigationPhrases, RoomSearchPhrases};
use crate::ui::phrases::UiPhrases;

#[derive(Clone, Copy)]
struct PeoplePickerState {
    search: Search,
    found: RwSignal<Option<Vec<Person>>>,
    /// Whether the server may have more matches.
    more: RwSignal<bool>,
    chosen: RwSignal<Vec<Person>>,
    most: usize,
    chat: ChatContext,
}

impl PeoplePickerState {
    fn new(chosen: RwSignal<Vec<Person>>, most: usize) -> Self {
        Self {
            search: Search::new(),
            found: RwSignal::new(None),
            more: RwSignal::new(false),
            chosen,
            most,
            chat: ChatContext::here(),
        }
    }

    fn search_after(self, after: Option<(String, UserId)>) {
        let is_next_page = after.is_some();
        let query = |search| FindPeople { search, after };
        self.search.request(self.chat, query, move |people| {
            self.more.set(people.len() >= limit::LISTED);
            self.found.update(|found| match found {
                Some(found) if is_next_page => found.extend(people),
                _ => *found = Some(people),
            });
        });
    }

    fn load_more(self) {
        let last = self.found.with_untracked(|found| {
            let last = found.as_ref()?.last()?;
            Some((last.name.clone(), last.id))
        });
        if last.is_some() && self.more.get_untracked() {
            self.more.set(false);
            self.search_after(last);
        }
    }

    /// The chosen people, then those found. Tracked.
    fn listed(self) -> Vec<Person> {
        let me = self.chat.read(|session| session.account().me().map(|me| me.id));
        let mut people = self.chosen.get();
        for person in self.found.get().unwrap_or_default() {
            if Some(person.id) != me && people.iter().all(|listed| listed.id != person.id) {
                people.push(person);
            }
        }
        people
    }

    fn choose(self, person: Person, on: bool) {
        self.chosen.update(|chosen| {
            chosen.retain(|other| other.id != person.id);
            if on && chosen.len() < self.most {
                chosen.push(person);
            }
        });
    }

    /// Enter chooses the first match while text is typed; with an empty field it submits the form.
    fn key(self, event: &KeyboardEvent, listed: Memo<Vec<Person>>) {
        if event.key() != "Enter" || event.is_composing() {
            return;
        }
        let first = listed.with_untracked(|listed| {
            let rest = listed.get(self.chosen.with_untracked(Vec::len)..);
            rest.and_then(|rest| rest.first().cloned())
        });
        if let (Some(first), Some(input)) = (first, self.search.input.get_untracked())
            && !input.value().trim().is_empty()
        {
            event.prevent_default();
            self.choose(first, true);
            input.set_value("");
            self.search_after(None);
        }
    }

    /// Loads more people near the end of the list.
    fn scrolled(self, list: NodeRef<html::Ul>) {
        if let Some(list) = list.get_untracked()
            && list.scroll_top() + 2 * list.client_height() >= list.scroll_height()
        {
            self.load_more();
        }
    }

    fn status(self, language: Language) -> String {
        if let Some(trouble) = self.search.trouble.get() {
            return trouble;
        }
        match self.chosen.with(Vec::len) {
            0 => String::new(),
            n if n >= self.most => (RoomSearchPhrases::of(language).too_many_people)(self.most),
            n => (RoomSearchPhrases::of(language).chosen)(n),
        }
    }
}

/// Finds people by part of their nickname, and keeps the chosen ones.
#[component]
pub(crate) fn PeoplePicker(
    chosen: RwSignal<Vec<Person>>,
    /// Maximum number of people chosen.
    most: usize,
) -> impl IntoView {
    let locale = Locale::here();
    let picker = PeoplePickerState::new(chosen, most);
    picker.search_after(None);
    let listed = memo(move || picker.listed());
    let full = move || chosen.with(Vec::len) >= most;
    let choose = move |person: Person, on: bool| picker.choose(person, on);
    let list = NodeRef::<html::Ul>::new();
    let scrolled = move |_| picker.scrolled(list);
    let none_found = move || {
        let none = picker.found.with(Option::is_some) && listed.with(Vec::is_empty);
        none.then(|| RoomSearchPhrases::of(locale.language()).nobody_found)
    };
    view! {
        <SearchField
            search=picker.search
            words=|l| RoomSearchPhrases::of(l).find_people
            testid="people-search"
            on_search=Callback::new(move |()| picker.search_after(None))
            on_key=Callback::new(move |event| picker.key(&event, listed))
        />
        <ul class="picks" aria-label=locale.says(|l| NavigationPhrases::of(l).new_direct) node_ref=list on:scroll=scrolled>
            <Each list=move || listed.get() key=|person| person.id let(person)>
                <Pick person chosen choose full />
            </Each>
            <li hidden=move || !picker.more.get()>
                <button
                    type="button"
                    class="button button-small"
                    data-testid="people-more"
                    on:click=move |_| picker.load_more()
                >
                    {locale.says(|l| UiPhrases::of(l).show_more)}
                </button>
            </li>
        </ul>
        <p class="offers-none">{none_found}</p>
        <p class="labelled-hint" role="status" data-testid="people-chosen">
            {words(move || picker.status(locale.language()))}
        </p>
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
    let on = memo(move || chosen.with(|chosen| chosen.iter().any(|other| other.id == id)));
    let (shown, name) = (person.clone(), person.name.clone());
    view! {
        <li>
            <label class="pick">
                <input
                    type="checkbox"
                    data-testid="person-pick"
                    prop:checked=move || on.get()
                    disabled=move || !on.get() && full()
                    on:change=move |event| choose(person.clone(), event_target_checked(&event))
                />
                <Avatar person=shown small=true />
                <span class="sidebar-name">{name}</span>
            </label>
        </li>
    }
}
