//! A link that is shown once.

use leptos::prelude::*;

use crate::language::Phrase;
use crate::page::Page;
use crate::ui::clipboard;
use crate::ui::phrases::UiPhrases;

/// A link that was just made and cannot be shown again, and the way to copy it.
#[component]
pub(crate) fn ShownOnce(
    link: RwSignal<Option<String>>,
    about: Phrase,
    testid: &'static str,
) -> impl IntoView {
    let page = Page::here();
    move || {
        link.get().map(|link| {
            let copied = link.clone();
            view! {
                <div class="shown-once" data-testid=testid role="status">
                    <p>{page.says(about)}</p>
                    <code>{link}</code>
                    <button
                        type="button"
                        class="button button-small"
                        on:click=move |_| clipboard::copy(page, copied.clone())
                    >
                        {page.says(|l| UiPhrases::of(l).copy_link)}
                    </button>
                </div>
            }
        })
    }
}
