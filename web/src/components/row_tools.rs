//! What one can do with a message.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use steadfast_client::RowKey;

use super::menu::{Choice, Menu};
use super::{Icon, Shape};
use crate::clipboard;
use crate::state::{Open, Page, Tool, words};
use crate::text::Phrase;

/// The tools of the row the hand is on. Said to nobody who listens to the log: they are there for whoever comes.
#[component]
pub(crate) fn RowTools(key: RowKey) -> impl IntoView {
    let page = Page::here();
    let shown = Memo::new(move |_| page.hand.row.get() == Some(key));
    view! {
        <div class="row-tools" aria-live="off">
            {move || shown.get().then(|| view! { <Tools key /> })}
        </div>
    }
}

#[component]
fn Tools(key: RowKey) -> impl IntoView {
    let page = Page::here();
    let more = NodeRef::<html::Button>::new();
    let open = move || {
        page.hand
            .open
            .with(|open| open.as_ref().is_some_and(|open| open.tool == Tool::Menu))
    };
    view! {
        <div class="row-toolbar" role="toolbar" aria-label=page.says(|t| t.message_tools) data-testid="row-tools">
            <button
                type="button"
                class="button button-quiet button-icon"
                data-testid="more"
                node_ref=more
                title=page.says(|t| t.more)
                aria-label=page.says(|t| t.more)
                aria-haspopup="menu"
                aria-expanded=move || open().to_string()
                on:click=move |_| {
                    if let Some(more) = more.get_untracked() {
                        page.hand.open(key, Tool::Menu, more.into());
                    }
                }
            >
                <Icon shape=Shape::More />
            </button>
        </div>
    }
}

/// What is open beside a row: one at a time, whichever row it is.
#[component]
pub(crate) fn OpenTool() -> impl IntoView {
    let page = Page::here();
    let on_close = Callback::new(move |()| page.hand.close());
    move || {
        page.hand.open.get().map(|Open { key, tool, anchor }| match tool {
            Tool::Menu => {
                let label = words(move || page.t().message_tools.to_owned());
                view! { <Menu label anchor choices=choices(page, key) on_close /> }.into_any()
            }
        })
    }
}

fn choices(page: Page, key: RowKey) -> Vec<Choice> {
    let Some(row) = page.timeline.row(&key) else {
        return Vec::new();
    };
    let choice = |phrase: Phrase, shape, testid, act: Arc<dyn Fn() + Send + Sync>| Choice {
        words: words(move || phrase(page.t()).to_owned()),
        shape,
        testid,
        grave: false,
        act,
    };
    let mut choices = Vec::new();
    if let Some(text) = row.text {
        let copy = Arc::new(move || clipboard::copy(page, text.clone()));
        choices.push(choice(|t| t.copy_text, Shape::Copy, "copy-text", copy));
    }
    choices
}
