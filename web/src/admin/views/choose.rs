//! A choice of one of several options.

use leptos::prelude::*;

use crate::markup::view;
use crate::reactive::{RwSignal, Signal};

/// A drop-down list of options.
#[component]
pub(super) fn Select(
    label: Signal<String>,
    testid: &'static str,
    /// Each option's name and words.
    options: Vec<(&'static str, Signal<String>)>,
    /// The option selected at first.
    start: &'static str,
    chosen: Callback<String>,
    /// Whether the label is visible.
    #[prop(optional)]
    labelled: bool,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(name, words)| view! { <option value=name selected=name == start>{words}</option> })
        .collect_view();
    view! {
        <div class="labelled">
            <label for=testid class=(!labelled).then_some("sr-only")>{label}</label>
            <select
                id=testid
                class="field"
                data-testid=testid
                on:change=move |event| chosen.run(event_target_value(&event))
            >
                {options}
            </select>
        </div>
    }
}

/// Radio buttons, each with an explanation.
#[component]
pub(super) fn Radios<T: Clone + PartialEq + Send + Sync + 'static>(
    legend: Signal<String>,
    name: &'static str,
    /// Each option's value, name, words and explanation.
    options: Vec<(T, &'static str, Signal<String>, Signal<String>)>,
    chosen: RwSignal<T>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, key, words, means)| {
            let mine = value.clone();
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name=name
                        data-testid=format!("{name}-{key}")
                        prop:checked=move || chosen.with(|chosen| *chosen == mine)
                        on:change=move |_| chosen.set(value.clone())
                    />
                    <span>
                        <strong>{words}</strong>
                        <small>{means}</small>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="choices">
            <legend>{legend}</legend>
            {options}
        </fieldset>
    }
}
