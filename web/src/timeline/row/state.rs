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
    let mark = memo(move || state.with(StateMark::of));
    let words = move || mark.get().words(locale.language());
    let unsafe_ = move || (mark.get() == StateMark::Failing).then_some("true");
    let waits = move || {
        matches!(mark.get(), StateMark::Saved | StateMark::Failing).then(|| {
            view! { <p class="row-waits" data-unsafe=unsafe_ aria-hidden="true">{words}</p> }
        })
    };
    // The element stays, so that a screen reader announces its words when they become a failure.
    computed(move || {
        mine.get().then(|| {
            view! {
                <span class="row-state" data-unsafe=unsafe_ title=words aria-live=move || mark.get().live()>
                    <span class="sr-only">{words}</span>
                    {computed(move || view! { <Icon shape=mark.get().shape() /> })}
                </span>
                {computed(waits)}
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

    /// Whether a screen reader announces it.
    fn live(self) -> &'static str {
        match self {
            Self::Failing | Self::Rejected => "polite",
            Self::Saving | Self::Saved | Self::Sent => "off",
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
