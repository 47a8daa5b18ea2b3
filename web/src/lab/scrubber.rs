//! Which time is looked at: this moment, or one of the last minutes.

use std::time::Duration;

use leptos::prelude::*;

use crate::lab::model::{LabContext, LabView};
use crate::lab::phrases::ScrubberPhrases;
use crate::language::locale::{Locale, words};

const STEP: Duration = Duration::from_millis(100);

/// A slider over the last minutes, a step to the next thing that happened on either side, and the way back.
#[component]
pub(crate) fn Scrubber() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabContext::here();
    let look = lab.look;
    let live = Memo::new(move |_| lab.back.get().is_none());
    let back = Memo::new(move |_| look.with(|look| steps(look, look.at)));
    let furthest = Memo::new(move |_| look.with(|look| steps(look, look.oldest)));
    let told = words(move || {
        let language = locale.language();
        if live.get() {
            ScrubberPhrases::of(language).live.to_owned()
        } else {
            (ScrubberPhrases::of(language).ago)(
                look.with(|look| (look.now.saturating_sub(look.at)).as_secs_f64()),
            )
        }
    });
    let scrub = move |event| {
        let Ok(steps) = event_target_value(&event).parse::<i32>() else {
            return;
        };
        let ago = STEP * steps.unsigned_abs();
        let now = look.with_untracked(|look| look.now);
        lab.look_back((steps < 0).then(|| now.saturating_sub(ago)));
    };
    view! {
        <div class="faults-scrubber" role="group" aria-label=locale.says(|l| ScrubberPhrases::of(l).look_back)>
            <div class="faults-scrubber-head">
                <label for="faults-scrubber">{locale.says(|l| ScrubberPhrases::of(l).look_back)}</label>
                <span data-testid="faults-time">{told}</span>
                <button
                    type="button"
                    class="button button-small"
                    data-testid="faults-live"
                    disabled=live
                    on:click=move |_| lab.look_back(None)
                >
                    {locale.says(|l| ScrubberPhrases::of(l).back_to_live)}
                </button>
            </div>
            <div class="faults-scrubber-steps">
                <button
                    type="button"
                    class="button button-small"
                    data-testid="faults-earlier"
                    aria-label=locale.says(|l| ScrubberPhrases::of(l).earlier)
                    title=locale.says(|l| ScrubberPhrases::of(l).earlier)
                    on:click=move |_| lab.look_at_next(false)
                >
                    "←"
                </button>
                <input
                    type="range"
                    id="faults-scrubber"
                    data-testid="faults-scrubber"
                    min=move || (-furthest.get()).to_string()
                    max="0"
                    step="1"
                    prop:value=move || (-back.get()).to_string()
                    aria-valuetext=told
                    on:input=scrub
                />
                <button
                    type="button"
                    class="button button-small"
                    data-testid="faults-later"
                    aria-label=locale.says(|l| ScrubberPhrases::of(l).later)
                    title=locale.says(|l| ScrubberPhrases::of(l).later)
                    disabled=live
                    on:click=move |_| lab.look_at_next(true)
                >
                    "→"
                </button>
            </div>
        </div>
    }
}

/// How many steps a time lies back.
fn steps(look: &LabView, time: Duration) -> i32 {
    let ago = look.now.saturating_sub(time).as_millis() / STEP.as_millis();
    i32::try_from(ago).unwrap_or(i32::MAX)
}
