//! The button that jumps to the first unread message.

use leptos::prelude::*;

use crate::language::locale::Locale;
use crate::markup::{computed, view};
use crate::reactive::RwSignal;
use crate::timeline::phrases::TimelinePhrases;
use crate::ui::icon::{Icon, IconShape};

/// A button at the timeline's upper edge, shown if the first unread message is above.
#[component]
pub(crate) fn ToNews(above: RwSignal<bool>, go: Callback<()>) -> impl IntoView {
    let locale = Locale::here();
    computed(move || {
        above.get().then(|| {
            view! {
                <div class="to-news">
                    <button type="button" class="button" data-testid="to-news" on:click=move |_| go.run(())>
                        <Icon shape=IconShape::Up />
                        {locale.says(|l| TimelinePhrases::of(l).to_news)}
                    </button>
                </div>
            }
        })
    })
}
