//! Small records needed at once: the language, the theme, the last room. In localStorage, which is
//! synchronous.
//!
//! In a browser without localStorage these are not remembered; nothing else depends on them.

use steadfast_shared::RoomId;
use steadfast_shared::event::ClosingReason;

use crate::browser::base_path::here;
use crate::storage::local::local;

// `web/boot.js` reads the first three, too.
const LANGUAGE: &str = "steadfast.language";
const THEME: &str = "steadfast.theme";
const KNOWN: &str = "steadfast.known";
const ROOM: &str = "steadfast.room";
const KEPT_OUT: &str = "steadfast.kept-out";

/// The BCP 47 tag of the language chosen on this device.
pub fn language() -> Option<String> {
    local()?.get_item(&here().scoped(LANGUAGE)).ok()?
}

pub fn set_language(tag: &str) {
    if let Some(local) = local() {
        let _ = local.set_item(&here().scoped(LANGUAGE), tag);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// All themes, in display order.
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

pub fn theme() -> Theme {
    chosen_theme().unwrap_or_default()
}

fn chosen_theme() -> Option<Theme> {
    let name = local()?.get_item(&here().scoped(THEME)).ok()??;
    Theme::ALL.into_iter().find(|theme| theme.name() == name)
}

pub fn set_theme(theme: Theme) {
    if let Some(local) = local() {
        let _ = local.set_item(&here().scoped(THEME), theme.name());
    }
}

/// The room that was open last.
pub fn room() -> Option<RoomId> {
    local()?.get_item(&here().scoped(ROOM)).ok()??.parse().ok()
}

pub fn set_room(room: RoomId) {
    if let Some(local) = local() {
        let _ = local.set_item(&here().scoped(ROOM), &room.to_string());
    }
}

pub fn forget_room() {
    if let Some(local) = local() {
        let _ = local.remove_item(&here().scoped(ROOM));
    }
}

/// Whether a person was signed in here when the page was last open.
pub fn is_known() -> bool {
    let known = local().and_then(|local| local.get_item(&here().scoped(KNOWN)).ok()?);
    known.is_some()
}

/// Remembers whether a person is signed in here: if so, the page does not start with the form of a
/// first visit.
pub fn set_known(known: bool) {
    let Some(local) = local() else { return };
    let key = here().scoped(KNOWN);
    if local.get_item(&key).ok().flatten().is_some() != known {
        let _ = if known {
            local.set_item(&key, "1")
        } else {
            local.remove_item(&key)
        };
    }
}

/// Why this device's person is excluded, as the server last said.
pub fn kept_out() -> Option<ClosingReason> {
    match local()?.get_item(&here().scoped(KEPT_OUT)).ok()??.as_str() {
        "banned" => Some(ClosingReason::Banned),
        "deactivated" => Some(ClosingReason::Deactivated),
        _ => None,
    }
}

/// Remembers that they are excluded, so that a reloaded page says so too, or forgets it.
pub fn set_kept_out(reason: Option<ClosingReason>) {
    let Some(local) = local() else { return };
    let key = here().scoped(KEPT_OUT);
    let _ = match reason {
        Some(ClosingReason::Deactivated) => local.set_item(&key, "deactivated"),
        Some(_) => local.set_item(&key, "banned"),
        None => local.remove_item(&key),
    };
}

/// Choices that belong to the device, whoever is signed in.
#[derive(Clone, Debug)]
pub struct DeviceChoices {
    language: Option<String>,
    theme: Option<Theme>,
}

pub fn choices() -> DeviceChoices {
    DeviceChoices {
        language: language(),
        theme: chosen_theme(),
    }
}

/// Stores the choices again after the browser cleared everything.
pub fn restore(choices: DeviceChoices) {
    if let Some(language) = choices.language {
        set_language(&language);
    }
    if let Some(theme) = choices.theme {
        set_theme(theme);
    }
}
