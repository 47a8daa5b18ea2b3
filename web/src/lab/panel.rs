//! The fault panel: break the connection and the storage on purpose, and watch each message get
//! through.

use std::time::Duration;

use leptos::prelude::*;

use crate::lab::model::LabModel;
use crate::lab::phrases::{CounterPhrases, SwitchPhrases};
use crate::lab::{counters, mechanisms, scrubber, snapshot, switches, traces};
use crate::language::locale::Locale;
use crate::markup::view;

/// How often the panel refreshes.
const REFRESH_EVERY: Duration = Duration::from_millis(200);

#[component]
pub(crate) fn FaultPanel() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::set_up();
    lab.refresh();
    // Only while the panel is open.
    let timer = set_interval_with_handle(move || lab.refresh(), REFRESH_EVERY).ok();
    on_cleanup(move || {
        if let Some(timer) = timer {
            timer.clear();
        }
    });
    view! {
        <div class="faults" id="faults" data-testid="faults">
            <p>{locale.says(|l| SwitchPhrases::of(l).intro)}</p>
            // Always visible above the scrolled part: the effect of a switch shows here.
            <div class="faults-watch" data-live=move || lab.back.get().is_none().to_string()>
                <snapshot::Where />
                <scrubber::Scrubber />
            </div>
            <switches::Switches />
            <traces::MessageTraces />
            <mechanisms::Mechanisms />
            <h4>{locale.says(|l| CounterPhrases::of(l).counters)}</h4>
            <snapshot::Rooms />
            <counters::Counters />
        </div>
    }
}
