//! A short message that disappears by itself.

use std::time::Duration;

use leptos::prelude::*;

use crate::context::Context;
use crate::language::Phrase;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::reactive::RwSignal;

/// Long enough to be read.
const SHOWN: Duration = Duration::from_secs(3);

pub(crate) type Toasts = Context<ToastSignals>;

pub(crate) struct ToastSignals {
    words: RwSignal<Option<String>>,
    locale: Locale,
}

impl Toasts {
    pub(crate) fn new(locale: Locale) -> Self {
        Self::provide(ToastSignals {
            words: RwSignal::new(None),
            locale,
        })
    }

    pub(crate) fn toast(self, phrase: Phrase) {
        self.toast_words(phrase(self.locale.language_untracked()).to_owned());
    }

    pub(crate) fn toast_words(self, words: String) {
        self.words.set(Some(words.clone()));
        let over = move || {
            if self.words.with_untracked(|shown| shown.as_ref() == Some(&words)) {
                self.words.set(None);
            }
        };
        set_timeout(over, SHOWN);
    }

    pub(crate) fn clear(self) {
        self.words.set(None);
    }
}

/// The current toast, above what follows it, and for screen readers.
#[component]
pub(crate) fn Toast(#[prop(default = "toast")] testid: &'static str) -> impl IntoView {
    let toasts = Toasts::here();
    view! {
        <div class="toast" role="status" data-testid=testid>
            {move || toasts.words.get().map(|words| view! { <p>{words}</p> })}
        </div>
    }
}
