//! The quoted message above a reply.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use steadfast_shared::Seq;

use crate::compose::phrases::ComposePhrases;
use crate::language::locale::Locale;
use crate::markdown;
use crate::markup::view;
use crate::people::block_phrases::BlockPhrases;
use crate::people::context::PeopleContext;
use crate::people::phrases::PeoplePhrases;
use crate::timeline::context::TimelineContext;
use crate::timeline::phrases::MessagePhrases;

/// A line with the quoted message, which jumps to it. `quoted` if it is known.
#[component]
pub(crate) fn Quoted(seq: Seq, quoted: Option<steadfast_shared::Quoted>) -> impl IntoView {
    let locale = Locale::here();
    let people = PeopleContext::here();
    let timeline = TimelineContext::here();
    let name = quoted.as_ref().map(|quoted| quoted.author.name.clone());
    let label = {
        let name = name.clone();
        move || match &name {
            Some(name) => (MessagePhrases::of(locale.language()).replies_to)(name),
            None => ComposePhrases::of(locale.language()).replies_to_some.to_owned(),
        }
    };
    let text = quoted.map(|quoted| {
        move || match &quoted.text {
            _ if people.blocks(quoted.author.id) => {
                BlockPhrases::of(locale.language()).from_blocked.to_owned()
            }
            Some(start) => markdown::plain(start, |user| {
                people
                    .name_of(user)
                    .unwrap_or_else(|| PeoplePhrases::of(locale.language()).somebody.to_owned())
            }),
            None => ComposePhrases::of(locale.language()).erased.to_owned(),
        }
    });
    let lead = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            timeline.show_message(seq);
        }
    };
    view! {
        <a
            class="quoted"
            data-testid="quoted"
            href=timeline.address_of(seq)
            title=label
            on:click=lead
        >
            <span class="quoted-author">
                {move || name.clone().unwrap_or_else(|| ComposePhrases::of(locale.language()).replies_to_some.to_owned())}
            </span>
            <span class="quoted-text">{text}</span>
        </a>
    }
}
