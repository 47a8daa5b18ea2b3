//! The button that switches the language.

use leptos::prelude::*;

use crate::language::locale::{Locale, words};
use crate::language::phrases::LanguagePhrases;
use crate::markup::view;

/// A button that names the other language in its own words.
#[component]
pub(crate) fn LanguageSwitch() -> impl IntoView {
    let locale = Locale::here();
    let other = move || locale.language().next();
    view! {
        <button
            type="button"
            class="button button-quiet"
            data-testid="language"
            lang=move || other().tag()
            aria-label=words(move || (LanguagePhrases::of(locale.language()).language_switch)(other().own_name()))
            on:click=move |_| locale.set_language(other())
        >
            {move || other().own_name()}
        </button>
    }
}
