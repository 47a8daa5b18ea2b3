//! The room one was writing in is not to be written in any more.

use leptos::prelude::*;

use crate::navigation::context::NavigationContext;

/// Why a room cannot be written in any more. It is said before anything else, and holds the keyboard: words typed
/// on must not land elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Interruption {
    pub(crate) reason: Reason,
    /// The room's name, where it is known.
    pub(crate) room: String,
    /// The text written there, as it was typed.
    pub(crate) text: String,
}

/// Why a room is not to be written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reason {
    /// This person is not in it any more.
    Out,
    Deleted,
    Archived,
    /// There is no such room for this person.
    NoSuchRoom,
}

impl NavigationContext {
    pub(crate) fn interrupt(self, reason: Reason, room: String) {
        self.interruption.set(Some(Interruption {
            reason,
            room,
            text: self.compose.draft_as_typed(),
        }));
    }
}
