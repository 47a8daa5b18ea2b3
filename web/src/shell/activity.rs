//! Follows whether the person is at this page: tells the server, and keeps what arrives without them unread.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use steadfast_client::Input;

use crate::context::Context;
use crate::language::calendar;
use crate::reactive::StoredValue;
use crate::shell::attention::Attention;
use crate::timeline::context::TimelineContext;

/// Minimum time between two handled pointer movements.
const ACTIVE_EVERY_MS: u64 = 1_000;

pub(crate) type Activity = Context<ActivitySignals>;

pub(crate) struct ActivitySignals {
    attention: StoredValue<Attention>,
    handled_at: StoredValue<u64>,
    away: StoredValue<bool>,
    timer: StoredValue<Option<TimeoutHandle>>,
    timeline: TimelineContext,
}

impl Activity {
    pub(crate) fn new(timeline: TimelineContext) -> Self {
        Self::keep(ActivitySignals {
            attention: StoredValue::new(Attention::new(calendar::now())),
            handled_at: StoredValue::new(0),
            away: StoredValue::new(false),
            timer: StoredValue::new(None),
            timeline,
        })
    }

    /// Handles input in this tab.
    pub(crate) fn mark_active(self) {
        let now = calendar::now();
        let here = !self.away.get_value() && !self.timeline.is_unattended();
        if here && now.abs_diff(self.handled_at.get_value()) < ACTIVE_EVERY_MS {
            return;
        }
        self.handled_at.set_value(now);
        let hidden = document().hidden();
        self.attention
            .update_value(|attention| attention.mark_active(now, hidden));
        self.apply();
        self.timeline.attend();
    }

    /// Handles the page becoming hidden.
    pub(crate) fn hide(self) {
        let now = calendar::now();
        self.attention.update_value(|attention| attention.hide(now));
        self.apply();
    }

    /// Handles a change of the connection.
    pub(crate) fn follow_link(self) {
        let connected = self.timeline.chat.is_connected();
        let now = calendar::now();
        self.attention
            .update_value(|attention| attention.set_connected(connected, now));
        self.apply();
    }

    /// Applies the person's attention, and again when time alone changes it. Only input ends an absence: not the connection's
    /// return.
    fn apply(self) {
        let now = calendar::now();
        let attention = self.attention.get_value();
        self.set_away(attention.away_at() <= now);
        if attention.absent_at() <= now {
            self.timeline.leave();
        }
        let timer = attention.next_check(now).and_then(|pause| {
            set_timeout_with_handle(move || self.apply(), Duration::from_millis(pause)).ok()
        });
        let before = self
            .timer
            .try_update_value(|current| std::mem::replace(current, timer));
        if let Some(Some(before)) = before {
            before.clear();
        }
    }

    fn set_away(self, away: bool) {
        if self.away.get_value() != away {
            self.away.set_value(away);
            self.timeline.chat.dispatch_silently(Input::Away(away));
        }
    }
}
