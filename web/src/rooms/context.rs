//! The rooms and the open one, as components share them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::AskError;
use steadfast_shared::room::{DirectRoom, HideRoom};
use steadfast_shared::{RoomId, UserId};

use crate::browser::viewport::is_touch;
use crate::connection::context::ChatContext;
use crate::context::Context;
use crate::hook::Hook;
use crate::language::locale::Locale;
use crate::people::context::PeopleContext;
use crate::reactive::{RwSignal, StoredValue};
use crate::rooms::neighbour::neighbour;
use crate::rooms::phrases::HidingPhrases;
use crate::ui::main_field::MainField;
use crate::ui::overlays::Overlays;
use crate::ui::toast::Toasts;

/// The rooms, and what this person is about to do with them.
pub(crate) type RoomsContext = Context<RoomsSignals>;

pub(crate) struct RoomsSignals {
    /// Rooms whose "added by" notice this person has dismissed.
    pub(crate) noted: RwSignal<Vec<RoomId>>,
    /// A room this person has just joined or created, to open once the server's event for it
    /// arrives.
    pub(crate) expected: StoredValue<Option<RoomId>>,
    /// The room this person is leaving on purpose.
    pub(crate) leaving: StoredValue<Option<RoomId>>,
    /// Enters a room, adding a history entry so that *back* returns to the former address.
    pub(crate) entering: Hook<RoomId>,
    pub(crate) chat: ChatContext,
    pub(crate) people: PeopleContext,
    pub(crate) locale: Locale,
    pub(crate) toasts: Toasts,
    pub(crate) overlays: Overlays,
    pub(crate) field: MainField,
}

impl RoomsContext {
    pub(crate) fn new(people: PeopleContext, overlays: Overlays, field: MainField) -> Self {
        Self::provide(RoomsSignals {
            noted: RwSignal::new(Vec::new()),
            expected: StoredValue::new(None),
            leaving: StoredValue::new(None),
            entering: Hook::new(),
            chat: people.chat,
            people,
            locale: people.locale,
            toasts: people.toasts,
            overlays,
            field,
        })
    }
}

impl RoomsContext {
    /// Hides a conversation in this person's lists, or shows it again.
    pub(crate) fn set_hidden(self, room: RoomId, hidden: bool) {
        spawn_local(async move {
            match self.chat.ask(HideRoom { room, hidden }).await {
                Ok(_) if hidden => {
                    if self.chat.room.get_untracked() == Some(room) {
                        self.open_another(room);
                    }
                    self.toasts.toast(|l| HidingPhrases::of(l).hidden);
                }
                Ok(_) => {}
                Err(error) => self.toasts.toast_words(untrack(|| self.chat.why(&error))),
            }
        });
    }

    fn open_another(self, than: RoomId) {
        let other = self.chat.read(|session| {
            let mut others = session.rooms().filter(|room| room.id != than && !room.hidden);
            others.next().map(|room| room.id)
        });
        if let Some(other) = other {
            self.open(other);
        }
    }

    /// Whether the notice of who added them was dismissed. Tracked.
    pub(crate) fn is_noted(self, room: RoomId) -> bool {
        self.noted.with(|noted| noted.contains(&room))
    }

    /// Dismisses the notice of who added them.
    pub(crate) fn note(self, room: RoomId) {
        self.noted.update(|noted| noted.push(room));
    }

    /// Opens a room the person chose.
    pub(crate) fn open(self, room: RoomId) {
        self.overlays.close_all();
        if self.chat.room.get_untracked() == Some(room) {
            // Not on a phone: an unrequested keyboard would cover half of the room.
            if !is_touch() {
                self.field.focus();
            }
        } else {
            self.entering.call(room);
        }
    }

    /// Remembers that this person is leaving the room on purpose, so that its removal is not
    /// announced.
    pub(crate) fn expect_leave(self, room: RoomId) {
        self.leaving.set_value(Some(room));
    }

    pub(crate) fn cancel_leave(self, room: RoomId) {
        if self.leaving.get_value() == Some(room) {
            self.leaving.set_value(None);
        }
    }

    /// Opens the next room above or below the open one.
    pub(crate) fn open_neighbour(self, down: bool, unread_only: bool) {
        let open = self.chat.room.get_untracked();
        let room = self.chat.read(|session| {
            let rooms: Vec<(RoomId, bool)> = session
                .rooms()
                .filter(|room| !room.hidden)
                .map(|room| (room.id, room.unread > 0))
                .collect();
            let at = rooms.iter().position(|(id, _)| Some(*id) == open);
            let fits = |index: usize| !unread_only || rooms.get(index).is_some_and(|(_, unread)| *unread);
            neighbour(rooms.len(), at, down, fits).and_then(|index| rooms.get(index).map(|(id, _)| *id))
        });
        if let Some(room) = room {
            self.open(room);
        }
    }

    /// Opens the conversation with these people, and closes all dialogs.
    pub(crate) async fn write_to(self, with: Vec<UserId>) -> Result<(), AskError> {
        let room = self.chat.ask(DirectRoom { with }).await?;
        self.open_soon(room.id);
        Ok(())
    }

    /// Opens a room this person has just joined: at once, or as soon as the server's event for it
    /// arrives.
    pub(crate) fn open_soon(self, room: RoomId) {
        if self.chat.knows(room) {
            self.open(room);
        } else {
            self.overlays.close_all();
            self.expected.set_value(Some(room));
        }
    }
}
