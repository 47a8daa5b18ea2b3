//! The open room no longer takes messages.

use crate::navigation::context::NavigationContext;

/// Why a room no longer takes messages. It is shown on top of everything else and takes the
/// keyboard: text that the person is still typing must not land elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Interruption {
    pub(crate) reason: Reason,
    /// The room's name, if it is known.
    pub(crate) room: String,
    /// The text written there, as typed.
    pub(crate) text: String,
}

/// Why a room takes no messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reason {
    /// This person is no longer a member.
    Out,
    Deleted,
    Archived,
    /// The room does not exist, or is not visible to this person.
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
