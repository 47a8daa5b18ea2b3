//! A batch being written.

use steadfast_shared::event::{Reply, Sent};
use steadfast_shared::{Body, EntryId, ErrorCode, WireError};

use super::work::{BatchReply, Job};
use crate::store::{EntryOutcome, NewEntry, StoreError, StoreRefusal};

/// A batch whose entries are being written.
pub(super) struct Batch {
    size: usize,
    entries: Vec<NewEntry>,
    answer: BatchReply,
}

impl Batch {
    /// Takes all entries out of these batches, in order.
    pub(super) fn lend(batches: &mut [Self]) -> Vec<NewEntry> {
        batches
            .iter_mut()
            .flat_map(|batch| batch.entries.drain(..))
            .collect()
    }

    pub(super) fn give_back(batches: &mut [Self], entries: Vec<NewEntry>) {
        let mut entries = entries.into_iter();
        for batch in batches {
            batch.entries = entries.by_ref().take(batch.size).collect();
        }
    }

    /// Acknowledges the batch with the next outcomes. Returns whether a text was erased.
    pub(super) fn acknowledge(self, outcomes: &mut impl Iterator<Item = EntryOutcome>) -> bool {
        let mut erased = false;
        let mut sent = Vec::with_capacity(self.size);
        for (entry, outcome) in self.entries.into_iter().zip(outcomes) {
            let erases = matches!(entry.body, Body::Delete { .. });
            erased |= erases && matches!(outcome, EntryOutcome::Stored { .. });
            sent.push(answer_of(entry.id, outcome));
        }
        (self.answer)(Reply::Ok(sent));
        erased
    }

    /// Replies that the outcome is unknown.
    pub(super) fn give_up(self, error: &StoreError) {
        let message = "the message cannot be saved right now: try again";
        (self.answer)(Reply::Err(match error {
            StoreError::Full => StoreRefusal::StorageFull.into(),
            _ => WireError::new(ErrorCode::Unavailable, message),
        }));
    }
}

impl From<Job> for Batch {
    fn from(job: Job) -> Self {
        let (author, address) = (job.author, job.address);
        let entries: Vec<NewEntry> = job
            .items
            .into_iter()
            .map(|item| NewEntry {
                author,
                id: item.id,
                room: item.room,
                body: item.body,
                message_id: item.message_id,
                address,
            })
            .collect();
        Self {
            size: entries.len(),
            entries,
            answer: job.answer,
        }
    }
}

fn answer_of(id: EntryId, outcome: EntryOutcome) -> Sent {
    match outcome {
        EntryOutcome::Stored { seq, at } | EntryOutcome::Repeat { seq, at } => Sent::Stored { id, seq, at },
        EntryOutcome::Refused(refusal) => Sent::Refused {
            id,
            error: refusal.into(),
        },
    }
}
