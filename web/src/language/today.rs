//! The current day: it changes while pages are open, and while devices sleep.

use std::time::Duration;

use leptos::prelude::*;

use crate::context::Context;
use crate::language::{Day, calendar};
use crate::reactive::RwSignal;

/// A device that slept through midnight wakes with its timers late, so the day is checked this
/// often.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// A timer may fire this early.
const AFTER: Duration = Duration::from_millis(50);

pub(crate) type TodayContext = Context<TodaySignals>;

pub(crate) struct TodaySignals {
    pub(crate) day: RwSignal<Day>,
}

impl TodayContext {
    pub(crate) fn new() -> Self {
        Self::provide(TodaySignals {
            day: RwSignal::new(calendar::day_of(calendar::now())),
        })
    }
}

impl TodayContext {
    /// Follows the calendar while the page is open.
    pub(crate) fn follow(self) {
        self.check();
        let next = (calendar::until_tomorrow() + AFTER).min(LOOK_AGAIN);
        set_timeout(move || self.follow(), next);
    }

    /// Checks whether another day has begun.
    pub(crate) fn check(self) {
        let today = calendar::day_of(calendar::now());
        if self.day.get_untracked() != today {
            self.day.set(today);
        }
    }
}
