//! The bar above the composer, for replies and edits.

use leptos::prelude::*;

use crate::compose::context::ComposeContext;
use crate::compose::draft::{EditTarget, Meanwhile};
use crate::compose::phrases::{ComposePhrases, DraftPhrases};
use crate::language::locale::Locale;
use crate::markdown;
use crate::people::context::PeopleContext;
use crate::people::phrases::PeoplePhrases;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::phrases::UiPhrases;

#[derive(Clone, PartialEq)]
enum Purpose {
    Message,
    Reply,
    Edit(EditTarget, Meanwhile),
}

/// The message that is replied to or edited; with a way out.
#[component]
pub(crate) fn ComposerBar() -> impl IntoView {
    let compose = ComposeContext::here();
    let purpose = Memo::new(move |_| {
        compose.drafting.draft.with(|draft| match &draft.edit {
            Some(edit) => Purpose::Edit(edit.of, edit.meanwhile.clone()),
            None if draft.reply_to.is_some() => Purpose::Reply,
            None => Purpose::Message,
        })
    });
    move || match purpose.get() {
        Purpose::Message => ().into_any(),
        Purpose::Reply => view! { <Reply /> }.into_any(),
        Purpose::Edit(_, meanwhile) => view! { <Edit meanwhile /> }.into_any(),
    }
}

/// The message replied to, as the log has it at the moment.
#[component]
fn Reply() -> impl IntoView {
    let locale = Locale::here();
    let people = PeopleContext::here();
    let compose = ComposeContext::here();
    let quoted = move || {
        let said = compose.drafting.quoted.get().and_then(|quoted| quoted.said);
        let title = match &said {
            Some((author, _)) => (ComposePhrases::of(locale.language()).replying)(&author.name),
            None => ComposePhrases::of(locale.language()).replies_to_some.to_owned(),
        };
        let text = said.map(|(_, text)| match text {
            Some(text) => plain(locale, people, &text),
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

/// That a message is being edited, and its fate meanwhile.
#[component]
fn Edit(meanwhile: Meanwhile) -> impl IntoView {
    let locale = Locale::here();
    let people = PeopleContext::here();
    let compose = ComposeContext::here();
    let way = way_on(&meanwhile);
    let told = match meanwhile {
        Meanwhile::Nothing => ().into_any(),
        Meanwhile::Changed { to, .. } => {
            let text = plain(locale, people, &to);
            view! {
                <span class="composer-bar-news" role="alert" data-testid="edit-changed">
                    {locale.says(|l| DraftPhrases::of(l).changed_meanwhile)}
                </span>
                <span class="composer-bar-text">{text}</span>
            }
            .into_any()
        }
        Meanwhile::Gone => view! {
            <span class="composer-bar-news" role="alert" data-testid="edit-gone">
                {locale.says(|l| DraftPhrases::of(l).gone_meanwhile)}
            </span>
        }
        .into_any(),
    };
    let way = match way {
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
                {told}
            </p>
            {way}
            <Cancel testid="cancel-edit" />
        </div>
    }
}

/// A way on from an edit whose message is another by now.
enum WayOut {
    Theirs,
    Message,
}

fn way_on(meanwhile: &Meanwhile) -> Option<WayOut> {
    match meanwhile {
        Meanwhile::Nothing => None,
        Meanwhile::Changed { .. } => Some(WayOut::Theirs),
        Meanwhile::Gone => Some(WayOut::Message),
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
