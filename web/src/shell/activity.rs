//! Whether the person is active in this tab.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use steadfast_client::Input;

use crate::connection::context::ChatContext;
use crate::context::Context;
use crate::language::calendar;
use crate::reactive::StoredValue;

/// A person without input here for this long is away.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// A person whose page is hidden for this long is away.
const HIDDEN: Duration = Duration::from_secs(10);

/// Minimum time between two handled pointer movements.
const ACTIVE_EVERY_MS: u64 = 1_000;

pub(crate) type Activity = Context<ActivitySignals>;

pub(crate) struct ActivitySignals {
    away: StoredValue<bool>,
    active_at: StoredValue<u64>,
    timer: StoredValue<Option<TimeoutHandle>>,
    chat: ChatContext,
}

impl Activity {
    pub(crate) fn new(chat: ChatContext) -> Self {
        Self::keep(ActivitySignals {
            away: StoredValue::new(false),
            active_at: StoredValue::new(0),
            timer: StoredValue::new(None),
            chat,
        })
    }

    /// Handles input in this tab.
    pub(crate) fn mark_active(self) {
        let now = calendar::now();
        if !self.away.get_value() && now.abs_diff(self.active_at.get_value()) < ACTIVE_EVERY_MS {
            return;
        }
        self.active_at.set_value(now);
        self.set_active(true);
        self.leave_after(if document().hidden() { HIDDEN } else { IDLE });
    }

    /// Handles the page becoming hidden.
    pub(crate) fn hide(self) {
        self.leave_after(HIDDEN);
    }

    fn leave_after(self, pause: Duration) {
        let timer = set_timeout_with_handle(move || self.set_active(false), pause).ok();
        let before = self
            .timer
            .try_update_value(|current| std::mem::replace(current, timer));
        if let Some(Some(before)) = before {
            before.clear();
        }
    }

    fn set_active(self, here: bool) {
        if self.away.get_value() == here {
            self.away.set_value(!here);
            self.chat.dispatch_silently(Input::Away(!here));
        }
    }
}
