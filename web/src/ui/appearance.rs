//! The page's theme.

use crate::context::Context;
use crate::reactive::RwSignal;
use crate::storage::preferences::{self, Theme};

pub(crate) type Appearance = Context<AppearanceSignals>;

pub(crate) struct AppearanceSignals {
    pub(crate) theme: RwSignal<Theme>,
}

impl Appearance {
    pub(crate) fn new() -> Self {
        Self::provide(AppearanceSignals {
            theme: RwSignal::new(preferences::theme()),
        })
    }

    /// Changes the theme, and remembers the choice.
    pub(crate) fn set_theme(self, theme: Theme) {
        preferences::set_theme(theme);
        self.theme.set(theme);
    }
}
