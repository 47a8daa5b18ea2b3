//! The way to where the new messages begin.

use leptos::prelude::*;

use crate::page::Page;
use crate::timeline::phrases::TimelinePhrases;
use crate::ui::icon::{Icon, Shape};

/// A button over the timeline's upper edge, where the first new message is further up.
#[component]
pub(crate) fn ToNews(
    /// Whether it is.
    above: RwSignal<bool>,
    /// Goes there.
    go: Callback<()>,
) -> impl IntoView {
    let page = Page::here();
    move || {
        above.get().then(|| {
            view! {
                <div class="to-news">
                    <button type="button" class="button" data-testid="to-news" on:click=move |_| go.run(())>
                        <Icon shape=Shape::Up />
                        {page.says(|l| TimelinePhrases::of(l).to_news)}
                    </button>
                </div>
            }
        })
    }
}
