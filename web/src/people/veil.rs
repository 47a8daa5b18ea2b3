//! The cover over a blocked person's message.

use leptos::prelude::*;

use crate::language::locale::Locale;
use crate::markup::view;
use crate::people::block_phrases::BlockPhrases;
use crate::reactive::RwSignal;

/// Covers a blocked person's message until it is pressed.
#[component]
pub(crate) fn Veil(lifted: RwSignal<bool>) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <p class="row-text row-aside" data-testid="veil">
            {locale.says(|l| BlockPhrases::of(l).from_blocked)}
            " "
            <button type="button" class="button button-small" data-testid="veil-lift" on:click=move |_| lifted.set(true)>
                {locale.says(|l| BlockPhrases::of(l).show_it)}
            </button>
        </p>
    }
}
