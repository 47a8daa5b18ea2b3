//! One list: its filters, its lines, and the button for more.

use leptos::prelude::*;
use steadfast_shared::admin::AccountState;
use steadfast_shared::{Person, Power, Role};

use crate::account::phrases::OwnerLinkPhrases;
use crate::admin::listing::{ListSource, Listing};
use crate::admin::phrases::{AdminPhrases, AdminTerms, PersonLabels};
use crate::admin::place::{AdminPlace, AdminTrail, Question};
use crate::admin::section::Section;
use crate::admin::views::Heading;
use crate::admin::views::choose::Select;
use crate::admin::views::records::Records;
use crate::browser::pause::Pause;
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::language::{Language, Phrase};
use crate::markup::{computed, view};
use crate::people::role_phrases::RoleNames;
use crate::reactive::Signal;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::phrases::UiPhrases;

/// A list; for a log, optionally only the lines about one person.
#[component]
pub(super) fn List(section: Section, about: Option<Person>) -> impl IntoView {
    let locale = Locale::here();
    let trail = AdminTrail::here();
    let listing = Listing::new();
    let person = about.as_ref().map(|person| person.id);
    let source = move || match section {
        Section::People => ListSource::People(trail.people.get_value()),
        Section::Connections => ListSource::Connections,
        Section::SignIns => ListSource::SignIns(person),
        Section::Rooms => ListSource::Rooms(trail.rooms.get_value()),
        Section::Addresses => ListSource::Addresses,
        Section::Audit => ListSource::Audit(person),
    };
    let reload = Callback::new(move |()| listing.load(source()));
    reload.run(());
    let filters = match section {
        Section::People => view! { <PeopleFilters reload /> }.into_any(),
        Section::Rooms => view! { <RoomFilter reload /> }.into_any(),
        _ => ().into_any(),
    };
    let title = words(move || heading(section, about.as_ref(), locale.language()));
    view! {
        <section class="admin-list" data-testid=format!("list-{}", section.name())>
            <div class="admin-list-head">
                <Heading title />
                {(section == Section::People).then(|| view! { <OwnerLinkButton /> })}
                <button type="button" class="button button-small" data-testid="admin-refresh" on:click=move |_| reload.run(())>
                    {locale.says(|l| AdminPhrases::of(l).refresh)}
                </button>
            </div>
            {filters}
            <Records records=listing.records.into() />
            <State listing section reload />
            <div class="dialog-ways" hidden=move || !listing.more.get()>
                <button
                    type="button"
                    class="button"
                    data-testid="admin-more"
                    disabled=listing.loading
                    on:click=move |_| listing.load_more(source())
                >
                    {locale.says(|l| UiPhrases::of(l).show_more)}
                </button>
            </div>
        </section>
    }
}

fn heading(section: Section, about: Option<&Person>, language: Language) -> String {
    let phrases = AdminPhrases::of(language);
    let name = (phrases.section)(section);
    match about {
        Some(person) => format!("{name}: {}", (phrases.about)(&person.name)),
        None => name.to_owned(),
    }
}

/// Makes a link for another owner, if this role may.
#[component]
fn OwnerLinkButton() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let trail = AdminTrail::here();
    computed(move || {
        let may = chat.on_connection(|session| session.account().role().may(Power::MakeOwnerLink));
        may.then(|| {
            view! {
                <button
                    type="button"
                    class="button button-small"
                    data-testid="owner-link"
                    on:click=move |_| trail.go(AdminPlace::Question(Question::OwnerLink))
                >
                    {locale.says(|l| OwnerLinkPhrases::of(l).make_owner_link)}
                </button>
            }
        })
    })
}

/// Says that a list is loading, failed to load, or is empty.
#[component]
fn State(listing: Listing, section: Section, reload: Callback<()>) -> impl IntoView {
    let locale = Locale::here();
    let empty = move || listing.records.with(Vec::is_empty);
    let status = move || {
        let language = locale.language();
        if listing.trouble.with(Option::is_some) {
            None
        } else if listing.loading.get() {
            empty().then_some(AdminPhrases::of(language).loading)
        } else {
            empty().then(|| (AdminPhrases::of(language).nothing)(section))
        }
    };
    view! {
        <p class="offers-none" role="status" data-testid="admin-state">{status}</p>
        {move || {
            listing.trouble.get().map(|trouble| {
                view! {
                    <div class="notice notice-ask" role="alert" data-testid="admin-trouble">
                        <Icon shape=IconShape::Alert />
                        <span>{trouble}</span>
                        <button type="button" class="button button-small" on:click=move |_| reload.run(())>
                            {locale.says(|l| UiPhrases::of(l).retry)}
                        </button>
                    </div>
                }
            })
        }}
    }
}

/// The states to filter by, each with its name in the form.
const STATES: [(&str, AccountState); 3] = [
    ("active", AccountState::Active),
    ("deactivated", AccountState::Deactivated),
    ("banned", AccountState::Banned),
];

/// The search for people: by name, state and role.
#[component]
fn PeopleFilters(reload: Callback<()>) -> impl IntoView {
    let locale = Locale::here();
    let trail = AdminTrail::here();
    let start = trail.people.get_value();
    let any_state = words(move || AdminPhrases::of(locale.language()).any_state.to_owned());
    let states = STATES.map(|(name, state)| (name, state_words(locale, state)));
    let state = STATES.iter().find(|(_, state)| start.state == Some(*state));
    let role_words = move |role| words(move || (RoleNames::of(locale.language()).role)(role).to_owned());
    let roles = [Role::Member, Role::Moderator, Role::Owner].map(|role| (role.as_str(), role_words(role)));
    let any = (
        "",
        words(move || AdminPhrases::of(locale.language()).any_role.to_owned()),
    );
    let on_state = Callback::new(move |name: String| {
        let state = STATES.iter().find(|(of, _)| *of == name);
        let state = state.map(|(_, state)| *state);
        trail.people.update_value(|query| query.state = state);
        reload.run(());
    });
    let on_role = Callback::new(move |name: String| {
        trail.people.update_value(|query| query.role = Role::parse(&name));
        reload.run(());
    });
    let typed = Callback::new(move |search: String| {
        trail.people.update_value(|query| query.search = search);
        reload.run(());
    });
    view! {
        <div class="admin-filters">
            <SearchIn says=|l| AdminPhrases::of(l).find_people testid="find-people" start=start.search typed />
            <Select
                label=words(move || PersonLabels::of(locale.language()).state.to_owned())
                testid="filter-state"
                options=[("", any_state)].into_iter().chain(states).collect()
                start=state.map_or("", |(name, _)| *name)
                chosen=on_state
            />
            <Select
                label=words(move || PersonLabels::of(locale.language()).role.to_owned())
                testid="filter-role"
                options=[any].into_iter().chain(roles).collect()
                start=start.role.map_or("", Role::as_str)
                chosen=on_role
            />
        </div>
    }
}

fn state_words(locale: Locale, state: AccountState) -> Signal<String> {
    words(move || (AdminTerms::of(locale.language()).state)(state).to_owned())
}

/// The search for rooms.
#[component]
fn RoomFilter(reload: Callback<()>) -> impl IntoView {
    let trail = AdminTrail::here();
    let typed = Callback::new(move |search: String| {
        trail.rooms.set_value(search);
        reload.run(());
    });
    view! {
        <div class="admin-filters">
            <SearchIn says=|l| AdminPhrases::of(l).find_rooms testid="find-rooms" start=trail.rooms.get_value() typed />
        </div>
    }
}

#[component]
fn SearchIn(says: Phrase, testid: &'static str, start: String, typed: Callback<String>) -> impl IntoView {
    let locale = Locale::here();
    let pause = Pause::new();
    view! {
        <input
            type="search"
            class="field"
            data-testid=testid
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            aria-label=locale.says(says)
            placeholder=locale.says(says)
            value=start
            on:input=move |event| {
                let value = event_target_value(&event);
                pause.then(move || typed.run(value));
            }
        />
    }
}
