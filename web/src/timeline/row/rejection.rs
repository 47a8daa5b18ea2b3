//! A message that was not sent: the reason, and the ways out.

use leptos::prelude::*;
use steadfast_client::{Input, RowState};
use steadfast_shared::EntryId;

use crate::compose::context::ComposeContext;
use crate::connection::context::ChatContext;
use crate::language::locale::Locale;
use crate::markup::{computed, view};
use crate::reactive::{Memo, memo};
use crate::timeline::phrases::MessagePhrases;
use crate::timeline::row::pending;
use crate::ui::phrases::UiPhrases;

/// The reason why a message was not sent, and the ways out: retry, edit or discard.
#[component]
pub(crate) fn Rejection(id: EntryId, state: Memo<RowState>) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let compose = ComposeContext::here();
    let rejection = memo(move || match state.get() {
        RowState::Rejected { rejection } => Some(rejection),
        _ => None,
    });
    computed(move || {
        rejection.get().map(|rejection| {
            let reason = move || pending::reason(locale, &rejection);
            view! {
                <div class="rejection">
                    <p class="rejection-reason" aria-live="polite">{reason}</p>
                    <div class="rejection-ways">
                        <button
                            type="button"
                            class="button button-small"
                            data-testid="retry"
                            on:click=move |_| chat.dispatch(Input::Retry(id))
                        >
                            {locale.says(|l| UiPhrases::of(l).retry)}
                        </button>
                        <button
                            type="button"
                            class="button button-small"
                            data-testid="edit"
                            on:click=move |_| compose.edit(id)
                        >
                            {locale.says(|l| UiPhrases::of(l).edit)}
                        </button>
                        <button
                            type="button"
                            class="button button-small"
                            data-testid="discard"
                            on:click=move |_| chat.dispatch(Input::Discard(id))
                        >
                            {locale.says(|l| MessagePhrases::of(l).discard)}
                        </button>
                    </div>
                </div>
            }
        })
    })
}
