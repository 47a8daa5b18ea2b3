//! The fault panel: break the link and the storage on purpose, and watch the way of each message.

use std::time::Duration;

use leptos::prelude::*;

use crate::lab::model::LabContext;
use crate::lab::phrases::{CounterPhrases, SwitchPhrases};
use crate::lab::{counters, journeys, mechanisms, picture, scrubber, switches};
use crate::language::locale::Locale;

/// How often the panel looks again.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The panel, where there is one: a section of the details that unfolds.
#[component]
pub(crate) fn Faults() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabContext::here();
    lab.offer();
    let open = lab.open;
    move || {
        lab.offered.get().then(|| {
            view! {
                <section>
                    <button
                        type="button"
                        class="button"
                        data-testid="break-it"
                        aria-controls="faults"
                        aria-expanded=move || open.get().to_string()
                        on:click=move |_| open.update(|open| *open = !*open)
                    >
                        {locale.says(|l| SwitchPhrases::of(l).title)}
                    </button>
                    {move || open.get().then(|| view! { <Panel /> })}
                </section>
            }
        })
    }
}

#[component]
fn Panel() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabContext::here();
    lab.look();
    // Only while a person looks.
    let looking = set_interval_with_handle(move || lab.look(), LOOK_EVERY).ok();
    on_cleanup(move || {
        if let Some(looking) = looking {
            looking.clear();
        }
    });
    view! {
        <div class="faults" id="faults" data-testid="faults">
            <p>{locale.says(|l| SwitchPhrases::of(l).intro)}</p>
            // In sight whatever is scrolled to below: the effect of a switch shows here.
            <div class="faults-watch" data-live=move || lab.back.get().is_none().to_string()>
                <picture::Where />
                <scrubber::Scrubber />
            </div>
            <switches::Switches />
            <journeys::Journeys />
            <mechanisms::Mechanisms />
            <h4>{locale.says(|l| CounterPhrases::of(l).counters)}</h4>
            <picture::Rooms />
            <counters::Counters />
        </div>
    }
}
