//! The open room and the page's address, kept the same.

use leptos::prelude::*;
use steadfast_client::{Anchor, Connection};
use steadfast_shared::{Epoch, RoomId, UserId};
use wasm_bindgen::JsValue;

use crate::browser::base_path;
use crate::compose::draft::Draft;
use crate::navigation::context::NavigationContext;
use crate::navigation::interruption::Reason;
use crate::rooms::phrases::NavigationPhrases;
use crate::rooms::route::Route;
use crate::storage::preferences;

/// The entry of the browser's history that was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HistoryEntry {
    /// Back leads to it.
    Keep,
    Replace,
}

/// The open room, as it was known last, and who was in it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Stay {
    room: RoomId,
    name: String,
    archived: bool,
    epoch: Option<Epoch>,
    me: Option<UserId>,
}

impl NavigationContext {
    /// A person writes here: no other room is opened over it because of an earlier address.
    pub(crate) fn stays_here(self) {
        let Some(room) = self.compose.drafting.room() else {
            return;
        };
        self.rooms.expected.set_value(None);
        if self.wanted.get_value().is_some() {
            self.wanted.set_value(None);
            self.go(&Route::room(room), HistoryEntry::Replace);
        }
    }

    /// Opens the address's room, after back and forward.
    pub(crate) fn follow_address(self) {
        self.overlays.close_all();
        if let Route::Room { room, .. } = here() {
            if self.chat.knows(room) {
                self.enter_room(room);
                self.seek_address();
            } else {
                self.wanted.set_value(Some(room));
                self.open_some_room();
            }
        }
    }

    /// Reads the address as the page starts.
    pub(crate) fn read_address(self) -> Route {
        let route = here();
        if let Route::Room { room, .. } = route {
            self.wanted.set_value(Some(room));
        }
        route
    }

    /// Opens a room where none is open, or the one that was is not there any more: left, closed to this person, or of
    /// another life of the database. First the one the address names, then the last one, then the first.
    pub(crate) fn open_some_room(self) {
        let expected = self.rooms.expected.get_value();
        if let Some(room) = expected.filter(|room| self.chat.knows(*room)) {
            self.rooms.expected.set_value(None);
            self.rooms.open(room);
            return;
        }
        self.look_after_stay();
        let wanted = self.wanted.get_value();
        if let Some(room) = wanted.filter(|room| self.chat.knows(*room)) {
            self.wanted.set_value(None);
            self.enter_room(room);
            self.seek_address();
            return;
        }
        let open = self.chat.room.get_untracked();
        let open = open.filter(|open| self.chat.knows(*open));
        let last = || preferences::room().filter(|room| self.chat.knows(*room));
        let first = || {
            self.chat
                .read(|session| session.rooms().find(|room| !room.hidden).map(|room| room.id))
        };
        let Some(room) = open.or_else(last).or_else(first) else {
            return;
        };
        match wanted {
            Some(wanted) if !self.gives_up(wanted, room) => return,
            Some(_) => {}
            None if open.is_none() => self.go(&Route::room(room), HistoryEntry::Replace),
            None => {}
        }
        self.enter_room(room);
    }

    /// Whether `room` is opened where `wanted` is not known: not under words that were typed for the one asked for, until the
    /// server has said which rooms there are.
    fn gives_up(self, wanted: RoomId, room: RoomId) -> bool {
        let certain = self
            .chat
            .read(|session| matches!(session.connection(), Connection::Online { .. }));
        let drafting = self.compose.drafting;
        let typed = drafting.room().is_none() && drafting.draft.with_untracked(Draft::has_words);
        if !certain {
            return !typed;
        }
        self.wanted.set_value(None);
        if typed {
            self.interrupt(Reason::NoSuchRoom, String::new());
            self.compose.put_draft_aside(wanted);
        } else {
            self.toasts.toast(|l| NavigationPhrases::of(l).no_such_room);
        }
        self.go(&Route::room(room), HistoryEntry::Replace);
        true
    }

    /// Opens a room that a person chose: *back* leads to the one before.
    pub(crate) fn choose_room(self, room: RoomId) {
        self.go(&Route::room(room), HistoryEntry::Keep);
        self.enter_room(room);
    }

    fn enter_room(self, room: RoomId) {
        if self.chat.room.get_untracked() == Some(room) {
            return;
        }
        self.compose.end_composition();
        preferences::set_room(room);
        self.compose.refusal.set(None);
        self.timeline.return_to_end();
        self.chat.room.set(Some(room));
        self.compose.open_draft(room);
        self.remember_stay(room);
        self.timeline.show();
        self.timeline.mark_read();
        self.people.watch_presence();
        self.people.keep_members();
    }

    /// Leads to the message the address names, where it does.
    fn seek_address(self) {
        if let Route::Room { room, seq: Some(seq) } = here()
            && self.chat.room.get_untracked() == Some(room)
        {
            self.timeline.seek(Anchor::Around(seq));
        }
    }

    fn remember_stay(self, room: RoomId) {
        let stay = self.chat.read(|session| {
            Some(Stay {
                room,
                name: untrack(|| Some(self.rooms.marked_name(&session.room(room)?)))?,
                archived: session.room(room)?.archived,
                epoch: session.epoch(),
                me: session.me().map(|me| me.id),
            })
        });
        self.stayed.set_value(stay);
    }

    /// Says so where the open room is gone and this person did not leave it here.
    fn look_after_stay(self) {
        let Some(stay) = self.stayed.get_value() else {
            return;
        };
        if self.chat.knows(stay.room) {
            self.remember_stay(stay.room);
            let archived = self
                .stayed
                .with_value(|now| now.as_ref().is_some_and(|now| now.archived));
            // The dialog by which this person did it themselves has the keyboard then.
            if archived && !stay.archived && self.field.is_focused() {
                self.compose.end_composition();
                self.interrupt(Reason::Archived, stay.name);
            }
            return;
        }
        self.compose.end_composition();
        self.stayed.set_value(None);
        let left = self.rooms.leaving.get_value() == Some(stay.room);
        self.rooms.leaving.set_value(None);
        // Of another person's rooms, or another database's, there is nothing to say.
        let same = self
            .chat
            .read(|session| session.epoch() == stay.epoch && session.me().map(|me| me.id) == stay.me);
        if !left && same {
            let deleted = self.chat.read(|session| session.was_deleted(stay.room));
            self.interrupt(if deleted { Reason::Deleted } else { Reason::Out }, stay.name);
        }
    }

    /// The address names no room any more.
    pub(crate) fn show_home(self) {
        self.go(&Route::Home, HistoryEntry::Replace);
    }

    fn go(self, route: &Route, trail: HistoryEntry) {
        let Ok(history) = window().history() else { return };
        let path = Some(base_path::here().address(&route.path()));
        let _ = match trail {
            HistoryEntry::Keep => history.push_state_with_url(&JsValue::NULL, "", path.as_deref()),
            HistoryEntry::Replace => history.replace_state_with_url(&JsValue::NULL, "", path.as_deref()),
        };
    }
}

fn here() -> Route {
    let location = window().location();
    Route::of(
        base_path::here().within(&location.pathname().unwrap_or_default()),
        &location.hash().unwrap_or_default(),
    )
}
