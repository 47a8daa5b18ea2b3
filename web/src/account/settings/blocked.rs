//! The people this person has blocked.

use leptos::prelude::*;

use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::people::block_phrases::BlockPhrases;
use crate::people::context::PeopleContext;
use crate::reactive::memo;

/// The blocked people, each with a button to unblock.
#[component]
pub(crate) fn BlockedPeople() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let people = PeopleContext::here();
    let blocked = memo(move || chat.on_connection(|session| session.account().blocked().to_vec()));
    let list = move || {
        blocked
            .get()
            .into_iter()
            .map(|person| {
                let name = person.name.clone();
                view! {
                    <li class="entry" data-testid="blocked-person">
                        <span class="entry-name">{person.name}</span>
                        <button
                            type="button"
                            class="button button-small"
                            data-testid="settings-unblock"
                            aria-label=words(move || (BlockPhrases::of(locale.language()).unblock_name)(&name))
                            on:click=move |_| people.set_blocked(person.id, false)
                        >
                            {locale.says(|l| BlockPhrases::of(l).unblock)}
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <section class="setting">
            <h3>{locale.says(|l| BlockPhrases::of(l).blocked_people)}</h3>
            <ul class="entries">{list}</ul>
            <p class="labelled-hint" hidden=move || !blocked.with(Vec::is_empty)>
                {locale.says(|l| BlockPhrases::of(l).nobody_blocked)}
            </p>
        </section>
    }
}
