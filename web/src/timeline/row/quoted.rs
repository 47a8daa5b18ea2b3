//! What a message replies to, in a line above it.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::markdown;
use crate::page::Page;
use crate::people::block_phrases::BlockPhrases;
use crate::people::phrases::PeoplePhrases;
use crate::timeline::phrases::MessagePhrases;
use crate::timeline::row_view::Quote;

/// What a message replies to, in a line that leads there.
#[component]
pub(crate) fn Quoted(quote: Quote) -> impl IntoView {
    let page = Page::here();
    let Quote { seq, said } = quote;
    let name = said.as_ref().map(|(author, _)| author.name.clone());
    let label = {
        let name = name.clone();
        move || match &name {
            Some(name) => (MessagePhrases::of(page.language()).replies_to)(name),
            None => MessagePhrases::of(page.language()).replies_to_some.to_owned(),
        }
    };
    let author = said.as_ref().map(|(author, _)| author.id);
    let text = said.map(|(_, start)| {
        move || match &start {
            _ if author.is_some_and(|author| page.blocks(author)) => {
                BlockPhrases::of(page.language()).from_blocked.to_owned()
            }
            Some(start) => markdown::plain(start, |user| {
                page.name_of(user)
                    .unwrap_or_else(|| PeoplePhrases::of(page.language()).somebody.to_owned())
            }),
            None => MessagePhrases::of(page.language()).erased.to_owned(),
        }
    });
    let lead = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            page.show_message(seq);
        }
    };
    view! {
        <a
            class="quoted"
            data-testid="quoted"
            href=page.address_of(seq)
            title=label
            on:click=lead
        >
            <span class="quoted-author">
                {move || name.clone().unwrap_or_else(|| MessagePhrases::of(page.language()).replies_to_some.to_owned())}
            </span>
            <span class="quoted-text">{text}</span>
        </a>
    }
}
