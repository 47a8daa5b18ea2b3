//! Loads older and newer rows; the notes at both ends of the timeline.

use steadfast_client::Input;

use crate::timeline::context::TimelineContext;
use crate::timeline::phrases::TimelinePhrases;

/// The note above the oldest row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    Nothing,
    /// There are older messages.
    Older {
        loading: bool,
    },
    Beginning,
    Empty,
}

impl TimelineContext {
    /// Renders older loaded rows; if there are none, requests an older page of the log.
    pub(crate) fn show_older(self) {
        if self.model.up() {
            self.show();
        } else {
            self.load_older();
        }
    }

    /// Renders newer loaded rows; if there are none, requests a newer page of the log.
    pub(crate) fn show_newer(self) {
        if self.model.down() {
            self.show();
        } else {
            self.load_newer();
        }
    }

    /// Requests a newer page if the rows do not reach the newest and no request is in flight.
    fn load_newer(self) {
        let Some(room) = self.chat.room.get_untracked() else {
            return;
        };
        let wanted = self.chat.read(|session| {
            session
                .room(room)
                .is_some_and(|view| view.window.detached && !view.window.loading_newer)
        });
        if wanted {
            self.chat.dispatch(Input::WantNewer(room));
        }
    }

    /// Requests an older page if there is one and no request is in flight.
    fn load_older(self) {
        // Before the first layout every position is near the top.
        let rows = self.model.history.with_untracked(Vec::len) + self.model.live.with_untracked(Vec::len);
        let Some(room) = self.chat.room.get_untracked().filter(|_| rows > 0) else {
            return;
        };
        let wanted = self.chat.read(|session| {
            session.room(room).is_some_and(|view| {
                view.cursor.is_some() && !view.window.at_beginning && !view.window.loading_older
            })
        });
        if wanted {
            self.chat.dispatch(Input::WantOlder(room));
        }
    }

    pub(crate) fn edge(self) -> Edge {
        let Some(room) = self.chat.room.get() else {
            return Edge::Nothing;
        };
        let rows = self.model.history.with(Vec::len) + self.model.live.with(Vec::len);
        let view = self.chat.on_rooms(|session| {
            session.room(room).map(|view| {
                (
                    view.window.at_beginning,
                    view.window.loading_older,
                    view.cursor.is_some(),
                )
            })
        });
        match view {
            Some((_, _, true)) if rows == 0 => Edge::Empty,
            Some((true, ..)) if rows > 0 => Edge::Beginning,
            Some((_, loading, _)) if loading || rows > 0 => Edge::Older { loading },
            _ => Edge::Nothing,
        }
    }

    /// The note at the room's beginning. Tracked.
    pub(crate) fn beginning(self) -> String {
        let begins = if self.rooms.is_direct() {
            TimelinePhrases::of(self.locale.language()).beginning_with
        } else {
            TimelinePhrases::of(self.locale.language()).beginning
        };
        begins(&self.rooms.room_name())
    }
}
