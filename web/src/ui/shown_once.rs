//! A link that is shown only once.

use leptos::prelude::*;

use crate::language::Phrase;
use crate::language::locale::Locale;
use crate::markup::{computed, view};
use crate::reactive::RwSignal;
use crate::ui::clipboard;
use crate::ui::phrases::UiPhrases;
use crate::ui::toast::Toasts;

/// A link that was just created and cannot be shown again, with a button to copy it.
#[component]
pub(crate) fn ShownOnce(
    link: RwSignal<Option<String>>,
    about: Phrase,
    testid: &'static str,
) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    computed(move || {
        link.get().map(|link| {
            let copied = link.clone();
            view! {
                <div class="shown-once" data-testid=testid role="status">
                    <p>{locale.says(about)}</p>
                    <code>{link}</code>
                    <button
                        type="button"
                        class="button button-small"
                        on:click=move |_| clipboard::copy(toasts, copied.clone())
                    >
                        {locale.says(|l| UiPhrases::of(l).copy_link)}
                    </button>
                </div>
            }
        })
    })
}
