//! Lines of a list: each a card, in columns where there is width.

use leptos::prelude::*;
use steadfast_shared::event::Availability;
use steadfast_shared::{Person, Role};

use crate::admin::phrases::{AdminPersonPhrases, AdminRoomPhrases, AdminTerms, LimitPhrases};
use crate::admin::place::{Place, Trail};
use crate::admin::record::{Fact, Lead, Mark, Record, Value, Way};
use crate::admin::views::when::When;
use crate::language::locale::{Locale, words};
use crate::people::phrases::PeoplePhrases;
use crate::people::role_phrases::RoleNames;
use crate::rooms::phrases::RoomPhrases;
use crate::ui::icon::Shape;
use crate::ui::mark::mark as mark_view;

/// Lines of a list.
#[component]
pub(super) fn Records(records: Signal<Vec<Record>>) -> impl IntoView {
    view! {
        <ul class="records">
            <For each=move || records.get() key=|record| record.key.clone() let(record)>
                <Line record />
            </For>
        </ul>
    }
}

#[component]
fn Line(record: Record) -> impl IntoView {
    let locale = Locale::here();
    let Record {
        lead,
        marks,
        facts,
        ways,
        ..
    } = record;
    let name = match &lead {
        Lead::Person(person) => person.name.clone(),
        Lead::Words(words) => words.clone(),
    };
    let lead = match lead {
        Lead::Person(person) => view! { <Who person /> }.into_any(),
        Lead::Words(words) => view! { <span class="record-title">{words}</span> }.into_any(),
    };
    let marks = marks.into_iter().map(|mark| marked(locale, mark)).collect_view();
    let ways = ways
        .into_iter()
        .map(|way| view! { <WayOn way about=name.clone() /> })
        .collect_view();
    view! {
        <li class="record" data-testid="record">
            <p class="record-lead">{lead} {marks}</p>
            <Facts facts />
            <div class="record-ways">{ways}</div>
        </li>
    }
}

/// What there is to know, each with what it is.
#[component]
pub(super) fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let facts = facts
        .into_iter()
        .map(|Fact { label, value }| {
            let value = match value {
                Value::Words(words) => view! { <span>{words}</span> }.into_any(),
                Value::Time(at) => view! { <When at /> }.into_any(),
                Value::Person(person) => view! { <Who person /> }.into_any(),
            };
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="record-facts">{facts}</dl> }
}

/// A person, and the way to their details.
#[component]
fn Who(person: Person) -> impl IntoView {
    let locale = Locale::here();
    let trail = Trail::here();
    let name = person.name.clone();
    let label = {
        let name = name.clone();
        words(move || (AdminPersonPhrases::of(locale.language()).details_of)(&name))
    };
    view! {
        <button
            type="button"
            class="record-person"
            data-testid="record-person"
            title=label
            on:click=move |_| trail.go(Place::Person(person.clone()))
        >
            {name}
        </button>
    }
}

/// A mark in words, with a sign where the word stands for more than itself.
pub(super) fn marked(locale: Locale, mark: Mark) -> AnyView {
    let (kind, shape) = match mark {
        Mark::Role(Role::Owner | Role::Moderator) => ("role", Some(Shape::Shield)),
        Mark::Role(Role::Member) => ("role", None),
        Mark::State(_) => ("out", Some(Shape::Block)),
        Mark::Here(_) => ("here", None),
        Mark::Archived => ("archived", Some(Shape::Archive)),
    };
    let says = move || match mark {
        Mark::Role(role) => (RoleNames::of(locale.language()).role)(role),
        Mark::State(state) => (AdminTerms::of(locale.language()).state)(state),
        Mark::Here(Availability::Online) => PeoplePhrases::of(locale.language()).online,
        Mark::Here(Availability::Away) => PeoplePhrases::of(locale.language()).away,
        Mark::Here(Availability::Offline) => PeoplePhrases::of(locale.language()).offline,
        Mark::Archived => RoomPhrases::of(locale.language()).archived,
    };
    mark_view(kind, shape, says)
}

/// Something that can be done from the list; it is asked first.
#[component]
fn WayOn(way: Way, about: String) -> impl IntoView {
    let locale = Locale::here();
    let trail = Trail::here();
    let kind = match &way {
        Way::Release(_) => "release",
        Way::Rename(_) => "rename",
        Way::Archive(_) => "archive",
        Way::Delete(_) => "delete",
    };
    let archived = matches!(&way, Way::Archive(room) if room.archived);
    let says = move || {
        let language = locale.language();
        match kind {
            "release" => LimitPhrases::of(language).release,
            "rename" => AdminRoomPhrases::of(language).change_room,
            "delete" => AdminRoomPhrases::of(language).delete_room,
            _ if archived => RoomPhrases::of(language).reopen,
            _ => RoomPhrases::of(language).archive,
        }
    };
    view! {
        <button
            type="button"
            class="button button-small"
            data-testid=format!("record-{kind}")
            aria-label=move || format!("{} {about}", says().trim_end_matches('…'))
            on:click=move |_| trail.go(Place::Question(way.clone().into()))
        >
            {says}
        </button>
    }
}
