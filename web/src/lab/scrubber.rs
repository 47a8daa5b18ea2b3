//! Chooses the time shown: the present, or a time in the last minutes.

use std::time::Duration;

use leptos::prelude::*;

use crate::lab::model::{LabModel, LabView};
use crate::lab::phrases::ScrubberPhrases;
use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::{Memo, Signal};

const STEP: Duration = Duration::from_millis(100);

/// A slider over the last minutes, buttons for the previous and the next event, and a button back
/// to the present.
#[component]
pub(crate) fn Scrubber() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::here();
    let view = lab.view;
    let live = Memo::new(move |_| lab.back.get().is_none());
    let time = words(move || {
        let language = locale.language();
        if live.get() {
            ScrubberPhrases::of(language).live.to_owned()
        } else {
            (ScrubberPhrases::of(language).ago)(
                view.with(|view| (view.now.saturating_sub(view.at)).as_secs_f64()),
            )
        }
    });
    view! {
        <div class="faults-scrubber" role="group" aria-label=locale.says(|l| ScrubberPhrases::of(l).look_back)>
            <div class="faults-scrubber-head">
                <label for="faults-scrubber">{locale.says(|l| ScrubberPhrases::of(l).look_back)}</label>
                <span data-testid="faults-time">{time}</span>
                <button
                    type="button"
                    class="button button-small"
                    data-testid="faults-live"
                    disabled=live
                    on:click=move |_| lab.show_time(None)
                >
                    {locale.says(|l| ScrubberPhrases::of(l).back_to_live)}
                </button>
            </div>
            <div class="faults-scrubber-steps">
                <Step says=|l| ScrubberPhrases::of(l).earlier testid="faults-earlier" forward=false disabled=Signal::stored(false) arrow="←" />
                <Slider time />
                <Step says=|l| ScrubberPhrases::of(l).later testid="faults-later" forward=true disabled=live.into() arrow="→" />
            </div>
        </div>
    }
}

/// Goes to the previous event, or to the next.
#[component]
fn Step(
    says: Phrase,
    testid: &'static str,
    forward: bool,
    disabled: Signal<bool>,
    arrow: &'static str,
) -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::here();
    view! {
        <button
            type="button"
            class="button button-small"
            data-testid=testid
            aria-label=locale.says(says)
            title=locale.says(says)
            disabled=disabled
            on:click=move |_| lab.step(forward)
        >
            {arrow}
        </button>
    }
}

/// The slider. Its values are steps before the present, as negative numbers.
#[component]
fn Slider(time: Signal<String>) -> impl IntoView {
    let lab = LabModel::here();
    let view = lab.view;
    let back = Memo::new(move |_| view.with(|view| steps(view, view.at)));
    let furthest = Memo::new(move |_| view.with(|view| steps(view, view.oldest)));
    let scrub = move |event| {
        let Ok(steps) = event_target_value(&event).parse::<i32>() else {
            return;
        };
        let ago = STEP * steps.unsigned_abs();
        let now = view.with_untracked(|view| view.now);
        lab.show_time((steps < 0).then(|| now.saturating_sub(ago)));
    };
    view! {
        <input
            type="range"
            id="faults-scrubber"
            data-testid="faults-scrubber"
            min=move || (-furthest.get()).to_string()
            max="0"
            step="1"
            prop:value=move || (-back.get()).to_string()
            aria-valuetext=time
            on:input=scrub
        />
    }
}

/// Converts a time to slider steps before the present.
fn steps(view: &LabView, time: Duration) -> i32 {
    let ago = view.now.saturating_sub(time).as_millis() / STEP.as_millis();
    i32::try_from(ago).unwrap_or(i32::MAX)
}
