//! Something said in passing.

use leptos::prelude::*;

use crate::page::Page;

/// Says what was just done, for a moment: above the composer, and to screen readers.
#[component]
pub(crate) fn Toast() -> impl IntoView {
    let page = Page::here();
    view! {
        <div class="toast" role="status" data-testid="toast">
            {move || page.remarked.get().map(|words| view! { <p>{words}</p> })}
        </div>
    }
}
