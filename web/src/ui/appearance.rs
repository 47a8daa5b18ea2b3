//! The page's theme.

use leptos::prelude::*;

use crate::storage::preferences::{self, Theme};

#[derive(Clone, Copy)]
pub(crate) struct Appearance {
    pub(crate) theme: RwSignal<Theme>,
}

impl Appearance {
    pub(crate) fn provide() -> Self {
        let appearance = Self {
            theme: RwSignal::new(preferences::theme()),
        };
        provide_context(appearance);
        appearance
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Changes the theme, and remembers the choice.
    pub(crate) fn set_theme(self, theme: Theme) {
        preferences::set_theme(theme);
        self.theme.set(theme);
    }
}
