//! Overlays: dialogs over the conversation, and panels beside it.

use leptos::prelude::*;
use steadfast_shared::{RoomId, UserId};

/// A dialog with its subject.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlay {
    /// Goes to a room or a person by name.
    Palette,
    Shortcuts,
    /// This device, this person, and for the owner the server.
    Settings,
    /// Leads to a day.
    GoToDate,
    NewRoom,
    /// Finds and joins public rooms.
    Browse,
    /// Begins a conversation with people.
    NewDirect,
    /// Renames, describes, archives or reopens a room.
    ChangeRoom(RoomId),
    /// Invites people into a room.
    Invite(RoomId),
    /// Asks whether to leave a private room.
    LeaveRoom(RoomId),
    /// Asks whether to give up an edit.
    DropEdit,
    /// Asks whether to sign out, and names the words lost by it.
    SignOut,
    /// Asks whether to sign out of this device alone: the server cannot be reached.
    SignOutHere,
    /// Asks whether to hide a conversation.
    HideRoom(RoomId),
    /// Asks whether to block a person.
    Block(UserId),
    /// The administration; first, about this person.
    Administration(Option<UserId>),
    /// Asks whether to become owner by the link that led here.
    Claim,
}

/// Dialogs over the conversation, and panels beside it.
#[derive(Clone, Copy)]
pub(crate) struct Overlays {
    pub(crate) dialog: RwSignal<Option<Overlay>>,
    /// The rooms, drawn over the conversation where there is no width for both.
    pub(crate) rooms: RwSignal<bool>,
    pub(crate) members: RwSignal<bool>,
    pub(crate) details: RwSignal<bool>,
}

impl Overlays {
    pub(crate) fn provide() -> Self {
        let context = Self {
            dialog: RwSignal::new(None),
            rooms: RwSignal::new(false),
            members: RwSignal::new(false),
            details: RwSignal::new(false),
        };
        provide_context(context);
        context
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }
}

impl Overlays {
    /// Opens a dialog; the rooms drawn over the conversation go.
    pub(crate) fn open(self, dialog: Overlay) {
        self.rooms.set(false);
        self.dialog.set(Some(dialog));
    }

    /// Closes the dialog, unless another one was opened meanwhile.
    pub(crate) fn close(self, dialog: Overlay) {
        if self.dialog.get_untracked() == Some(dialog) {
            self.dialog.set(None);
        }
    }

    /// A room is about to be shown: nothing covers it.
    pub(crate) fn close_all(self) {
        self.rooms.set(false);
        self.dialog.set(None);
    }

    /// Shows the room's people, or hides them. One thing at a time stands beside the conversation.
    pub(crate) fn toggle_members(self) {
        self.details.set(false);
        self.members.update(|shown| *shown = !*shown);
    }

    /// Shows the details, or hides them.
    pub(crate) fn toggle_details(self) {
        self.members.set(false);
        self.details.update(|shown| *shown = !*shown);
    }
}
