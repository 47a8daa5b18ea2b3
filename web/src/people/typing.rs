//! Who else is writing.

use leptos::prelude::*;

use crate::page::Page;
use crate::people::notice_phrases::NoticePhrases;

/// Who else is writing, in one line that keeps its height when nobody is.
#[component]
pub(crate) fn Typing() -> impl IntoView {
    let page = Page::here();
    let words = move || {
        let Some(room) = page.room.get() else {
            return String::new();
        };
        let names: Vec<String> = page.on_typing(|session| {
            session
                .typing(room)
                .iter()
                .filter(|person| !session.has_blocked(person.id))
                .map(|person| person.name.clone())
                .collect()
        });
        (NoticePhrases::of(page.language()).typing)(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    view! { <p class="typing" data-testid="typing">{words}</p> }
}
