//! The button that returns to the end.

use leptos::prelude::*;

use crate::language::locale::{Locale, words};
use crate::markup::{computed, view};
use crate::reactive::{RwSignal, memo};
use crate::timeline::context::TimelineContext;
use crate::timeline::phrases::TimelinePhrases;
use crate::ui::icon::{Icon, IconShape};

/// The state of the button.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ToEndWay {
    None,
    Far,
    News,
}

/// A button at the timeline's lower edge: the number of new messages below, or just an arrow.
#[component]
pub(crate) fn ToEnd(far: RwSignal<bool>, go: Callback<()>) -> impl IntoView {
    let locale = Locale::here();
    let timeline = TimelineContext::here();
    let below = timeline.model.below;
    let way = memo(move || match (below.get(), far.get()) {
        (0, false) => ToEndWay::None,
        (0, true) => ToEndWay::Far,
        _ => ToEndWay::News,
    });
    let go = move |_| go.run(());
    computed(move || match way.get() {
        ToEndWay::None => ().into_any(),
        ToEndWay::Far => view! {
            <div class="to-end">
                <button
                    type="button"
                    class="button button-icon"
                    data-testid="to-end"
                    aria-label=locale.says(|l| TimelinePhrases::of(l).to_the_end)
                    title=locale.says(|l| TimelinePhrases::of(l).to_the_end)
                    on:click=go
                >
                    <Icon shape=IconShape::Down />
                </button>
            </div>
        }
        .into_any(),
        ToEndWay::News => view! {
            <div class="to-end">
                <button type="button" class="button button-strong" data-testid="new-messages" on:click=go>
                    {words(move || (TimelinePhrases::of(locale.language()).new_messages)(below.get()))}
                    <Icon shape=IconShape::Down />
                </button>
            </div>
        }
        .into_any(),
    })
}
