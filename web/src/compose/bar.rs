//! The bar above the composer, for replies and edits.

use leptos::prelude::*;

use crate::compose::context::ComposeContext;
use crate::compose::draft::{EditConflict, EditTarget};
use crate::compose::phrases::{ComposePhrases, DraftPhrases};
use crate::language::locale::Locale;
use crate::markdown;
use crate::markup::{computed, view};
use crate::people::context::PeopleContext;
use crate::people::phrases::PeoplePhrases;
use crate::reactive::memo;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::phrases::UiPhrases;

#[derive(Clone, PartialEq)]
enum Purpose {
    Message,
    Reply,
    Edit(EditTarget, EditConflict),
}

/// The message being replied to or edited, with a button to cancel.
#[component]
pub(crate) fn ComposerBar() -> impl IntoView {
    let compose = ComposeContext::here();
    let purpose = memo(move || {
        compose.drafting.draft.with(|draft| match &draft.edit {
            Some(edit) => Purpose::Edit(edit.of, edit.conflict.clone()),
            None if draft.reply_to.is_some() => Purpose::Reply,
            None => Purpose::Message,
        })
    });
    computed(move || match purpose.get() {
        Purpose::Message => ().into_any(),
        Purpose::Reply => view! { <Reply /> }.into_any(),
        Purpose::Edit(_, conflict) => view! { <Edit conflict /> }.into_any(),
    })
}

/// The message being replied to, as the log has it.
#[component]
fn Reply() -> impl IntoView {
    let locale = Locale::here();
    let people = PeopleContext::here();
    let compose = ComposeContext::here();
    let quoted = move || {
        let message = compose.drafting.quoted.get();
        let title = match &message {
            Some(row) => (ComposePhrases::of(locale.language()).replying)(&row.author.name),
            None => ComposePhrases::of(locale.language()).replies_to_some.to_owned(),
        };
        let text = message.map(|row| match row.text() {
            Some(text) => plain(locale, people, text),
            None => ComposePhrases::of(locale.language()).erased.to_owned(),
        });
        view! {
            <p class="composer-bar-words">
                <span class="composer-bar-title">{title}</span>
                {text.map(|text| view! { <span class="composer-bar-text">{text}</span> })}
            </p>
        }
    };
    view! {
        <div class="composer-bar" data-testid="composer-bar" data-mode="reply">
            <Icon shape=IconShape::Reply />
            {quoted}
            <Cancel testid="cancel-reply" />
        </div>
    }
}

/// Says that a message is being edited, and whether it changed or was deleted since.
#[component]
fn Edit(conflict: EditConflict) -> impl IntoView {
    let locale = Locale::here();
    let compose = ComposeContext::here();
    let way = match way_on(&conflict) {
        Some(WayOut::Theirs) => view! {
            <button
                type="button"
                class="button button-small"
                data-testid="take-theirs"
                on:click=move |_| compose.take_their_text()
            >
                {locale.says(|l| DraftPhrases::of(l).take_theirs)}
            </button>
        }
        .into_any(),
        Some(WayOut::Message) => view! {
            <button
                type="button"
                class="button button-small"
                data-testid="edit-to-message"
                on:click=move |_| compose.edit_to_message()
            >
                {locale.says(|l| DraftPhrases::of(l).as_message)}
            </button>
        }
        .into_any(),
        None => ().into_any(),
    };
    view! {
        <div class="composer-bar" data-testid="composer-bar" data-mode="edit">
            <Icon shape=IconShape::Edit />
            <p class="composer-bar-words">
                <span class="composer-bar-title">{locale.says(|l| ComposePhrases::of(l).edit_message)}</span>
                <Meanwhile conflict />
            </p>
            {way}
            <Cancel testid="cancel-edit" />
        </div>
    }
}

/// Whether the message has changed or was deleted since the edit began.
#[component]
fn Meanwhile(conflict: EditConflict) -> impl IntoView {
    let locale = Locale::here();
    let people = PeopleContext::here();
    match conflict {
        EditConflict::Unchanged => ().into_any(),
        EditConflict::Changed { to, .. } => {
            let text = plain(locale, people, &to);
            view! {
                <span class="composer-bar-news" role="alert" data-testid="edit-changed">
                    {locale.says(|l| DraftPhrases::of(l).changed_meanwhile)}
                </span>
                <span class="composer-bar-text">{text}</span>
            }
            .into_any()
        }
        EditConflict::Gone => view! {
            <span class="composer-bar-news" role="alert" data-testid="edit-gone">
                {locale.says(|l| DraftPhrases::of(l).gone_meanwhile)}
            </span>
        }
        .into_any(),
    }
}

/// A way on from an edit whose message has changed or is gone.
enum WayOut {
    Theirs,
    Message,
}

fn way_on(conflict: &EditConflict) -> Option<WayOut> {
    match conflict {
        EditConflict::Unchanged => None,
        EditConflict::Changed { .. } => Some(WayOut::Theirs),
        EditConflict::Gone => Some(WayOut::Message),
    }
}

#[component]
fn Cancel(testid: &'static str) -> impl IntoView {
    let locale = Locale::here();
    let compose = ComposeContext::here();
    view! {
        <button
            type="button"
            class="button button-quiet button-small"
            data-testid=testid
            on:click=move |_| compose.cancel_writing()
        >
            {locale.says(|l| UiPhrases::of(l).cancel)}
        </button>
    }
}

fn plain(locale: Locale, people: PeopleContext, text: &str) -> String {
    markdown::plain(text, |user| {
        people
            .name_of(user)
            .unwrap_or_else(|| PeoplePhrases::of(locale.language()).somebody.to_owned())
    })
}
