//! The open room and the page's address, kept the same.

use leptos::prelude::*;
use steadfast_client::{Connection, LookAt, Session};
use steadfast_shared::{Epoch, RoomId, UserId};
use wasm_bindgen::JsValue;

use crate::browser::base_path;
use crate::compose::draft::Draft;
use crate::page::Page;
use crate::rooms::interruption::Reason;
use crate::rooms::phrases::NavigationPhrases;
use crate::rooms::route::Route;
use crate::shell::shortcut::neighbour;
use crate::storage::preferences;

/// What becomes of the address that was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trail {
    /// Back leads to it.
    Keep,
    /// It is forgotten.
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

impl Page {
    /// Opens a room, as a person does who chooses it.
    pub(crate) fn open(self, room: RoomId) {
        self.around.leave_for_room();
        if self.room.get_untracked() == Some(room) {
            // On a phone, focus would cover half of the room with a keyboard nobody asked for.
            if !is_touch() {
                self.focus_composer();
            }
        } else {
            self.go(&Route::room(room), Trail::Keep);
            self.enter_room(room);
        }
    }

    /// A person writes here: no other room is opened over it because of what was asked for before.
    pub(crate) fn stays_here(self) {
        let Some(room) = self.drafting.room() else { return };
        self.expected.set_value(None);
        if self.wanted.get_value().is_some() {
            self.wanted.set_value(None);
            self.go(&Route::room(room), Trail::Replace);
        }
    }

    /// Opens what the address says, after back and forward.
    pub(crate) fn follow_address(self) {
        self.around.leave_for_room();
        if let Route::Room { room, .. } = here() {
            if self.knows(room) {
                self.enter_room(room);
                self.seek_address();
            } else {
                self.wanted.set_value(Some(room));
                self.open_some_room();
            }
        }
    }

    /// A person leaves a room here: that it is gone is no news to them.
    pub(crate) fn leaves(self, room: RoomId) {
        self.leaving.set_value(Some(room));
    }

    /// They could not.
    pub(crate) fn stays(self, room: RoomId) {
        if self.leaving.get_value() == Some(room) {
            self.leaving.set_value(None);
        }
    }

    /// Opens the room beside the open one.
    pub(crate) fn open_neighbour(self, down: bool, unread_only: bool) {
        let open = self.room.get_untracked();
        let room = self.read(|session| {
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

    /// What the address asks for when the page comes up.
    pub(crate) fn read_address(self) {
        match here() {
            Route::Room { room, .. } => self.wanted.set_value(Some(room)),
            Route::Join { code } => self.invitation.set_value(Some(code)),
            Route::Owner { code } => self.owner_code.set_value(Some(code)),
            Route::Home => {}
        }
    }

    /// Opens a room where none is open, or the one that was is not there any more: left, closed to this person, or of
    /// another life of the database. First the one the address names, then the last one, then the first.
    pub(crate) fn open_some_room(self) {
        if let Some(room) = self.expected.get_value().filter(|room| self.knows(*room)) {
            self.expected.set_value(None);
            self.open(room);
            return;
        }
        self.look_after_stay();
        if let Some(wanted) = self.wanted.get_value()
            && self.knows(wanted)
        {
            self.wanted.set_value(None);
            self.enter_room(wanted);
            self.seek_address();
            return;
        }
        let open = self.room.get_untracked().filter(|open| self.knows(*open));
        let last = || preferences::room().filter(|room| self.knows(*room));
        let first = || self.read(|session| session.rooms().find(|room| !room.hidden).map(|room| room.id));
        let Some(room) = open.or_else(last).or_else(first) else {
            return;
        };
        // Until the server has said which rooms there are, the one asked for may be among them.
        let certain = self.read(|session| matches!(session.connection(), Connection::Online { .. }));
        let asked_for = self.wanted.get_value();
        let wanted = asked_for.is_some();
        // What was typed meanwhile was typed for the room asked for.
        let typed = self.drafting.room().is_none() && self.drafting.draft.with_untracked(Draft::has_words);
        if wanted && typed && !certain {
            return;
        }
        if certain && wanted {
            self.wanted.set_value(None);
            if let Some(asked_for) = asked_for.filter(|_| typed) {
                self.interrupt(Reason::NoSuchRoom, String::new());
                self.put_draft_aside(asked_for);
            } else {
                self.remark(|l| NavigationPhrases::of(l).no_such_room);
            }
        }
        if (certain && wanted) || (!wanted && open.is_none()) {
            self.go(&Route::room(room), Trail::Replace);
        }
        self.enter_room(room);
    }

    fn enter_room(self, room: RoomId) {
        if self.room.get_untracked() == Some(room) {
            return;
        }
        self.end_composition();
        preferences::set_room(room);
        self.refusal.set(None);
        self.return_to_end();
        self.room.set(Some(room));
        self.open_draft(room);
        self.remember_stay(room);
        self.show_timeline();
        self.mark_read();
        self.watch_presence();
        self.keep_members();
    }

    /// Leads to the message the address names, where it does.
    fn seek_address(self) {
        if let Route::Room { room, seq: Some(seq) } = here()
            && self.room.get_untracked() == Some(room)
        {
            self.seek(LookAt::Around(seq));
        }
    }

    fn remember_stay(self, room: RoomId) {
        let stay = self.read(|session| {
            Some(Stay {
                room,
                name: untrack(|| Some(self.marked(&session.room(room)?)))?,
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
        if self.knows(stay.room) {
            self.remember_stay(stay.room);
            let archived = self
                .stayed
                .with_value(|now| now.as_ref().is_some_and(|now| now.archived));
            // The dialog by which this person did it themselves has the keyboard then.
            if archived && !stay.archived && self.is_composer_focused() {
                self.end_composition();
                self.interrupt(Reason::Archived, stay.name);
            }
            return;
        }
        self.end_composition();
        self.stayed.set_value(None);
        let left = self.leaving.get_value() == Some(stay.room);
        self.leaving.set_value(None);
        // Of another person's rooms, or another database's, there is nothing to say.
        let same =
            self.read(|session| session.epoch() == stay.epoch && session.me().map(|me| me.id) == stay.me);
        if !left && same {
            let deleted = self.read(|session| session.was_deleted(stay.room));
            self.interrupt(if deleted { Reason::Deleted } else { Reason::Out }, stay.name);
        }
    }

    /// Whether this person may be in this room, as far as is known.
    pub(crate) fn knows(self, room: RoomId) -> bool {
        self.read(|session: &Session| session.room(room).is_some())
    }

    /// The address names no room any more.
    pub(crate) fn show_home(self) {
        self.go(&Route::Home, Trail::Replace);
    }

    fn go(self, route: &Route, trail: Trail) {
        let Ok(history) = window().history() else { return };
        let path = Some(base_path::here().address(&route.path()));
        let _ = match trail {
            Trail::Keep => history.push_state_with_url(&JsValue::NULL, "", path.as_deref()),
            Trail::Replace => history.replace_state_with_url(&JsValue::NULL, "", path.as_deref()),
        };
    }
}

/// Whether a finger types here.
pub(crate) fn is_touch() -> bool {
    window()
        .match_media("(pointer: coarse)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}

fn here() -> Route {
    let location = window().location();
    Route::of(
        base_path::here().within(&location.pathname().unwrap_or_default()),
        &location.hash().unwrap_or_default(),
    )
}
