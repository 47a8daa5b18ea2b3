//! The trace of each message, with times: the last minutes of a chat, to be inspected.
//!
//! - `event`: one thing that happened
//! - `snapshot`: the state of everything at one time: a fold over events
//! - `recorder`: derives events from a session's inputs and outputs
//!
//! Invariant: nothing here reaches back into the session. Recording does not change its course.

mod event;
mod recorder;
mod snapshot;

use std::collections::VecDeque;
use std::time::Duration;

use steadfast_shared::EntryId;

pub use event::{LinkStep, RoomPosition, RoomStep, Step, TraceEvent, TraceKind};
pub(crate) use recorder::Recorder;
pub use snapshot::{Counters, LinkSnapshot, Mechanism, MessagePlace, MessageTrace, TraceSnapshot};

/// How long an event is kept.
pub const KEPT_FOR: Duration = Duration::from_secs(5 * 60);

/// Most events kept, however young.
pub const KEPT: usize = 2_000;

/// A room that moves more often than this is noted this often.
const ROOM_EVERY: Duration = Duration::from_millis(200);

/// The last minutes. Older events are folded into the snapshot `before`.
#[derive(Debug, Default)]
pub struct Trace {
    moments: VecDeque<TraceEvent>,
    /// The state before the oldest event kept.
    before: TraceSnapshot,
    latest: TraceSnapshot,
    revision: u64,
}

impl Trace {
    pub fn latest(&self) -> &TraceSnapshot {
        &self.latest
    }

    /// The state at `time`, on the chat's clock; the oldest state kept where `time` is before it.
    pub fn at(&self, time: Duration) -> TraceSnapshot {
        let mut picture = self.before.clone();
        for moment in self.moments.iter().take_while(|moment| moment.at <= time) {
            picture.fold(moment);
        }
        picture
    }

    /// The events kept, oldest first.
    pub fn moments(&self) -> impl DoubleEndedIterator<Item = &TraceEvent> {
        self.moments.iter()
    }

    /// The steps of one message that are kept, oldest first.
    pub fn steps(&self, id: EntryId) -> impl Iterator<Item = (Duration, &Step)> {
        self.moments.iter().filter_map(move |moment| match &moment.what {
            TraceKind::Message(of, step) if *of == id => Some((moment.at, step)),
            _ => None,
        })
    }

    /// Grows with every event: a reader that has seen this one has seen all.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Notes an event at `at`, a time that never runs backwards.
    pub(crate) fn note(&mut self, at: Duration, what: TraceKind) {
        self.revision += 1;
        let moment = TraceEvent { at, what };
        self.latest.fold(&moment);
        if let Some(last) = self.moments.back_mut()
            && last.is_followed_at_once_by(&moment, ROOM_EVERY)
        {
            last.what = moment.what;
            return;
        }
        self.moments.push_back(moment);
        while self.moments.len() > KEPT
            || self
                .moments
                .front()
                .is_some_and(|oldest| oldest.at + KEPT_FOR < at)
        {
            if let Some(oldest) = self.moments.pop_front() {
                self.before.fold(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests;
