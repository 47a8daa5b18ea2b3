//! Keeps the open room and the page's address in step.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::Join;
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

/// What happens to the current entry of the browser's history.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HistoryEntry {
    /// It stays: *back* returns to it.
    Keep,
    Replace,
}

/// The open room as last seen, and the person signed in then.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Stay {
    room: RoomId,
    name: String,
    archived: bool,
    epoch: Option<Epoch>,
    me: Option<UserId>,
}

/// The room that the address names, until the page knows whether it exists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct WantedRoom {
    id: RoomId,
    joining: Joining,
}

/// What to do about a wanted room in which this person is not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joining {
    Never,
    /// Once the server has said that this person is not in it.
    Later,
    /// The server was asked, or has let this person in and the room is about to come.
    Now,
}

impl NavigationContext {
    /// Once the person types in a room, no room that an earlier address named opens over it.
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

    /// Opens the address's room, after *back* or *forward*.
    pub(crate) fn follow_address(self) {
        self.overlays.close_all();
        match here() {
            Route::Home => {}
            Route::Room { room, .. } if self.chat.knows(room) => {
                self.enter_room(room);
                self.seek_address();
            }
            Route::Room { room, .. } => {
                self.want(room, Joining::Never);
                self.open_some_room();
            }
            // Another link, pasted into the address: only its fragment is new, so the browser loads nothing.
            Route::Join { .. } | Route::Owner { .. } => {
                let _ = window().location().reload();
            }
        }
    }

    /// Reads the address when the page starts.
    pub(crate) fn read_address(self) -> Route {
        let route = here();
        if let Route::Room { room, .. } = route {
            // One that was open here before has been left since, perhaps on another device: it is not joined again.
            let left = preferences::room() == Some(room);
            self.want(room, if left { Joining::Never } else { Joining::Later });
        }
        route
    }

    fn want(self, id: RoomId, joining: Joining) {
        self.wanted.set_value(Some(WantedRoom { id, joining }));
    }

    /// Opens a room if none is open, or if the open one is gone (left, closed to this person, or of
    /// an earlier epoch): the one the address names, else the last one, else the first.
    pub(crate) fn open_some_room(self) {
        let expected = self.rooms.expected.get_value();
        if let Some(room) = expected.filter(|room| self.chat.knows(*room)) {
            self.rooms.expected.set_value(None);
            self.rooms.open(room);
            return;
        }
        self.check_stay();
        let wanted = self.wanted.get_value();
        if let Some(wanted) = wanted.filter(|wanted| self.chat.knows(wanted.id)) {
            self.wanted.set_value(None);
            self.enter_room(wanted.id);
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

    /// Whether to open `room` although `wanted` is unknown. Not yet if text was typed for the
    /// wanted room and the server has not listed the rooms.
    fn gives_up(self, wanted: WantedRoom, room: RoomId) -> bool {
        let certain = self
            .chat
            .read(|session| matches!(session.connection(), Connection::Online { .. }));
        let drafting = self.compose.drafting;
        let typed = drafting.room().is_none() && drafting.draft.with_untracked(Draft::has_words);
        if !certain {
            return !typed;
        }
        match wanted.joining {
            Joining::Later if !typed => {
                self.want(wanted.id, Joining::Now);
                spawn_local(self.join(wanted.id));
                return false;
            }
            Joining::Now => return false,
            Joining::Later | Joining::Never => {}
        }
        self.wanted.set_value(None);
        if typed {
            self.interrupt(Reason::NoSuchRoom, String::new());
            self.compose.put_draft_aside(wanted.id);
        } else {
            self.toasts.toast(|l| NavigationPhrases::of(l).no_such_room);
        }
        self.go(&Route::room(room), HistoryEntry::Replace);
        true
    }

    /// Joins the room of a link, which works for a public one. Of any other the server says no more than that there is none.
    async fn join(self, room: RoomId) {
        let joined = self.chat.ask(Join::of(room)).await;
        if joined.is_err() && self.wanted.get_value().is_some_and(|wanted| wanted.id == room) {
            self.want(room, Joining::Never);
        }
        if joined.is_err() || self.chat.knows(room) {
            self.open_some_room();
        }
    }

    /// Opens a room the person chose; *back* returns to the one before.
    pub(crate) fn choose_room(self, room: RoomId) {
        self.go(&Route::room(room), HistoryEntry::Keep);
        self.enter_room(room);
    }

    fn enter_room(self, room: RoomId) {
        if self.chat.room.get_untracked() == Some(room) {
            return;
        }
        self.compose.end_composition();
        // A question about a message of the former room would find none here.
        self.timeline.actions.close();
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

    /// Jumps to the message the address names, if any.
    fn seek_address(self) {
        if let Route::Room { room, seq: Some(seq) } = here()
            && self.chat.room.get_untracked() == Some(room)
        {
            self.timeline.seek(Anchor::Around(seq));
        }
    }

    /// Removes the message from the address once the person has gone on to the end: a reload stays there.
    pub(crate) fn forget_message(self) {
        if let Route::Room { room, seq: Some(_) } = here()
            && self.chat.room.get_untracked() == Some(room)
        {
            self.go(&Route::room(room), HistoryEntry::Replace);
        }
    }

    fn remember_stay(self, room: RoomId) {
        let stay = self.chat.read(|session| {
            Some(Stay {
                room,
                name: untrack(|| Some(self.rooms.marked_name(&session.room(room)?)))?,
                archived: session.room(room)?.archived,
                epoch: session.account().epoch(),
                me: session.account().me().map(|me| me.id),
            })
        });
        self.stayed.set_value(stay);
    }

    /// Reports that the open room is gone, unless this person left it here.
    fn check_stay(self) {
        let Some(stay) = self.stayed.get_value() else {
            return;
        };
        if self.chat.knows(stay.room) {
            self.remember_stay(stay.room);
            let archived = self
                .stayed
                .with_value(|now| now.as_ref().is_some_and(|now| now.archived));
            // If this person archived it themselves, the dialog for that has the focus.
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
        // Another person's rooms, or another epoch's, need no report.
        let same = self.chat.read(|session| {
            session.account().epoch() == stay.epoch && session.account().me().map(|me| me.id) == stay.me
        });
        if !left && same {
            let deleted = self.chat.read(|session| session.was_deleted(stay.room));
            self.interrupt(if deleted { Reason::Deleted } else { Reason::Out }, stay.name);
        }
    }

    /// Removes the room from the address.
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
