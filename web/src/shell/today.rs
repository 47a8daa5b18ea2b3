//! Which day it is: it ends while pages are open, and while devices sleep.

use std::time::Duration;

use leptos::prelude::*;

use crate::language::calendar;
use crate::page::Page;

/// A device that slept through midnight wakes with its timers late; so the day is looked at this often.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// A timer may be this early.
const AFTER: Duration = Duration::from_millis(50);

impl Page {
    /// Follows the calendar for as long as the page lives.
    pub(crate) fn follow_calendar(self) {
        self.look_at_calendar();
        let next = (calendar::until_tomorrow() + AFTER).min(LOOK_AGAIN);
        set_timeout(move || self.follow_calendar(), next);
    }

    /// Another day may have begun.
    pub(crate) fn look_at_calendar(self) {
        let today = calendar::day_of(calendar::now());
        if self.today.get_untracked() != today {
            self.today.set(today);
        }
    }
}
