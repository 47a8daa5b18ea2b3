//! Changes of a message that the log does not have.

use leptos::prelude::*;
use steadfast_client::{Input, Rejection};

use crate::page::{Page, words};
use crate::timeline::row_view::{Pending, State, What};

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
            words(move || page.t().messages.edit.to_owned())
        }
        _ => words(move || (page.t().messages.change)(&what)),
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
                                    <Way words=page.says(|t| t.retry) testid="retry" act=move || page.tell(Input::Retry(id)) />
                                }
                            })}
                        {(is_edit && !hopeless)
                            .then(|| view! { <Way words=page.says(|t| t.edit) testid="edit" act=move || page.edit(id) /> })}
                        <Way words=page.says(|t| t.discard) testid="discard" act=move || page.tell(Input::Discard(id)) />
                    </div>
                </div>
            }
            .into_any()
        }
        state => {
            let how = move || match state {
                State::Saving { failed: true } => page.t().not_kept,
                State::Saving { .. } => page.t().saving,
                _ => page.t().saved,
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
        Rejection::Refused(error) => (page.t().rejected)(error.code),
        Rejection::OtherAuthor => page.t().other_author,
        Rejection::OtherEpoch => page.t().other_epoch,
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
