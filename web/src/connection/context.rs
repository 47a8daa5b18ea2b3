//! The chat, and signals over it.

use leptos::prelude::*;
use steadfast_client::link::{Chat, LinkState};
use steadfast_client::{Input, Session};
use steadfast_shared::RoomId;

use crate::context::Context;
use crate::hook::Hook;
use crate::language::locale::Locale;
use crate::reactive::{RwSignal, StoredValue};

pub(crate) type ChatContext = Context<ChatSignals>;

pub(crate) struct ChatSignals {
    chat: StoredValue<Option<Chat>>,
    pub(crate) room: RwSignal<Option<RoomId>>,
    /// Whether this device stores nothing, most likely because of a private window.
    pub(crate) ephemeral: RwSignal<bool>,
    /// Whether the person is being signed out and the page is about to reload.
    pub(crate) departing: StoredValue<bool>,
    pub(crate) changed: Triggers,
    /// Called after an input is handled, so that its rows show at once.
    pub(crate) dispatched: Hook<()>,
    /// The errors shown for want of a connection, with their words.
    pub(super) offline_troubles: StoredValue<Vec<(RwSignal<Option<String>>, String)>>,
    pub(super) locale: Locale,
}

/// One trigger per kind of change.
#[derive(Clone, Copy)]
pub(crate) struct Triggers {
    pub(crate) connection: Trigger,
    pub(crate) rooms: Trigger,
    pub(crate) outbox: Trigger,
    pub(crate) presence: Trigger,
    pub(crate) typing: Trigger,
    pub(crate) notices: Trigger,
}

impl ChatContext {
    pub(crate) fn new(locale: Locale) -> Self {
        Self::provide(ChatSignals {
            chat: StoredValue::new(None),
            room: RwSignal::new(None),
            ephemeral: RwSignal::new(false),
            departing: StoredValue::new(false),
            changed: Triggers {
                connection: Trigger::new(),
                rooms: Trigger::new(),
                outbox: Trigger::new(),
                presence: Trigger::new(),
                typing: Trigger::new(),
                notices: Trigger::new(),
            },
            dispatched: Hook::new(),
            offline_troubles: StoredValue::new(Vec::new()),
            locale,
        })
    }

    pub(crate) fn set(self, chat: Chat) {
        self.chat.set_value(Some(chat));
        // A known device shows its room before.
        let Triggers {
            connection,
            rooms,
            outbox,
            presence,
            typing,
            notices,
        } = self.changed;
        for changed in [connection, rooms, outbox, presence, typing, notices] {
            changed.notify();
        }
    }

    /// Calls `act` with the chat, once it exists.
    pub(crate) fn with<T>(self, act: impl FnOnce(&Chat) -> T) -> Option<T> {
        self.chat.with_value(|chat| chat.as_ref().map(act))
    }

    pub(crate) fn link(self) -> LinkState {
        self.changed.connection.track();
        self.link_untracked()
    }

    pub(crate) fn link_untracked(self) -> LinkState {
        self.with(Chat::link)
            .unwrap_or(LinkState::Connecting { attempt: 0 })
    }

    /// Reads the session. Tracks its connection: identity, epoch, the session's state.
    pub(crate) fn on_connection<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.changed.connection.track();
        self.read(read)
    }

    pub(crate) fn on_rooms<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.changed.rooms.track();
        self.read(read)
    }

    pub(crate) fn on_outbox<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.changed.outbox.track();
        self.read(read)
    }

    pub(crate) fn on_presence<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.changed.presence.track();
        self.read(read)
    }

    pub(crate) fn on_typing<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.changed.typing.track();
        self.read(read)
    }

    /// Reads the recent notices of people who came or left. Tracked.
    pub(crate) fn on_notices<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.changed.notices.track();
        self.read(read)
    }

    /// Reads the session, untracked.
    pub(crate) fn read<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.with(|chat| chat.with(read)).unwrap_or_default()
    }

    pub(crate) fn knows(self, room: RoomId) -> bool {
        self.read(|session| session.room(room).is_some())
    }

    /// Passes an input to the session, and shows the resulting rows at once.
    pub(crate) fn dispatch(self, input: Input) {
        if let Some(chat) = self.chat.get_value() {
            chat.input(input);
            self.dispatched.call(());
        }
    }

    /// Passes the session an input that changes no row.
    pub(crate) fn dispatch_silently(self, input: Input) {
        if let Some(chat) = self.chat.get_value() {
            chat.input(input);
        }
    }

    pub(crate) fn connect(self) {
        self.with(Chat::connect);
    }

    pub(crate) fn disconnect(self) {
        self.with(Chat::disconnect);
    }

    /// Retries at once: the network may be back, or the person has returned to the page.
    pub(crate) fn wake(self) {
        self.with(Chat::wake);
    }

    /// Writes to storage at once: the page may be about to close.
    pub(crate) fn flush(self) {
        self.dispatch_silently(Input::Flush);
    }
}
