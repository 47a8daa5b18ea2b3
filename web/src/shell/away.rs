//! Whether somebody sits at this tab.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use steadfast_client::Input;

use crate::language::calendar;
use crate::page::Page;

/// Who does nothing here for this long is away.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// Who has the page out of sight for this long is away.
const HIDDEN: Duration = Duration::from_secs(10);

/// A pointer that moves is heard this often.
const STIR_EVERY_MS: u64 = 1_000;

/// Whether somebody sits at this tab.
#[derive(Clone, Copy)]
pub(crate) struct Sitting {
    away: StoredValue<bool>,
    stirred_at: StoredValue<u64>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Sitting {
    pub(crate) fn new() -> Self {
        Self {
            away: StoredValue::new(false),
            stirred_at: StoredValue::new(0),
            timer: StoredValue::new(None),
        }
    }
}

impl Page {
    /// Something is done here.
    pub(crate) fn stirs(self) {
        let now = calendar::now();
        if !self.sitting.away.get_value() && now.abs_diff(self.sitting.stirred_at.get_value()) < STIR_EVERY_MS
        {
            return;
        }
        self.sitting.stirred_at.set_value(now);
        self.sit(true);
        self.leave_after(if document().hidden() { HIDDEN } else { IDLE });
    }

    /// The page went out of sight.
    pub(crate) fn out_of_sight(self) {
        self.leave_after(HIDDEN);
    }

    fn leave_after(self, pause: Duration) {
        let timer = set_timeout_with_handle(move || self.sit(false), pause).ok();
        let before = self
            .sitting
            .timer
            .try_update_value(|held| std::mem::replace(held, timer));
        if let Some(Some(before)) = before {
            before.clear();
        }
    }

    fn sit(self, here: bool) {
        if self.sitting.away.get_value() == here {
            self.sitting.away.set_value(!here);
            self.whisper(Input::Away(!here));
        }
    }
}
