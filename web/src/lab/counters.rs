//! Counters of retries, repeats and gaps, up to the time shown.

use leptos::prelude::*;
use steadfast_lab::trace::Counters;

use crate::lab::model::LabModel;
use crate::lab::phrases::CounterPhrases;
use crate::language::Language;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::Memo;

/// One counter: its name in the document, its label, and its value.
type Counter = (&'static str, fn(Language) -> &'static str, fn(&Counters) -> u32);

const COUNTERS: [Counter; 7] = [
    (
        "retries",
        |l| CounterPhrases::of(l).retries,
        |counted| counted.retries,
    ),
    (
        "acks-lost",
        |l| CounterPhrases::of(l).acks_lost,
        |counted| counted.acks_lost,
    ),
    (
        "known-to-server",
        |l| CounterPhrases::of(l).known_to_server,
        |counted| counted.known_to_server,
    ),
    (
        "repeats",
        |l| CounterPhrases::of(l).repeats,
        |counted| counted.repeats,
    ),
    (
        "entries-lost",
        |l| CounterPhrases::of(l).entries_lost,
        |counted| counted.entries_lost,
    ),
    ("gaps", |l| CounterPhrases::of(l).gaps, |counted| counted.gaps),
    (
        "healed",
        |l| CounterPhrases::of(l).gaps_healed,
        |counted| counted.healed,
    ),
];

#[component]
pub(crate) fn Counters() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::here();
    let counted = Memo::new(move |_| lab.view.with(|view| view.snapshot.counted));
    let rows = COUNTERS.map(|(id, name, read)| {
        view! {
            <dt>{move || name(locale.language())}</dt>
            <dd data-testid=format!("counted-{id}")>{words(move || read(&counted.get()).to_string())}</dd>
        }
    });
    view! {
        <dl class="facts">{rows.collect_view()}</dl>
    }
}
