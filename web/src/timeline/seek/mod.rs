//! Jumps within the open room: to a message by its address, to a day, to the first unread message.

pub(crate) mod go_to_date;
pub(crate) mod to_end;
pub(crate) mod to_news;

use steadfast_client::{Anchor, Input};
use steadfast_shared::Seq;

use crate::timeline::context::TimelineContext;
use crate::timeline::phrases::TimelinePhrases;

impl TimelineContext {
    /// Jumps to another place of the open room as soon as it has loaded.
    pub(crate) fn seek(self, at: Anchor) {
        let Some(room) = self.chat.room.get_untracked() else {
            return;
        };
        self.seeking.set_value(Some(room));
        self.model.set_at_end(false);
        self.chat.dispatch(Input::Look { room, at });
        self.complete_jump();
    }

    /// Jumps to the first unread message.
    pub(crate) fn seek_news(self) {
        if let Some(first) = self.model.first_new() {
            self.model.set_at_end(false);
            self.model.bring_into_window(first.key);
            self.show();
            self.sought.set(Some(first.key));
        } else if let Some(seq) = self.unread_above() {
            self.seek(Anchor::Around(seq));
        }
    }

    /// The first unread message, if it is above the loaded rows.
    pub(crate) fn unread_above(self) -> Option<Seq> {
        let room = self.chat.room.get_untracked()?;
        self.chat.read(|session| {
            let view = session.room(room)?;
            view.first_unread.filter(|seq| *seq < view.window.low)
        })
    }

    /// Returns to the newest messages.
    pub(crate) fn return_to_end(self) {
        self.seeking.set_value(None);
        let looking = self.chat.room.get_untracked().filter(|room| {
            self.chat
                .read(|session| session.room(*room).is_some_and(|view| view.window.looking))
        });
        if let Some(room) = looking {
            self.chat.dispatch_silently(Input::LookEnd(room));
        }
        self.model.follow();
    }

    /// Completes a jump once its rows have loaded, or reports that there is no message there.
    pub(crate) fn complete_jump(self) {
        let Some(room) = self.seeking.get_value() else {
            return;
        };
        let at = self.chat.read(|session| {
            session
                .room(room)
                .map(|view| (view.window.place, view.window.looking))
        });
        let Some((place, looking)) = at.filter(|_| self.chat.room.get_untracked() == Some(room)) else {
            self.seeking.set_value(None);
            return;
        };
        match place.and_then(|place| self.model.key_near(place)) {
            Some(key) => {
                self.seeking.set_value(None);
                self.model.bring_into_window(key);
                self.show();
                self.sought.set(Some(key));
            }
            None if !looking => {
                self.seeking.set_value(None);
                self.toasts.toast(|l| TimelinePhrases::of(l).nothing_there);
            }
            None => {}
        }
    }
}
