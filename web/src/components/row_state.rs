//! How far an own message has come, in a word and a mark.

use leptos::prelude::*;

use super::{Icon, Shape};
use crate::rows::State;
use crate::state::Page;

/// How far an own message has come. Other people's are simply there.
#[component]
pub(crate) fn RowState(mine: Memo<bool>, state: Memo<State>) -> impl IntoView {
    let page = Page::here();
    move || {
        mine.get().then(|| {
            let (shape, unsafe_, quiet) = match state.get() {
                State::Saving { failed } => (if failed { Shape::Alert } else { Shape::Clock }, failed, false),
                State::Saved => (Shape::Clock, false, false),
                State::Sent { .. } => (Shape::Check, false, true),
                State::Rejected(_) => (Shape::Alert, false, false),
            };
            let words = move || match state.get() {
                State::Saving { failed: false } => page.t().saving,
                State::Saving { failed: true } => page.t().not_kept,
                State::Saved => page.t().saved,
                State::Sent { .. } => page.t().sent,
                State::Rejected(_) => page.t().not_sent,
            };
            view! {
                <span class="row-state" data-unsafe=unsafe_.then_some("true") title=words>
                    <span class=if quiet { "sr-only" } else { "row-state-words" }>{words}</span>
                    <Icon shape />
                </span>
            }
        })
    }
}
