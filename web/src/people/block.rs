//! Blocking a person, and the note that replaces the composer.

use std::rc::Rc;

use leptos::prelude::*;
use steadfast_shared::{Person, UserId};

use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::people::block_phrases::BlockPhrases;
use crate::people::context::PeopleContext;
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;
use crate::ui::popup::menu::Choice;

/// The menu entry that blocks or unblocks a person.
pub(crate) fn block_choice(
    locale: Locale,
    overlays: Overlays,
    people: PeopleContext,
    person: UserId,
) -> Choice {
    let name = people.display_name(person);
    if untrack(|| people.blocks(person)) {
        return Choice {
            words: words(move || (BlockPhrases::of(locale.language()).unblock_name)(&name)),
            shape: IconShape::Check,
            testid: "unblock",
            grave: false,
            act: Rc::new(move || people.set_blocked(person, false)),
        };
    }
    Choice {
        words: words(move || (BlockPhrases::of(locale.language()).block_name)(&name)),
        shape: IconShape::Block,
        testid: "block",
        grave: true,
        act: Rc::new(move || overlays.open(Overlay::Block(person))),
    }
}

/// Asks whether to block a person, and explains what that does.
#[component]
pub(crate) fn BlockDialog(person: UserId) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let people = PeopleContext::here();
    let name = people.display_name(person);
    let close = Callback::new(move |()| overlays.close(Overlay::Block(person)));
    let means = move || {
        let means = BlockPhrases::of(locale.language()).block_means;
        means.map(|sentence| view! { <li>{sentence}</li> }).collect_view()
    };
    view! {
        <Dialog
            title=words(move || (BlockPhrases::of(locale.language()).block_question)(&name))
            testid="block-question"
            brief=true
            on_close=close
        >
            <ul class="means">{means}</ul>
            <div class="dialog-ways">
                <button type="button" class="button" autofocus=true on:click=move |_| close.run(())>
                    {locale.says(|l| UiPhrases::of(l).cancel)}
                </button>
                <button
                    type="button"
                    class="button button-grave"
                    data-testid="block-confirm"
                    on:click=move |_| {
                        close.run(());
                        people.set_blocked(person, true);
                    }
                >
                    {locale.says(|l| BlockPhrases::of(l).block)}
                </button>
            </div>
        </Dialog>
    }
}

/// The note that replaces the composer in a conversation with a blocked person.
#[component]
pub(crate) fn YouBlocked(person: Person) -> impl IntoView {
    let locale = Locale::here();
    let people = PeopleContext::here();
    let Person { id, name } = person;
    view! {
        <div class="composer-archived" role="status" data-testid="you-blocked">
            <Icon shape=IconShape::Block />
            <span>{words(move || (BlockPhrases::of(locale.language()).you_blocked)(&name))}</span>
            <button
                type="button"
                class="button button-small"
                data-testid="unblock-here"
                on:click=move |_| people.set_blocked(id, false)
            >
                {locale.says(|l| BlockPhrases::of(l).unblock)}
            </button>
        </div>
    }
}
