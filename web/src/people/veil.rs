//! What stands for a message of somebody one has blocked.

use leptos::prelude::*;

use crate::page::Page;
use crate::people::block_phrases::BlockPhrases;

/// Stands for a message of somebody one has blocked, until it is asked for.
#[component]
pub(crate) fn Veil(lifted: RwSignal<bool>) -> impl IntoView {
    let page = Page::here();
    view! {
        <p class="row-text row-aside" data-testid="veil">
            {page.says(|l| BlockPhrases::of(l).from_blocked)}
            " "
            <button type="button" class="button button-small" data-testid="veil-lift" on:click=move |_| lifted.set(true)>
                {page.says(|l| BlockPhrases::of(l).show_it)}
            </button>
        </p>
    }
}
