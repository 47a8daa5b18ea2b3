//! The dialog that jumps to a day.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use steadfast_client::Anchor;

use crate::language::calendar;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::RwSignal;
use crate::rooms::phrases::NavigationPhrases;
use crate::timeline::context::TimelineContext;
use crate::timeline::phrases::TimelinePhrases;
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::overlays::{Overlay, Overlays};

/// Jumps to the first message of a day, or the first one after it.
#[component]
pub(crate) fn GoToDate() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let timeline = TimelineContext::here();
    let input = NodeRef::<html::Input>::new();
    let trouble = RwSignal::new(None::<String>);
    let close = Callback::new(move |()| overlays.close(Overlay::GoToDate));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = input
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        match calendar::start_of_day(&typed) {
            Some(since) => {
                close.run(());
                timeline.seek(Anchor::Since(since));
            }
            None => trouble.set(Some(TimelinePhrases::of(locale.language()).no_date.to_owned())),
        }
    };
    view! {
        <Dialog title=words(move || NavigationPhrases::of(locale.language()).go_to_date.to_owned()) testid="go-to-date" brief=true on_close=close>
            <form class="dialog-form" on:submit=submit novalidate>
                <Field
                    id="date"
                    label=words(move || TimelinePhrases::of(locale.language()).date.to_owned())
                    input=input
                    start=calendar::date_of_today()
                    trouble=trouble
                    kind="date"
                    autofocus=true
                />
                <div class="dialog-ways">
                    <button type="submit" class="button button-strong" data-testid="date-go">
                        {locale.says(|l| NavigationPhrases::of(l).go_to)}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
