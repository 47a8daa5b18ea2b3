//! The line that shows who is typing.

use leptos::prelude::*;

use crate::connection::context::ChatContext;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::people::notice_phrases::NoticePhrases;

/// The people typing, in one line that keeps its height when it is empty.
#[component]
pub(crate) fn Typing() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let words = move || {
        let Some(room) = chat.room.get() else {
            return String::new();
        };
        let names: Vec<String> = chat.on_typing(|session| {
            session
                .people()
                .typing(room)
                .iter()
                .filter(|person| !session.account().has_blocked(person.id))
                .map(|person| person.name.clone())
                .collect()
        });
        (NoticePhrases::of(locale.language()).typing)(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    view! { <p class="typing" data-testid="typing">{words}</p> }
}
