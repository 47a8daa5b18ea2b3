//! The fault panel's signals and actions.

use std::time::Duration;

use steadfast_client::session::Input;
use steadfast_lab::Lab;
use steadfast_lab::fault::{Fault, Faults};
use steadfast_lab::trace::{MessageTrace, Step, Trace, TraceSnapshot};
use steadfast_shared::MessageText;

use crate::connection::context::ChatContext;
use crate::context::Context;
use crate::lab::context::LabContext;
use crate::lab::phrases::SwitchPhrases;
use crate::language::calendar;
use crate::language::locale::Locale;
use crate::reactive::{RwSignal, StoredValue};

/// Maximum number of messages whose traces are shown.
const MAX_TRACES: usize = 8;

/// The recorded state at one time.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct LabView {
    /// The faults injected now.
    pub(crate) faults: Faults,
    /// The current time of the trace.
    pub(crate) now: Duration,
    /// The time that is shown.
    pub(crate) at: Duration,
    /// The earliest time that can be shown.
    pub(crate) oldest: Duration,
    pub(crate) snapshot: TraceSnapshot,
    /// The last messages and their steps up to the time shown, newest first.
    pub(crate) traces: Vec<(MessageTrace, Vec<(Duration, Step)>)>,
}

impl LabView {
    fn new(faults: Faults, trace: &Trace, now: Duration, back: Option<Duration>) -> Self {
        let at = back.unwrap_or(now);
        let snapshot = match back {
            None => trace.latest().clone(),
            Some(at) => trace.at(at),
        };
        let last = snapshot.messages.iter().rev().take(MAX_TRACES);
        let traces = last
            .map(|message| {
                let steps = trace.steps(message.id).take_while(|(when, _)| *when <= at);
                let steps = steps.map(|(when, step)| (when, step.clone()));
                (message.clone(), steps.collect())
            })
            .collect();
        let oldest = trace.moments().next().map_or(now, |moment| moment.at);
        Self {
            faults,
            now,
            at,
            oldest,
            snapshot,
            traces,
        }
    }
}

pub(crate) type LabModel = Context<ModelSignals>;

pub(crate) struct ModelSignals {
    /// The state at the time shown.
    pub(crate) view: RwSignal<LabView>,
    /// The time in the past that is shown; `None` for the present.
    pub(crate) back: RwSignal<Option<Duration>>,
    lab: StoredValue<Option<Lab>>,
    /// Number of test messages posted.
    posted: StoredValue<u32>,
    chat: ChatContext,
    locale: Locale,
}

impl LabModel {
    fn new() -> Self {
        Self::provide(ModelSignals {
            view: RwSignal::new(LabView::default()),
            back: RwSignal::new(None),
            lab: StoredValue::new(None),
            posted: StoredValue::new(0),
            chat: ChatContext::here(),
            locale: Locale::here(),
        })
    }

    /// Sets the laboratory up when the panel is first opened. It records traces from then on.
    pub(crate) fn set_up() -> Self {
        let model = Self::existing().unwrap_or_else(|| LabContext::here().owner.with(Self::new));
        if model.with_lab(|_| ()).is_none() {
            model.lab.set_value(model.chat.with(Lab::around).flatten());
        }
        model
    }

    /// Switches one fault on or off.
    pub(crate) fn set_fault(self, fault: Fault, on: bool) {
        self.with_lab(|lab| lab.set_fault(fault, on));
        self.refresh();
    }

    /// Delays everything in both directions.
    pub(crate) fn set_delay(self, delay: Duration) {
        self.with_lab(|lab| lab.set_delay(delay));
        self.refresh();
    }

    /// Closes the connection once.
    pub(crate) fn cut(self) {
        self.with_lab(Lab::cut);
        self.refresh();
    }

    pub(crate) fn heal(self) {
        for fault in Fault::ALL {
            self.with_lab(|lab| lab.set_fault(fault, false));
        }
        self.set_delay(Duration::ZERO);
    }

    /// Posts a test message to the open room.
    pub(crate) fn post_test(self) {
        self.posted.update_value(|text| *text += 1);
        let text = (SwitchPhrases::of(self.locale.language()).test_message)(self.posted.get_value());
        if let (Some(room), Ok(text)) = (self.chat.room.get_untracked(), MessageText::parse(&text)) {
            self.chat.dispatch(Input::Post {
                room,
                id: calendar::new_entry_id(),
                text,
                reply_to: None,
                at: calendar::now(),
            });
        }
        self.refresh();
    }

    pub(crate) fn refresh(self) {
        let back = self.back.get_untracked();
        let view = self.with_lab(|lab| {
            let faults = lab.faults();
            lab.trace(|trace, now| LabView::new(faults, trace, now, back))
        });
        if let Some(view) = view {
            self.view.set(view);
        }
    }

    fn with_lab<T>(self, act: impl FnOnce(&Lab) -> T) -> Option<T> {
        self.lab.with_value(|lab| lab.as_ref().map(act))
    }

    /// Shows a time in the past, or the present for `None`.
    pub(crate) fn show_time(self, to: Option<Duration>) {
        self.back.set(to);
        self.refresh();
    }

    /// Shows the next event, or the previous one.
    pub(crate) fn step(self, later: bool) {
        let at = self.view.with_untracked(|view| view.at);
        self.with_lab(|lab| {
            lab.trace(|trace, _| {
                let mut times = trace.moments().map(|moment| moment.at);
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
        self.refresh();
    }
}
