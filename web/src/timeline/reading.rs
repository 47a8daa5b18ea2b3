//! Whether the newest row is read.

use leptos::prelude::*;
use steadfast_client::Input;

use crate::timeline::context::TimelineContext;

impl TimelineContext {
    /// Whether a person is looking at the page: it is in front, and the window has the focus.
    pub(crate) fn is_looked_at() -> bool {
        !document().hidden() && document().has_focus().unwrap_or(true)
    }

    /// Whether a person looks at the end of the open room: new rows are read as they come.
    pub(crate) fn is_reading(self) -> bool {
        self.model.at_end.get_untracked() && Self::is_looked_at()
    }

    /// A person stops looking: the rows from here on are new to them, and begin below a line.
    pub(crate) fn look_away(self) {
        let open = self.chat.room.get_untracked();
        let all_read = self.chat.read(|session| {
            let view = open.and_then(|room| session.room(room));
            view.is_none_or(|view| view.unread == 0)
        });
        if all_read {
            self.model.forget_news();
        }
    }

    /// Marks the open room read as far as it is seen.
    pub(crate) fn mark_read(self) {
        let Some(room) = self.chat.room.get_untracked() else {
            return;
        };
        if !self.is_reading() {
            return;
        }
        let unread = self.chat.read(|session| {
            session
                .room(room)
                .and_then(|view| view.cursor.filter(|cursor| *cursor > view.read))
        });
        if let Some(seq) = unread {
            self.chat.dispatch_silently(Input::Read { room, seq });
        }
    }
}
