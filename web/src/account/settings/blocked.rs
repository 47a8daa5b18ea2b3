//! The people one has blocked.

use leptos::prelude::*;

use crate::page::{Page, words};
use crate::people::block_phrases::BlockPhrases;

/// The people one has blocked, each with the way to take it back.
#[component]
pub(crate) fn BlockedPeople() -> impl IntoView {
    let page = Page::here();
    let people = Memo::new(move |_| page.on_connection(|session| session.blocked().to_vec()));
    let list = move || {
        people
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
                            aria-label=words(move || (BlockPhrases::of(page.language()).unblock_name)(&name))
                            on:click=move |_| page.set_blocked(person.id, false)
                        >
                            {page.says(|l| BlockPhrases::of(l).unblock)}
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <section class="setting">
            <h3>{page.says(|l| BlockPhrases::of(l).blocked_people)}</h3>
            <ul class="entries">{list}</ul>
            <p class="labelled-hint" hidden=move || !people.with(Vec::is_empty)>
                {page.says(|l| BlockPhrases::of(l).nobody_blocked)}
            </p>
        </section>
    }
}
