//! Changes to a message that are not in the log yet.

use leptos::prelude::*;
use steadfast_client::{Input, PendingChange, Rejection, Row, RowState};
use steadfast_shared::{Body, EntryId, ErrorCode};

use crate::compose::context::ComposeContext;
use crate::connection::context::ChatContext;
use crate::connection::refusal_phrases::RefusalPhrases;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::timeline::phrases::{ActionPhrases, MessagePhrases};
use crate::timeline::row::state::name_of;
use crate::ui::phrases::UiPhrases;

/// Unsent changes to a message, named briefly; refused ones with the reason and the ways out.
#[component]
pub(crate) fn PendingChanges(row: ArcRwSignal<Row>) -> impl IntoView {
    let changes = move || row.with(|row| row.changes.clone());
    view! {
        <div class="row-changes" aria-live="off">
            {move || changes().into_iter().map(|change| view! { <Change change /> }).collect_view()}
        </div>
    }
}

#[component]
fn Change(change: PendingChange) -> impl IntoView {
    let PendingChange { id, body, state } = change;
    match state {
        RowState::Rejected { rejection } => rejected(id, body, rejection).into_any(),
        state => waiting(body, state).into_any(),
    }
}

/// What was refused, why, and the ways out.
fn rejected(id: EntryId, body: Body, rejection: Rejection) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let compose = ComposeContext::here();
    let hopeless = rejection == Rejection::OtherEpoch;
    let is_edit = matches!(body, Body::Edit { .. });
    let reacts = matches!(body, Body::React { on: true, .. });
    let named = move || (MessagePhrases::of(locale.language()).change)(&body);
    let reason = move || match &rejection {
        Rejection::Refused(error) if reacts && error.code == ErrorCode::TooLarge => {
            MessagePhrases::of(locale.language()).too_many_reactions
        }
        rejection => reason(locale, rejection),
    };
    view! {
        <div class="rejection rejection-whole" data-testid="change" data-state="rejected">
            <p class="rejection-reason">
                <span class="rejection-what">{named}</span>
                {reason}
            </p>
            <div class="rejection-ways">
                {(!hopeless)
                    .then(|| {
                        view! { <Way words=locale.says(|l| UiPhrases::of(l).retry) testid="retry" act=move || chat.dispatch(Input::Retry(id)) /> }
                    })}
                {(is_edit && !hopeless)
                    .then(|| view! { <Way words=locale.says(|l| UiPhrases::of(l).edit) testid="edit" act=move || compose.edit(id) /> })}
                <Way words=locale.says(|l| MessagePhrases::of(l).discard) testid="discard" act=move || chat.dispatch(Input::Discard(id)) />
            </div>
        </div>
    }
}

fn waiting(body: Body, state: RowState) -> impl IntoView {
    let locale = Locale::here();
    let state_name = name_of(&state);
    let named = move || match &body {
        // The row already shows the new text.
        Body::Edit { .. } => ActionPhrases::of(locale.language()).edit.to_owned(),
        body => (MessagePhrases::of(locale.language()).change)(body),
    };
    let how = move || match state {
        RowState::Saving { problem: Some(_) } => MessagePhrases::of(locale.language()).not_kept,
        RowState::Saving { .. } => MessagePhrases::of(locale.language()).saving,
        _ => MessagePhrases::of(locale.language()).saved,
    };
    view! {
        <p class="row-waits" data-testid="change" data-state=state_name>
            {named}
            ": "
            {how}
        </p>
    }
}

/// The reason why a message was not sent.
pub(crate) fn reason(locale: Locale, rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::Refused(error) => (RefusalPhrases::of(locale.language()).rejected)(error.code),
        Rejection::OtherAuthor => MessagePhrases::of(locale.language()).other_author,
        Rejection::OtherEpoch => MessagePhrases::of(locale.language()).other_epoch,
    }
}

#[component]
fn Way(
    words: impl Fn() -> &'static str + Copy + Send + Sync + 'static,
    testid: &'static str,
    act: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button type="button" class="button button-small" data-testid=testid on:click=move |_| act()>
            {words}
        </button>
    }
}
