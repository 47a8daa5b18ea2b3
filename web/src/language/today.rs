//! Which day it is: it ends while pages are open, and while devices sleep.

use std::time::Duration;

use leptos::prelude::*;

use crate::language::{Day, calendar};

/// A device that slept through midnight wakes with its timers late; so the day is looked at this often.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// A timer may be this early.
const AFTER: Duration = Duration::from_millis(50);

/// The day it is here.
#[derive(Clone, Copy)]
pub(crate) struct TodayContext {
    pub(crate) day: RwSignal<Day>,
}

impl TodayContext {
    pub(crate) fn provide() -> Self {
        let context = Self {
            day: RwSignal::new(calendar::day_of(calendar::now())),
        };
        provide_context(context);
        context
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }
}

impl TodayContext {
    /// Follows the calendar for as long as the page lives.
    pub(crate) fn follow(self) {
        self.look();
        let next = (calendar::until_tomorrow() + AFTER).min(LOOK_AGAIN);
        set_timeout(move || self.follow(), next);
    }

    /// Another day may have begun.
    pub(crate) fn look(self) {
        let today = calendar::day_of(calendar::now());
        if self.day.get_untracked() != today {
            self.day.set(today);
        }
    }
}
