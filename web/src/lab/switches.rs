//! The switches that inject faults.

use std::time::Duration;

use leptos::prelude::*;
use steadfast_lab::fault::Fault;

use crate::lab::model::LabModel;
use crate::lab::phrases::{NamedPhrase, SwitchPhrases};
use crate::language::Language;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::Memo;

/// The available delays, each way.
const DELAYS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
];

/// The switches, the delay, and the buttons.
#[component]
pub(crate) fn Switches() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::here();
    let whole = Memo::new(move |_| lab.view.with(|view| view.faults.is_none()));
    view! {
        <div class="faults-acts">
            <button
                type="button"
                class="button button-small"
                data-testid="fault-test"
                on:click=move |_| lab.post_test()
            >
                {locale.says(|l| SwitchPhrases::of(l).test)}
            </button>
            <button
                type="button"
                class="button button-small"
                data-testid="fault-cut"
                aria-describedby="fault-cut-says"
                on:click=move |_| lab.cut()
            >
                {locale.says(|l| SwitchPhrases::of(l).cut)}
            </button>
            <button
                type="button"
                class="button button-small"
                data-testid="fault-mend"
                disabled=whole
                on:click=move |_| lab.heal()
            >
                {locale.says(|l| SwitchPhrases::of(l).mend)}
            </button>
            <p id="fault-cut-says">{locale.says(|l| SwitchPhrases::of(l).cut_says)}</p>
        </div>
        <fieldset class="faults-switches">
            <legend>{locale.says(|l| SwitchPhrases::of(l).breaking)}</legend>
            {Fault::ALL.map(|fault| view! { <Switch fault /> }).collect_view()}
            <Delay />
        </fieldset>
    }
}

#[component]
fn Switch(fault: Fault) -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::here();
    let on = Memo::new(move |_| lab.view.with(|view| view.faults.is_on(fault)));
    let id = id_of(fault);
    let says = format!("{id}-says");
    view! {
        <div class="faults-switch">
            <label>
                <input
                    type="checkbox"
                    role="switch"
                    data-testid=id
                    aria-describedby=says.clone()
                    prop:checked=move || on.get()
                    on:change=move |event| lab.set_fault(fault, event_target_checked(&event))
                />
                <span>{move || named(fault, locale.language()).name}</span>
            </label>
            <p id=says>{move || named(fault, locale.language()).says}</p>
        </div>
    }
}

#[component]
fn Delay() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::here();
    let delay = Memo::new(move |_| lab.view.with(|view| view.faults.delay()));
    let choices = DELAYS.map(|choice| {
        let name = move || {
            if choice.is_zero() {
                SwitchPhrases::of(locale.language()).no_delay.to_owned()
            } else {
                (SwitchPhrases::of(locale.language()).each_way)(choice.as_secs_f64())
            }
        };
        view! {
            <option value=choice.as_millis().to_string() selected=move || delay.get() == choice>
                {words(name)}
            </option>
        }
    });
    let choose = move |event| {
        if let Ok(millis) = event_target_value(&event).parse() {
            lab.set_delay(Duration::from_millis(millis));
        }
    };
    view! {
        <div class="faults-switch">
            <label>
                <span>{locale.says(|l| SwitchPhrases::of(l).delay.name)}</span>
                <select class="faults-delay" data-testid="fault-delay" aria-describedby="fault-delay-says" on:change=choose>
                    {choices.collect_view()}
                </select>
            </label>
            <p id="fault-delay-says">{locale.says(|l| SwitchPhrases::of(l).delay.says)}</p>
        </div>
    }
}

fn id_of(fault: Fault) -> &'static str {
    match fault {
        Fault::Refuse => "fault-refuse",
        Fault::HalfOpen => "fault-half-open",
        Fault::SwallowAcks => "fault-swallow-acks",
        Fault::LoseEntries => "fault-lose-entries",
        Fault::Repeat => "fault-repeat",
        Fault::StallStorage => "fault-stall-storage",
    }
}

fn named(fault: Fault, language: Language) -> NamedPhrase {
    match fault {
        Fault::Refuse => SwitchPhrases::of(language).refuse,
        Fault::HalfOpen => SwitchPhrases::of(language).half_open,
        Fault::SwallowAcks => SwitchPhrases::of(language).swallow_acks,
        Fault::LoseEntries => SwitchPhrases::of(language).lose_entries,
        Fault::Repeat => SwitchPhrases::of(language).repeat,
        Fault::StallStorage => SwitchPhrases::of(language).stall_storage,
    }
}
