//! The last messages of this device, step by step.

use std::time::Duration;

use leptos::prelude::*;
use steadfast_lab::trace::{MessagePlace, MessageTrace, Step};

use crate::lab::model::LabModel;
use crate::lab::phrases::{SnapshotPhrases, TracePhrases};
use crate::language::Language;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::reactive::Memo;

/// The last messages, newest first, each with its steps on a time line.
#[component]
pub(crate) fn MessageTraces() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::here();
    let traces = Memo::new(move |_| lab.view.with(|view| view.traces.clone()));
    let list = move || {
        let language = locale.language();
        let traces = traces.get();
        if traces.is_empty() {
            return view! { <p>{TracePhrases::of(language).no_traces}</p> }.into_any();
        }
        let traces = traces
            .into_iter()
            .map(|(message, steps)| trace(&message, &steps, language));
        view! { <ol class="faults-traces">{traces.collect_view()}</ol> }.into_any()
    };
    view! {
        <h4>{locale.says(|l| TracePhrases::of(l).traces)}</h4>
        {list}
    }
}

fn trace(message: &MessageTrace, steps: &[(Duration, Step)], language: Language) -> impl IntoView + use<> {
    let (id, place) = place(message.place(), language);
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
                {described(step, tries, language)}
            </li>
        }
    });
    view! {
        <li class="faults-trace" data-testid="trace" data-id=message.id.to_string() data-place=id>
            <span class="faults-trace-text">{message.label.clone()}</span>
            <span class="faults-trace-place">{place}</span>
            <ol class="faults-steps">{steps.collect_view()}</ol>
        </li>
    }
}

/// Milliseconds below a second, then seconds.
fn since(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("+{} ms", time.as_millis())
    } else {
        format!("+{:.1} s", time.as_secs_f64())
    }
}

fn place(place: MessagePlace, language: Language) -> (&'static str, &'static str) {
    match place {
        MessagePlace::Outbox => ("outbox", SnapshotPhrases::of(language).outbox),
        MessagePlace::Wire => ("wire", SnapshotPhrases::of(language).wire),
        MessagePlace::Log => ("log", SnapshotPhrases::of(language).log),
        MessagePlace::Inbox => ("inbox", SnapshotPhrases::of(language).inbox),
        MessagePlace::Ended => ("ended", TracePhrases::of(language).ended),
    }
}

fn described(step: &Step, tries: u32, language: Language) -> String {
    match *step {
        Step::Typed { .. } => TracePhrases::of(language).step_typed.to_owned(),
        Step::Saved => TracePhrases::of(language).step_saved.to_owned(),
        Step::NotSaved => TracePhrases::of(language).step_not_saved.to_owned(),
        Step::Tried { copy: true, .. } => TracePhrases::of(language).step_copy.to_owned(),
        Step::Tried { lost: true, .. } => (TracePhrases::of(language).step_tried_lost)(tries),
        Step::Tried { .. } => (TracePhrases::of(language).step_tried)(tries),
        Step::Acked { seq, lost: true } => (TracePhrases::of(language).step_ack_lost)(seq),
        Step::Acked { seq, lost: false } => (TracePhrases::of(language).step_acked)(seq),
        Step::Unanswered => TracePhrases::of(language).step_unanswered.to_owned(),
        Step::Postponed => TracePhrases::of(language).step_postponed.to_owned(),
        Step::Rejected => TracePhrases::of(language).step_rejected.to_owned(),
        Step::Came { .. } => TracePhrases::of(language).step_came.to_owned(),
        Step::Discarded => TracePhrases::of(language).step_discarded.to_owned(),
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
