//! The languages this device's person reads.

use leptos::prelude::window;

use crate::language::Language;
use crate::storage::preferences;

/// Those set in the browser, best first.
pub(crate) fn of_browser() -> impl Iterator<Item = String> {
    window()
        .navigator()
        .languages()
        .into_iter()
        .filter_map(|tag| tag.as_string())
}

/// The initial language: the one chosen here before, else the first of the browser's that the page
/// has.
pub(crate) fn first() -> Language {
    preferences::language()
        .and_then(|tag| Language::of_tag(&tag))
        .or_else(|| of_browser().find_map(|tag| Language::of_tag(&tag)))
        .unwrap_or(Language::English)
}
