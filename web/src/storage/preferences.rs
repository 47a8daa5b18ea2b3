//! What is small and wanted at once: the language, the drafts. In localStorage, which answers without waiting.
//!
//! A browser without localStorage forgets these, and nothing else suffers.

use steadfast_shared::RoomId;

use crate::text::Language;

const LANGUAGE: &str = "steadfast.language";
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
