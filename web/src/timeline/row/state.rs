//! The delivery state of the person's own message: an icon, and words if it has to wait.

use leptos::prelude::*;
use steadfast_client::RowState;

use crate::language::Language;
use crate::language::locale::Locale;
use crate::markup::{computed, view};
use crate::reactive::{Memo, memo};
use crate::timeline::phrases::MessagePhrases;
use crate::ui::icon::{Icon, IconShape};

/// The delivery state: an icon in a column of its own, so that no text reflows when it changes, and
/// words below if the message has to wait. Other people's messages have none.
#[component]
pub(crate) fn DeliveryState(mine: Memo<bool>, state: Memo<RowState>) -> impl IntoView {
    let locale = Locale::here();
    let mark = memo(move || mine.get().then(|| state.with(StateMark::of)));
    computed(move || {
        mark.get().map(|mark| {
            let words = move || mark.words(locale.language());
            let unsafe_ = (mark == StateMark::Failing).then_some("true");
            let waits = matches!(mark, StateMark::Saved | StateMark::Failing).then(|| {
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
    })
}

/// The name of a state in the document.
pub(crate) fn name_of(state: &RowState) -> &'static str {
    match state {
        RowState::Saving { .. } => "saving",
        RowState::Saved => "saved",
        RowState::Sent { .. } => "sent",
        RowState::Rejected { .. } => "rejected",
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StateMark {
    Saving,
    Failing,
    Saved,
    Sent,
    Rejected,
}

impl StateMark {
    fn of(state: &RowState) -> Self {
        match state {
            RowState::Saving { problem: None } => Self::Saving,
            RowState::Saving { problem: Some(_) } => Self::Failing,
            RowState::Saved => Self::Saved,
            RowState::Sent { .. } => Self::Sent,
            RowState::Rejected { .. } => Self::Rejected,
        }
    }

    fn shape(self) -> IconShape {
        match self {
            Self::Saving | Self::Saved => IconShape::Clock,
            Self::Sent => IconShape::Check,
            Self::Failing | Self::Rejected => IconShape::Alert,
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
