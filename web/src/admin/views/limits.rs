//! Limits that differ for one person.

use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use steadfast_shared::Person;
use steadfast_shared::admin::{LimitName, PersonLimit, SetLimit};

use crate::account::phrases::AccountPhrases;
use crate::admin::api;
use crate::admin::phrases::{AdminTerms, LimitPhrases};
use crate::admin::views::question::{Ask, ConfirmedAction};
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::{RwSignal, Signal};
use crate::ui::field::Field;

/// One limit: its current value and the typed one.
#[derive(Clone, Copy)]
struct Typed {
    limit: LimitName,
    has: Option<u32>,
    input: NodeRef<html::Input>,
    trouble: RwSignal<Option<String>>,
}

impl Typed {
    /// The typed number; `Err` if it is none.
    fn value(self) -> Result<Option<u32>, ()> {
        let typed = self
            .input
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        match typed.trim() {
            "" => Ok(None),
            number => number.parse().map(Some).map_err(|_| ()),
        }
    }
}

fn id_of(limit: LimitName) -> &'static str {
    match limit {
        LimitName::MessagesPerSecond => "limit-messages-per-second",
        LimitName::MessageBurst => "limit-message-burst",
        LimitName::EventsPerSecond => "limit-events-per-second",
        LimitName::EventBurst => "limit-event-burst",
        LimitName::Rooms => "limit-rooms",
        LimitName::DirectPerHour => "limit-direct-per-hour",
        LimitName::DirectUnanswered => "limit-direct-unanswered",
        LimitName::EntriesPerDay => "limit-entries-per-day",
        LimitName::BytesPerDay => "limit-bytes-per-day",
        LimitName::BroughtPerHour => "limit-brought-per-hour",
    }
}

/// The limits that were changed; `None` if one is not a number, which is said beside its field.
fn changed(locale: Locale, all: &[Typed]) -> Option<Vec<SetLimit>> {
    let mut changed = Vec::new();
    let mut fine = true;
    for typed in all {
        let value = typed.value();
        fine &= value.is_ok();
        let not_a_number = untrack(|| LimitPhrases::of(locale.language()).limit_not_a_number);
        typed.trouble.set(value.is_err().then(|| not_a_number.to_owned()));
        if let Ok(value) = value
            && value != typed.has
        {
            changed.push(SetLimit {
                limit: typed.limit,
                value,
            });
        }
    }
    fine.then_some(changed)
}

#[component]
fn LimitField(typed: Typed) -> impl IntoView {
    let locale = Locale::here();
    let limit = typed.limit;
    view! {
        <Field
            id=id_of(limit)
            label=words(move || (AdminTerms::of(locale.language()).limit)(limit).to_owned())
            input=typed.input
            start=typed.has.map(|value| value.to_string()).unwrap_or_default()
            trouble=typed.trouble
        />
    }
}

/// Raises or lowers limits for one person.
#[component]
pub(super) fn Limits(
    person: Person,
    /// The limits that differ from the server's.
    has: Vec<PersonLimit>,
) -> impl IntoView {
    let locale = Locale::here();
    let Person { id, name } = person;
    let has: BTreeMap<LimitName, u32> = has.into_iter().map(|has| (has.limit, has.value)).collect();
    let all = LimitName::ALL.map(|limit| Typed {
        limit,
        has: has.get(&limit).copied(),
        input: NodeRef::new(),
        trouble: RwSignal::new(None),
    });
    let title = {
        let name = name.clone();
        words(move || (LimitPhrases::of(locale.language()).limits_question)(&name))
    };
    let action: ConfirmedAction = Rc::new(move || {
        let changed = changed(locale, &all)?;
        let name = name.clone();
        Some(Box::pin(async move {
            for limit in changed {
                api::set_limit(id, limit).await?;
            }
            Ok(untrack(|| {
                (LimitPhrases::of(locale.language()).limits_done)(&name)
            }))
        }))
    });
    let fields = all.into_iter().map(|typed| view! { <LimitField typed /> });
    let fields = fields.collect_view();
    view! {
        <Ask
            title
            follows=Signal::stored(Vec::new())
            does=words(move || AccountPhrases::of(locale.language()).save.to_owned())
            action
        >
            <p class="labelled-hint">{locale.says(|l| LimitPhrases::of(l).limits_hint)}</p>
            <div class="admin-limits">{fields}</div>
        </Ask>
    }
}
