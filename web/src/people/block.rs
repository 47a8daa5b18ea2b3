//! Somebody blocked, and what stands where one would write to them.

use std::rc::Rc;

use leptos::prelude::*;
use steadfast_shared::{Person, UserId};

use crate::page::{Page, words};
use crate::people::block_phrases::BlockPhrases;
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, Shape};
use crate::ui::menu::Choice;
use crate::ui::overlays::Opened;
use crate::ui::phrases::UiPhrases;

/// The choice of a menu that blocks somebody, or takes that back.
pub(crate) fn block_choice(page: Page, person: UserId) -> Choice {
    let name = page.called(person);
    if untrack(|| page.blocks(person)) {
        return Choice {
            words: words(move || (BlockPhrases::of(page.language()).unblock_name)(&name)),
            shape: Shape::Check,
            testid: "unblock",
            grave: false,
            act: Rc::new(move || page.set_blocked(person, false)),
        };
    }
    Choice {
        words: words(move || (BlockPhrases::of(page.language()).block_name)(&name)),
        shape: Shape::Block,
        testid: "block",
        grave: true,
        act: Rc::new(move || page.around.open(Opened::Block(person))),
    }
}

/// Asks whether to block somebody, and says what that means.
#[component]
pub(crate) fn BlockDialog(person: UserId) -> impl IntoView {
    let page = Page::here();
    let name = page.called(person);
    let close = Callback::new(move |()| page.around.close(Opened::Block(person)));
    let means = move || {
        let means = BlockPhrases::of(page.language()).block_means;
        means.map(|sentence| view! { <li>{sentence}</li> }).collect_view()
    };
    view! {
        <Dialog
            title=words(move || (BlockPhrases::of(page.language()).block_question)(&name))
            testid="block-question"
            brief=true
            on_close=close
        >
            <ul class="means">{means}</ul>
            <div class="dialog-ways">
                <button type="button" class="button" autofocus=true on:click=move |_| close.run(())>
                    {page.says(|l| UiPhrases::of(l).cancel)}
                </button>
                <button
                    type="button"
                    class="button button-grave"
                    data-testid="block-confirm"
                    on:click=move |_| {
                        close.run(());
                        page.set_blocked(person, true);
                    }
                >
                    {page.says(|l| BlockPhrases::of(l).block)}
                </button>
            </div>
        </Dialog>
    }
}

/// What stands where one writes, in a conversation with somebody one has blocked.
#[component]
pub(crate) fn YouBlocked(person: Person) -> impl IntoView {
    let page = Page::here();
    let Person { id, name } = person;
    view! {
        <div class="composer-archived" role="status" data-testid="you-blocked">
            <Icon shape=Shape::Block />
            <span>{words(move || (BlockPhrases::of(page.language()).you_blocked)(&name))}</span>
            <button
                type="button"
                class="button button-small"
                data-testid="unblock-here"
                on:click=move |_| page.set_blocked(id, false)
            >
                {page.says(|l| BlockPhrases::of(l).unblock)}
            </button>
        </div>
    }
}
