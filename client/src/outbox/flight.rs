//! The one batch under way, and when the next may go.

use std::time::Duration;

use socketio_anywhere::backoff::{Backoff, Rng};
use steadfast_shared::event::{SendItem, Sent};
use steadfast_shared::{EntryId, ErrorCode, Millis, Seq, WireError, limit};

use super::Outbox;
use crate::chance;
use crate::record::Identity;
use crate::request::{RequestError, RequestId};

/// The longest wait that a server can impose.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The sending side's state: at most one batch is under way.
#[derive(Debug)]
pub(crate) struct Flight {
    under_way: Option<(RequestId, Vec<EntryId>)>,
    /// When the next batch may go: the server imposed a wait.
    not_before: Option<Duration>,
    backoff: Backoff,
    /// Why the server put off the last batch, if it did.
    put_off: Option<ErrorCode>,
    /// Their batch was refused as a whole: each goes alone, so that only the one at fault is rejected.
    alone: Vec<EntryId>,
}

/// The outcome of one item of a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BatchOutcome {
    Stored { id: EntryId, seq: Seq, at: Millis },
    Refused { id: EntryId, error: WireError },
}

impl Flight {
    pub(super) fn new() -> Self {
        Self {
            under_way: None,
            not_before: None,
            backoff: chance::backoff(Duration::from_millis(250), Duration::from_secs(5)),
            put_off: None,
            alone: Vec::new(),
        }
    }

    /// The link went down: the batch waits again, and no item has to go alone any more.
    pub(crate) fn link_down(&mut self) {
        self.under_way = None;
        self.not_before = None;
        self.put_off = None;
        self.backoff.reset();
    }

    /// Why the server has put off the last batch; it is sent again.
    pub(crate) fn put_off(&self) -> Option<ErrorCode> {
        self.put_off
    }

    /// Whether the item is under way.
    pub(crate) fn carries(&self, id: EntryId) -> bool {
        self.under_way.as_ref().is_some_and(|(_, ids)| ids.contains(&id))
    }

    /// When the next batch may go, if not now.
    pub(crate) fn not_before(&self) -> Option<Duration> {
        self.not_before.filter(|_| self.under_way.is_none())
    }

    pub(super) fn forget(&mut self, id: EntryId) {
        self.alone.retain(|alone| *alone != id);
    }

    fn wait(&mut self, now: Duration, asked: Option<u64>, rng: &mut Rng) {
        let wait = self.backoff.next_delay(rng);
        let asked = asked
            .map_or(Duration::ZERO, Duration::from_millis)
            .min(LONGEST_WAIT);
        self.not_before = Some(now + wait.max(asked));
    }
}

impl Outbox {
    /// The next batch, in order and within the limits, unless one is under way or it is too early.
    pub(crate) fn next_batch(
        &mut self,
        request: RequestId,
        whose: &Identity,
        now: Duration,
    ) -> Option<Vec<SendItem>> {
        if self.flight.under_way.is_some() || self.flight.not_before.is_some_and(|at| now < at) {
            return None;
        }
        self.flight.not_before = None;
        let mut bytes = 0;
        let mut batch: Vec<SendItem> = Vec::new();
        for item in self.waiting(whose) {
            let alone = self.flight.alone.contains(&item.id);
            bytes += item.body.text_bytes();
            let fits = batch.len() < limit::BATCH_ITEMS && bytes <= limit::BATCH_BYTES && !alone;
            if !batch.is_empty() && !fits {
                break;
            }
            batch.push(SendItem {
                id: item.id,
                room: item.room,
                body: item.body.clone(),
                message_id: item.message_id,
            });
            if alone {
                break;
            }
        }
        if batch.is_empty() {
            return None;
        }
        let ids: Vec<EntryId> = batch.iter().map(|item| item.id).collect();
        self.going_out(&ids);
        self.flight.under_way = Some((request, ids));
        Some(batch)
    }

    /// Takes in an answer: the outcome of each item. Items without a final outcome wait again.
    pub(crate) fn answered(
        &mut self,
        request: RequestId,
        result: Result<Result<Vec<Sent>, WireError>, RequestError>,
        now: Duration,
        rng: &mut Rng,
    ) -> Vec<BatchOutcome> {
        let Some((_, ids)) = self
            .flight
            .under_way
            .take_if(|(under_way, _)| *under_way == request)
        else {
            return Vec::new();
        };
        match result {
            Ok(Ok(sent)) => self.each_answered(&ids, sent, now, rng),
            Ok(Err(error)) => self.all_refused(&ids, error, now, rng),
            // The same ids go out again at once: whether or not they were stored, the answer will be the same.
            Err(RequestError::Timeout | RequestError::Disconnected) => Vec::new(),
            Err(RequestError::Malformed) => {
                self.flight.wait(now, None, rng);
                Vec::new()
            }
        }
    }

    fn each_answered(
        &mut self,
        ids: &[EntryId],
        mut sent: Vec<Sent>,
        now: Duration,
        rng: &mut Rng,
    ) -> Vec<BatchOutcome> {
        let mut outcomes = Vec::new();
        for id in ids {
            let answer = sent.iter().rposition(|sent| match sent {
                Sent::Stored { id: of, .. } | Sent::Refused { id: of, .. } => of == id,
            });
            match answer.map(|answer| sent.swap_remove(answer)) {
                Some(Sent::Stored { seq, at, .. }) => {
                    outcomes.push(BatchOutcome::Stored { id: *id, seq, at });
                }
                Some(Sent::Refused { error, .. }) if is_final(&error) => {
                    outcomes.push(BatchOutcome::Refused { id: *id, error });
                }
                refused => {
                    let error = refused.and_then(|sent| match sent {
                        Sent::Refused { error, .. } => Some(error),
                        Sent::Stored { .. } => None,
                    });
                    let asked = error.as_ref().and_then(|error| error.retry_after_ms);
                    self.flight.put_off = error.map(|error| error.code);
                    // Later items were refused with the first, so that order survives: one wait for all.
                    if self.flight.not_before.is_none() {
                        self.flight.wait(now, asked, rng);
                    }
                    continue;
                }
            }
            self.flight.forget(*id);
        }
        if self.flight.not_before.is_none() {
            self.flight.put_off = None;
            self.flight.backoff.reset();
        }
        outcomes
    }

    fn all_refused(
        &mut self,
        ids: &[EntryId],
        error: WireError,
        now: Duration,
        rng: &mut Rng,
    ) -> Vec<BatchOutcome> {
        if !is_final(&error) {
            self.flight.put_off = Some(error.code);
            self.flight.wait(now, error.retry_after_ms, rng);
            return Vec::new();
        }
        if let [id] = *ids {
            self.flight.forget(id);
            return vec![BatchOutcome::Refused { id, error }];
        }
        self.flight.alone.extend(ids);
        Vec::new()
    }
}

/// Whether the same item would be refused again. That a session has ended is no refusal of the message.
fn is_final(error: &WireError) -> bool {
    !error.code.is_transient() && error.code != ErrorCode::Unauthorized
}
