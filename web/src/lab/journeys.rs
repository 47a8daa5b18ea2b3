//! The last messages of this device, step by step.

use std::time::Duration;

use leptos::prelude::*;
use steadfast_client::journey::{Message, Place, Step};

use crate::lab::phrases::FaultPhrases;
use crate::page::Page;

/// The last messages, the newest first, each with its steps on a line of time.
#[component]
pub(crate) fn Journeys() -> impl IntoView {
    let page = Page::here();
    let journeys = Memo::new(move |_| page.faults.look.with(|look| look.journeys.clone()));
    let list = move || {
        let t = page.t().faults;
        let journeys = journeys.get();
        if journeys.is_empty() {
            return view! { <p>{t.no_journey}</p> }.into_any();
        }
        let journeys = journeys
            .into_iter()
            .map(|(message, steps)| journey(&message, &steps, t));
        view! { <ol class="faults-journeys">{journeys.collect_view()}</ol> }.into_any()
    };
    view! {
        <h4>{page.says(|t| t.faults.journeys)}</h4>
        {list}
    }
}

fn journey(message: &Message, steps: &[(Duration, Step)], t: &FaultPhrases) -> impl IntoView + use<> {
    let (id, place) = place(message.place(), t);
    let mut tries = 0;
    let start = steps.first().map_or(message.typed, |(at, _)| *at);
    let steps = steps.iter().map(|(at, step)| {
        if let Step::Tried { copy: false, .. } = step {
            tries += 1;
        }
        view! {
            <li data-step=id_of(step)>
                <time>{since(at.saturating_sub(start))}</time>
                " "
                {said(step, tries, t)}
            </li>
        }
    });
    view! {
        <li class="faults-journey" data-testid="journey" data-id=message.id.to_string() data-place=id>
            <span class="faults-journey-text">{message.label.clone()}</span>
            <span class="faults-journey-place">{place}</span>
            <ol class="faults-steps">{steps.collect_view()}</ol>
        </li>
    }
}

/// Milliseconds while they say something, then seconds.
fn since(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("+{} ms", time.as_millis())
    } else {
        format!("+{:.1} s", time.as_secs_f64())
    }
}

fn place(place: Place, t: &FaultPhrases) -> (&'static str, &'static str) {
    match place {
        Place::Outbox => ("outbox", t.outbox),
        Place::Wire => ("wire", t.wire),
        Place::Log => ("log", t.log),
        Place::Inbox => ("inbox", t.inbox),
        Place::Ended => ("ended", t.ended),
    }
}

fn said(step: &Step, tries: u32, t: &FaultPhrases) -> String {
    match *step {
        Step::Typed { .. } => t.step_typed.to_owned(),
        Step::Saved => t.step_saved.to_owned(),
        Step::NotSaved => t.step_not_saved.to_owned(),
        Step::Tried { copy: true, .. } => t.step_copy.to_owned(),
        Step::Tried { lost: true, .. } => (t.step_tried_lost)(tries),
        Step::Tried { .. } => (t.step_tried)(tries),
        Step::Acked { seq, lost: true } => (t.step_ack_lost)(seq),
        Step::Acked { seq, lost: false } => (t.step_acked)(seq),
        Step::Unanswered => t.step_unanswered.to_owned(),
        Step::Postponed => t.step_postponed.to_owned(),
        Step::Rejected => t.step_rejected.to_owned(),
        Step::Came { .. } => t.step_came.to_owned(),
        Step::Discarded => t.step_discarded.to_owned(),
    }
}

fn id_of(step: &Step) -> &'static str {
    match step {
        Step::Typed { .. } => "typed",
        Step::Saved => "saved",
        Step::NotSaved => "not-saved",
        Step::Tried { copy: true, .. } => "copy",
        Step::Tried { lost: true, .. } => "tried-lost",
        Step::Tried { .. } => "tried",
        Step::Acked { lost: true, .. } => "ack-lost",
        Step::Acked { .. } => "acked",
        Step::Unanswered => "unanswered",
        Step::Postponed => "postponed",
        Step::Rejected => "rejected",
        Step::Came { .. } => "came",
        Step::Discarded => "discarded",
    }
}
