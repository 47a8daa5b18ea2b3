//! The language chosen, and phrases in it.

use std::time::Duration;

use leptos::prelude::*;

use crate::language::{Language, Phrase, of_browser};
use crate::storage::preferences;

#[derive(Clone, Copy)]
pub(crate) struct Locale(RwSignal<Language>);

impl Locale {
    pub(crate) fn provide() -> Self {
        let locale = Self(RwSignal::new(of_browser::first()));
        provide_context(locale);
        locale
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }

    pub(crate) fn language(self) -> Language {
        self.0.get()
    }

    pub(crate) fn language_untracked(self) -> Language {
        self.0.get_untracked()
    }

    /// One phrase, in the language chosen, as something a view can show. All of them are of one type, which keeps the
    /// compiled page small.
    pub(crate) fn says(self, phrase: Phrase) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
        move || phrase(self.language())
    }

    /// Changes the language from here on, and remembers it.
    pub(crate) fn set_language(self, language: Language) {
        preferences::set_language(language.tag());
        self.0.set(language);
    }

    /// Changes to the language chosen on this device, where that was done past the page: in the form before it.
    pub(crate) fn take_up_choice(self) {
        let chosen = of_browser::first();
        if chosen != self.language_untracked() {
            self.0.set(chosen);
        }
    }

    /// Notifies everybody who listens, and forgets them: see [`notify_afresh`].
    pub(crate) fn notify_afresh(self) {
        notify_afresh(&self.0);
    }
}

/// Notifies all subscribers of a signal and drops them: it keeps even those that are long gone, and living ones subscribe
/// again as they run.
pub(crate) fn notify_afresh(signal: &(impl Notify + leptos::reactive::graph::Source)) {
    signal.notify();
    signal.clear_subscribers();
}

/// Words made from signals, as something a view can show; of one type, as [`Locale::says`] is.
pub(crate) fn words(words: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(words)
}

pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}
