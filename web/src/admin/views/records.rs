//! The lines of a list: each a card, in columns if there is room.

use leptos::prelude::*;
use steadfast_shared::event::Availability;
use steadfast_shared::{Person, Role};

use crate::admin::phrases::{AdminPersonPhrases, AdminRoomPhrases, AdminTerms, LimitPhrases};
use crate::admin::place::{AdminPlace, AdminTrail};
use crate::admin::record::{AdminRecord, Badge, Fact, FactValue, Lead, RecordAct};
use crate::admin::views::when::When;
use crate::language::locale::{Locale, words};
use crate::markup::{Each, view};
use crate::people::phrases::PeoplePhrases;
use crate::people::role_phrases::RoleNames;
use crate::reactive::Signal;
use crate::rooms::phrases::RoomPhrases;
use crate::ui::icon::IconShape;
use crate::ui::mark::mark as mark_view;

#[component]
pub(super) fn Records(records: Signal<Vec<AdminRecord>>) -> impl IntoView {
    view! {
        <ul class="records">
            <Each list=move || records.get() key=|record| record.key.clone() let(record)>
                <Line record />
            </Each>
        </ul>
    }
}

#[component]
fn Line(record: AdminRecord) -> impl IntoView {
    let locale = Locale::here();
    let AdminRecord {
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

/// Facts, each with its label.
#[component]
pub(super) fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let facts = facts
        .into_iter()
        .map(|Fact { label, value }| {
            let value = match value {
                FactValue::Words(words) => view! { <span>{words}</span> }.into_any(),
                FactValue::Time(at) => view! { <When at /> }.into_any(),
                FactValue::Person(person) => view! { <Who person /> }.into_any(),
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

/// A person's name, linked to their details.
#[component]
fn Who(person: Person) -> impl IntoView {
    let locale = Locale::here();
    let trail = AdminTrail::here();
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
            on:click=move |_| trail.go(AdminPlace::Person(person.clone()))
        >
            {name}
        </button>
    }
}

/// A badge as a word, with an icon for the notable ones.
pub(super) fn marked(locale: Locale, mark: Badge) -> AnyView {
    let (kind, shape) = match mark {
        Badge::Role(Role::Owner | Role::Moderator) => ("role", Some(IconShape::Shield)),
        Badge::Role(Role::Member) => ("role", None),
        Badge::State(_) => ("out", Some(IconShape::Block)),
        Badge::Here(_) => ("here", None),
        Badge::Archived => ("archived", Some(IconShape::Archive)),
    };
    let says = move || match mark {
        Badge::Role(role) => (RoleNames::of(locale.language()).role)(role),
        Badge::State(state) => (AdminTerms::of(locale.language()).state)(state),
        Badge::Here(Availability::Online) => PeoplePhrases::of(locale.language()).online,
        Badge::Here(Availability::Away) => PeoplePhrases::of(locale.language()).away,
        Badge::Here(Availability::Offline) => PeoplePhrases::of(locale.language()).offline,
        Badge::Archived => RoomPhrases::of(locale.language()).archived,
    };
    mark_view(kind, shape, says)
}

/// A button for an action in the list; the action is confirmed first.
#[component]
fn WayOn(way: RecordAct, about: String) -> impl IntoView {
    let locale = Locale::here();
    let trail = AdminTrail::here();
    let kind = match &way {
        RecordAct::Release(_) => "release",
        RecordAct::Rename(_) => "rename",
        RecordAct::Archive(_) => "archive",
        RecordAct::Delete(_) => "delete",
    };
    let archived = matches!(&way, RecordAct::Archive(room) if room.archived);
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
            on:click=move |_| trail.go(AdminPlace::Question(way.clone().into()))
        >
            {says}
        </button>
    }
}
