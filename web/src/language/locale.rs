//! The chosen language, and phrases in it.

use std::time::Duration;

use crate::context::Context;
use crate::language::{Language, Phrase, of_browser};
use crate::reactive::{RwSignal, Signal};
use crate::storage::preferences;

pub(crate) type Locale = Context<LocaleSignals>;

pub(crate) struct LocaleSignals {
    language: RwSignal<Language>,
}

impl Locale {
    pub(crate) fn new() -> Self {
        Self::provide(LocaleSignals {
            language: RwSignal::new(of_browser::first()),
        })
    }

    pub(crate) fn language(self) -> Language {
        self.language.get()
    }

    pub(crate) fn language_untracked(self) -> Language {
        self.language.get_untracked()
    }

    /// One phrase in the chosen language, for a view. All such closures have one type, which keeps
    /// the compiled page small.
    pub(crate) fn says(self, phrase: Phrase) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
        move || phrase(self.language())
    }

    /// Changes the language, and remembers the choice.
    pub(crate) fn set_language(self, language: Language) {
        preferences::set_language(language.tag());
        self.language.set(language);
    }

    /// Applies the language chosen on this device, in case it was chosen in the form before the
    /// page ran.
    pub(crate) fn take_up_choice(self) {
        let chosen = of_browser::first();
        if chosen != self.language_untracked() {
            self.language.set(chosen);
        }
    }

    /// Notifies all subscribers and drops them: see [`RwSignal::notify_afresh`].
    pub(crate) fn notify_afresh(self) {
        self.language.notify_afresh();
    }
}

/// Words computed from signals, for a view; of one type, like [`Locale::says`].
pub(crate) fn words(words: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(words)
}

pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}
