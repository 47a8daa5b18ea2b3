//! Overlays: dialogs over the conversation, and panels beside it.

use steadfast_shared::{RoomId, UserId};

use crate::context::Context;
use crate::reactive::RwSignal;

/// A dialog with its subject.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlay {
    /// Finds a room or a person by name, and opens it.
    Palette,
    Shortcuts,
    /// Explains the composer's keys and marks.
    Help,
    /// Settings of this device, this person and, for the owner, the server.
    Settings,
    /// Jumps to a day.
    GoToDate,
    NewRoom,
    /// Finds and joins public rooms.
    Browse,
    /// Starts a conversation with people.
    NewDirect,
    /// Renames, describes, archives or reopens a room.
    ChangeRoom(RoomId),
    /// Invites people into a room.
    Invite(RoomId),
    /// Asks whether to leave a private room.
    LeaveRoom(RoomId),
    /// Asks whether to discard an edit.
    DropEdit,
    /// Asks whether to sign out, and says what would be lost.
    SignOut,
    /// Asks whether to sign out on this device only: the server cannot be reached.
    SignOutHere,
    /// Asks whether to hide a conversation.
    HideRoom(RoomId),
    /// Asks whether to block a person.
    Block(UserId),
    /// The administration; with a person, it opens on their details.
    Administration(Option<UserId>),
    /// Asks whether to become an owner by the link in the address.
    Claim,
}

/// The open dialog, and the panels beside the conversation.
pub(crate) type Overlays = Context<OverlaySignals>;

pub(crate) struct OverlaySignals {
    pub(crate) dialog: RwSignal<Option<Overlay>>,
    /// The room list, as a drawer over the conversation if there is no room for both.
    pub(crate) rooms: RwSignal<bool>,
    pub(crate) members: RwSignal<bool>,
    pub(crate) details: RwSignal<bool>,
}

impl Overlays {
    pub(crate) fn new() -> Self {
        Self::provide(OverlaySignals {
            dialog: RwSignal::new(None),
            rooms: RwSignal::new(false),
            members: RwSignal::new(false),
            details: RwSignal::new(false),
        })
    }
}

impl Overlays {
    /// Opens a dialog, and closes the room drawer.
    pub(crate) fn open(self, dialog: Overlay) {
        self.rooms.set(false);
        self.dialog.set(Some(dialog));
    }

    /// Closes the dialog, unless another one has opened since.
    pub(crate) fn close(self, dialog: Overlay) {
        if self.dialog.get_untracked() == Some(dialog) {
            self.dialog.set(None);
        }
    }

    /// Closes everything that would cover a room about to be shown.
    pub(crate) fn close_all(self) {
        self.rooms.set(false);
        self.dialog.set(None);
    }

    /// Toggles the room's people. Only one panel is open at a time.
    pub(crate) fn toggle_members(self) {
        self.details.set(false);
        self.members.update(|shown| *shown = !*shown);
    }

    /// Toggles the details panel.
    pub(crate) fn toggle_details(self) {
        self.members.set(false);
        self.details.update(|shown| *shown = !*shown);
    }
}
