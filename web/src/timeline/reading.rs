//! Whether the person is reading the newest rows, and read markers.

use leptos::prelude::*;
use steadfast_client::Input;

use crate::timeline::context::TimelineContext;

impl TimelineContext {
    /// Whether the page is visible and its window has the focus.
    pub(crate) fn is_page_focused() -> bool {
        !document().hidden() && document().has_focus().unwrap_or(true)
    }

    /// Whether the person is viewing the end of the open room: new rows count as read as they
    /// arrive.
    pub(crate) fn is_reading(self) -> bool {
        self.model.at_end.get_untracked() && Self::is_page_focused() && !self.is_unattended()
    }

    pub(crate) fn is_unattended(self) -> bool {
        self.unattended.get_value()
    }

    /// Handles the person going away, or the page being cut off while they do nothing: later rows are unread until `attend`.
    pub(crate) fn leave(self) {
        if !self.is_unattended() {
            self.on_blur();
            self.unattended.set_value(true);
        }
    }

    /// Handles the person being back at the page.
    pub(crate) fn attend(self) {
        if self.is_unattended() {
            self.unattended.set_value(false);
            self.mark_read();
        }
    }

    /// Handles the page losing the focus: if everything is read, later rows begin below a new "New"
    /// line.
    pub(crate) fn on_blur(self) {
        let open = self.chat.room.get_untracked();
        let all_read = self.chat.read(|session| {
            let view = open.and_then(|room| session.room(room));
            view.is_none_or(|view| view.unread == 0)
        });
        if all_read {
            self.model.clear_news();
        }
    }

    /// Marks the open room as read up to its newest row, if the person is reading.
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
