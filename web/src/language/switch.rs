//! The way to the other language.

use leptos::prelude::*;

use crate::page::{Page, words};
use crate::ui::phrases::UiPhrases;

/// A button that names the other language in its own words.
#[component]
pub(crate) fn LanguageSwitch() -> impl IntoView {
    let page = Page::here();
    let other = move || page.language().next();
    view! {
        <button
            type="button"
            class="button button-quiet"
            data-testid="language"
            lang=move || other().tag()
            aria-label=words(move || (UiPhrases::of(page.language()).language_switch)(other().own_name()))
            on:click=move |_| page.speak(other())
        >
            {move || other().own_name()}
        </button>
    }
}
