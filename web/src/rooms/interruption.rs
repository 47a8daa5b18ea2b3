//! The room one was writing in is not to be written in any more.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::page::Page;

/// What happened to the room one was writing in. It is said before anything else, and holds the keyboard: what is typed
/// on must not land elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Interruption {
    pub(crate) reason: Reason,
    /// What the room is called, where that is known.
    pub(crate) room: String,
    /// What was written there, as it was typed.
    pub(crate) text: String,
}

/// Why a room is not to be written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reason {
    /// This person is not in it any more.
    Out,
    /// It was deleted.
    Deleted,
    /// It was archived.
    Archived,
    /// There is no such room for this person.
    NoSuchRoom,
}

impl Page {
    /// Ends what an input method composes, so that its last syllable goes to the draft it was typed for.
    pub(crate) fn end_composition(self) {
        if self.drafting.composing.get_value()
            && let Some(composer) = self.composer.get_untracked()
        {
            let _ = composer.blur();
        }
    }

    /// Whether the keyboard is in the composer.
    pub(crate) fn is_composer_focused(self) -> bool {
        let composer: Option<Element> = self.composer.get_untracked().map(JsCast::unchecked_into);
        composer.is_some() && composer == document().active_element()
    }

    pub(crate) fn interrupt(self, reason: Reason, room: String) {
        self.interruption.set(Some(Interruption {
            reason,
            room,
            text: self.draft_as_typed(),
        }));
    }
}
