//! What is small and wanted at once: the language, the theme, the last room, the drafts. In localStorage, which answers without waiting.
//!
//! A browser without localStorage forgets these, and nothing else suffers.

use steadfast_shared::RoomId;

use crate::text::Language;

const LANGUAGE: &str = "steadfast.language";
const THEME: &str = "steadfast.theme";
const ROOM: &str = "steadfast.room";
const DRAFT: &str = "steadfast.draft.";

/// The language chosen on this device.
pub fn language() -> Option<Language> {
    Language::of_tag(&local()?.get_item(LANGUAGE).ok()??)
}

/// Remembers a language.
pub fn set_language(language: Language) {
    if let Some(local) = local() {
        let _ = local.set_item(LANGUAGE, language.tag());
    }
}

/// Whether the page is light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// As the device is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The theme chosen on this device.
pub fn theme() -> Theme {
    let name = local().and_then(|local| local.get_item(THEME).ok().flatten());
    Theme::ALL
        .into_iter()
        .find(|theme| Some(theme.name()) == name.as_deref())
        .unwrap_or_default()
}

/// Remembers a theme.
pub fn set_theme(theme: Theme) {
    if let Some(local) = local() {
        let _ = local.set_item(THEME, theme.name());
    }
}

/// The room that was open last.
pub fn room() -> Option<RoomId> {
    local()?.get_item(ROOM).ok()??.parse().ok()
}

/// Remembers the open room.
pub fn set_room(room: RoomId) {
    if let Some(local) = local() {
        let _ = local.set_item(ROOM, &room.to_string());
    }
}

/// What was typed into a room's composer and not posted.
pub fn draft(room: RoomId) -> Option<String> {
    local()?.get_item(&draft_key(room)).ok()?
}

/// Remembers a draft; an empty one is forgotten.
pub fn set_draft(room: RoomId, text: &str) {
    let Some(local) = local() else { return };
    let _ = if text.is_empty() {
        local.remove_item(&draft_key(room))
    } else {
        local.set_item(&draft_key(room), text)
    };
}

fn draft_key(room: RoomId) -> String {
    format!("{DRAFT}{room}")
}

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
