//! Signals of the fault panel, and its acts.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::fault::{Fault, Faults};
use steadfast_client::link::Chat;
use steadfast_client::session::Input;
use steadfast_client::trace::{MessageTrace, Step, Trace, TraceSnapshot};
use steadfast_shared::MessageText;

use crate::browser::features;
use crate::connection::context::ChatContext;
use crate::lab::phrases::SwitchPhrases;
use crate::language::calendar;
use crate::language::locale::Locale;

/// How many messages' journeys are shown.
const JOURNEYS: usize = 8;

/// How everything stood at one time.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct LabView {
    /// The faults of this moment.
    pub(crate) faults: Faults,
    /// The time it is.
    pub(crate) now: Duration,
    /// The time looked at.
    pub(crate) at: Duration,
    /// The earliest time that can be looked at.
    pub(crate) oldest: Duration,
    pub(crate) picture: TraceSnapshot,
    /// The last messages and their steps by then, the newest first.
    pub(crate) journeys: Vec<(MessageTrace, Vec<(Duration, Step)>)>,
}

impl LabView {
    fn new(faults: Faults, journey: &Trace, now: Duration, back: Option<Duration>) -> Self {
        let at = back.unwrap_or(now);
        let picture = match back {
            None => journey.latest().clone(),
            Some(at) => journey.at(at),
        };
        let last = picture.messages.iter().rev().take(JOURNEYS);
        let journeys = last
            .map(|message| {
                let steps = journey.steps(message.id).take_while(|(when, _)| *when <= at);
                let steps = steps.map(|(when, step)| (when, step.clone()));
                (message.clone(), steps.collect())
            })
            .collect();
        let oldest = journey.moments().next().map_or(now, |moment| moment.at);
        Self {
            faults,
            now,
            at,
            oldest,
            picture,
            journeys,
        }
    }
}

/// Signals of the fault panel.
#[derive(Clone, Copy)]
pub(crate) struct LabContext {
    /// Whether there is a panel at all.
    pub(crate) offered: RwSignal<bool>,
    /// Whether it is unfolded.
    pub(crate) open: RwSignal<bool>,
    /// How everything stands, or stood when one looks back.
    pub(crate) look: RwSignal<LabView>,
    /// The time one looks back to.
    pub(crate) back: RwSignal<Option<Duration>>,
    asked: StoredValue<bool>,
    /// How many test messages were posted.
    posted: StoredValue<u32>,
    chat: ChatContext,
    locale: Locale,
}

impl LabContext {
    pub(crate) fn provide(chat: ChatContext, locale: Locale) -> Self {
        let context = Self {
            offered: RwSignal::new(false),
            open: RwSignal::new(false),
            look: RwSignal::new(LabView::default()),
            back: RwSignal::new(None),
            asked: StoredValue::new(false),
            posted: StoredValue::new(0),
            chat,
            locale,
        };
        provide_context(context);
        context
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }
}

impl LabContext {
    /// Finds out whether there is a fault panel, and records the way of each message from then on.
    pub(crate) fn offer(self) {
        if self.asked.get_value() {
            return;
        }
        self.asked.set_value(true);
        spawn_local(async move {
            if !cfg!(debug_assertions) && !features::offered().await.fault_panel {
                return;
            }
            self.chat.with(Chat::record);
            self.offered.set(true);
        });
    }

    /// Breaks one thing, or mends it.
    pub(crate) fn set_fault(self, fault: Fault, on: bool) {
        self.chat.with(|chat| chat.set_fault(fault, on));
        self.look();
    }

    /// Makes everything take longer.
    pub(crate) fn set_delay(self, delay: Duration) {
        self.chat.with(|chat| chat.set_delay(delay));
        self.look();
    }

    /// Cuts the link once.
    pub(crate) fn cut(self) {
        self.chat.with(Chat::cut);
        self.look();
    }

    pub(crate) fn heal(self) {
        for fault in Fault::ALL {
            self.chat.with(|chat| chat.set_fault(fault, false));
        }
        self.set_delay(Duration::ZERO);
    }

    /// Says something in the open room, to be watched on its way.
    pub(crate) fn post_test(self) {
        self.posted.update_value(|said| *said += 1);
        let said = (SwitchPhrases::of(self.locale.language()).test_message)(self.posted.get_value());
        if let (Some(room), Ok(text)) = (self.chat.room.get_untracked(), MessageText::parse(&said)) {
            self.chat.dispatch(Input::Post {
                room,
                id: calendar::new_entry_id(),
                text,
                reply_to: None,
                at: calendar::now(),
            });
        }
        self.look();
    }

    pub(crate) fn look(self) {
        let back = self.back.get_untracked();
        self.chat.with(|chat| {
            let faults = chat.faults();
            if let Some(look) = chat.trace(|journey, now| LabView::new(faults, journey, now, back)) {
                self.look.set(look);
            }
        });
    }

    /// Looks back to a time; at this moment, with none.
    pub(crate) fn look_back(self, to: Option<Duration>) {
        self.back.set(to);
        self.look();
    }

    /// Looks at the next thing that happened, or at the one before.
    pub(crate) fn look_at_next(self, later: bool) {
        let at = self.look.with_untracked(|look| look.at);
        self.chat.with(|chat| {
            chat.trace(|journey, _| {
                let mut times = journey.moments().map(|moment| moment.at);
                let next = if later {
                    times.find(|time| *time > at)
                } else {
                    times.rfind(|time| *time < at)
                };
                if next.is_some() || later {
                    self.back.set(next);
                }
            });
        });
        self.look();
    }
}
