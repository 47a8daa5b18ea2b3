//! Changes of a message that the log does not have.

use leptos::prelude::*;
use steadfast_client::{Input, Rejection};

use crate::connection::refusal_phrases::RefusalPhrases;
use crate::page::{Page, words};
use crate::timeline::phrases::{ActionPhrases, MessagePhrases};
use crate::timeline::row_view::{Pending, State, What};
use crate::ui::phrases::UiPhrases;

/// Changes of a message that are on their way, in a word each; and those that were refused, with the reason and the ways
/// out.
#[component]
pub(crate) fn PendingChanges(pending: Memo<Vec<Pending>>) -> impl IntoView {
    view! {
        <div class="row-changes" aria-live="off">
            {move || pending.get().into_iter().map(|change| view! { <Change change /> }).collect_view()}
        </div>
    }
}

#[component]
fn Change(change: Pending) -> impl IntoView {
    let page = Page::here();
    let Pending { id, what, state } = change;
    let state_name = state.name();
    let is_edit = matches!(what, What::Edit(_));
    let named = match &what {
        // The row says already what it was to say.
        What::Edit(_) if !matches!(state, State::Rejected(_)) => {
            words(move || ActionPhrases::of(page.language()).edit.to_owned())
        }
        _ => words(move || (MessagePhrases::of(page.language()).change)(&what)),
    };
    match state {
        State::Rejected(rejection) => {
            let hopeless = rejection == Rejection::OtherEpoch;
            let reason = move || reason(page, &rejection);
            view! {
                <div class="rejection rejection-whole" data-testid="change" data-state=state_name>
                    <p class="rejection-reason">
                        <span class="rejection-what">{named}</span>
                        {reason}
                    </p>
                    <div class="rejection-ways">
                        {(!hopeless)
                            .then(|| {
                                view! {
                                    <Way words=page.says(|l| UiPhrases::of(l).retry) testid="retry" act=move || page.tell(Input::Retry(id)) />
                                }
                            })}
                        {(is_edit && !hopeless)
                            .then(|| view! { <Way words=page.says(|l| UiPhrases::of(l).edit) testid="edit" act=move || page.edit(id) /> })}
                        <Way words=page.says(|l| MessagePhrases::of(l).discard) testid="discard" act=move || page.tell(Input::Discard(id)) />
                    </div>
                </div>
            }
            .into_any()
        }
        state => {
            let how = move || match state {
                State::Saving { failed: true } => MessagePhrases::of(page.language()).not_kept,
                State::Saving { .. } => MessagePhrases::of(page.language()).saving,
                _ => MessagePhrases::of(page.language()).saved,
            };
            view! {
                <p class="row-waits" data-testid="change" data-state=state_name>
                    {named}
                    ": "
                    {how}
                </p>
            }
            .into_any()
        }
    }
}

/// Why something was not sent.
pub(crate) fn reason(page: Page, rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::Refused(error) => (RefusalPhrases::of(page.language()).rejected)(error.code),
        Rejection::OtherAuthor => MessagePhrases::of(page.language()).other_author,
        Rejection::OtherEpoch => MessagePhrases::of(page.language()).other_epoch,
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
