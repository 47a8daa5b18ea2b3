//! How far an own message has come, in a mark and a word.

use leptos::prelude::*;

use crate::language::Language;
use crate::language::locale::Locale;
use crate::timeline::phrases::MessagePhrases;
use crate::timeline::row_view::State;
use crate::ui::icon::{Icon, Shape};

/// How far an own message has come: a mark in a column of its own, so that no text is laid out again when it changes,
/// and the words below where it has to wait. Other people's messages are simply there.
#[component]
pub(crate) fn RowState(mine: Memo<bool>, state: Memo<State>) -> impl IntoView {
    let locale = Locale::here();
    let mark = Memo::new(move |_| mine.get().then(|| state.with(Mark::of)));
    move || {
        mark.get().map(|mark| {
            let words = move || mark.words(locale.language());
            let unsafe_ = (mark == Mark::Failing).then_some("true");
            let waits = matches!(mark, Mark::Saved | Mark::Failing).then(|| {
                view! { <p class="row-waits" data-unsafe=unsafe_ aria-hidden="true">{words}</p> }
            });
            view! {
                <span class="row-state" data-unsafe=unsafe_ title=words>
                    <span class="sr-only">{words}</span>
                    <Icon shape=mark.shape() />
                </span>
                {waits}
            }
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Saving,
    Failing,
    Saved,
    Sent,
    Rejected,
}

impl Mark {
    fn of(state: &State) -> Self {
        match state {
            State::Saving { failed: false } => Self::Saving,
            State::Saving { failed: true } => Self::Failing,
            State::Saved => Self::Saved,
            State::Sent { .. } => Self::Sent,
            State::Rejected(_) => Self::Rejected,
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::Saving | Self::Saved => Shape::Clock,
            Self::Sent => Shape::Check,
            Self::Failing | Self::Rejected => Shape::Alert,
        }
    }

    fn words(self, language: Language) -> &'static str {
        match self {
            Self::Saving => MessagePhrases::of(language).saving,
            Self::Failing => MessagePhrases::of(language).not_kept,
            Self::Saved => MessagePhrases::of(language).saved,
            Self::Sent => MessagePhrases::of(language).sent,
            Self::Rejected => MessagePhrases::of(language).not_sent,
        }
    }
}
