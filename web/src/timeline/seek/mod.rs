//! Another place of the open room: a message by its address, a day, what is unread.

pub(crate) mod go_to_date;
pub(crate) mod to_end;
pub(crate) mod to_news;

use leptos::prelude::*;
use steadfast_client::{Input, LookAt};
use steadfast_shared::Seq;

use crate::page::Page;
use crate::timeline::phrases::TimelinePhrases;

impl Page {
    /// Leads to another place of the open room, as soon as it is held.
    pub(crate) fn seek(self, at: LookAt) {
        let Some(room) = self.room.get_untracked() else {
            return;
        };
        self.seeking.set_value(Some(room));
        self.timeline.moved(false);
        self.tell(Input::Look { room, at });
        self.look_for_sought();
    }

    /// Leads to where the new messages begin.
    pub(crate) fn seek_news(self) {
        if let Some(first) = self.timeline.first_new() {
            self.timeline.moved(false);
            self.timeline.bring(first.key);
            self.show_timeline();
            self.sought.set(Some(first.key));
        } else if let Some(seq) = self.unread_above() {
            self.seek(LookAt::Around(seq));
        }
    }

    /// The first unread message, where it is further up than what is shown.
    pub(crate) fn unread_above(self) -> Option<Seq> {
        let room = self.room.get_untracked()?;
        self.read(|session| {
            let view = session.room(room)?;
            view.first_unread.filter(|seq| *seq < view.low)
        })
    }

    /// Back to the newest messages.
    pub(crate) fn return_to_end(self) {
        self.seeking.set_value(None);
        let looking = self
            .room
            .get_untracked()
            .filter(|room| self.read(|session| session.room(*room).is_some_and(|view| view.looking)));
        if let Some(room) = looking {
            self.whisper(Input::LookEnd(room));
        }
        self.timeline.follow();
    }

    /// Brings what is sought into view, where it has come; says so where there is nothing.
    pub(crate) fn look_for_sought(self) {
        let Some(room) = self.seeking.get_value() else {
            return;
        };
        let at = self.read(|session| session.room(room).map(|view| (view.place, view.looking)));
        let Some((place, looking)) = at.filter(|_| self.room.get_untracked() == Some(room)) else {
            self.seeking.set_value(None);
            return;
        };
        match place.and_then(|place| self.timeline.key_near(place)) {
            Some(key) => {
                self.seeking.set_value(None);
                self.timeline.bring(key);
                self.show_timeline();
                self.sought.set(Some(key));
            }
            None if !looking => {
                self.seeking.set_value(None);
                self.remark(|l| TimelinePhrases::of(l).nothing_there);
            }
            None => {}
        }
    }
}
