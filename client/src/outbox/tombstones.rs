//! Tombstones of items that left the outbox lately.

use std::collections::VecDeque;

use steadfast_shared::{EntryId, Epoch};

use crate::tab_message::Stored;
use crate::vec_map::VecMap;

/// How many are remembered. Messages between tabs are late by seconds at most; this is hours of typing.
const REMEMBERED: usize = 4_096;

/// How an item left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ItemOutcome {
    /// It is in the log of that epoch.
    Sent(Epoch, Stored),
    /// A person threw it away.
    Discarded,
}

/// The outcomes of items that left the outbox lately, so that a late copy is recognised.
#[derive(Debug)]
pub(crate) struct Tombstones {
    fates: VecMap<EntryId, ItemOutcome>,
    oldest_first: VecDeque<EntryId>,
}

impl Tombstones {
    pub(crate) fn new() -> Self {
        Self {
            fates: VecMap::default(),
            oldest_first: VecDeque::new(),
        }
    }

    pub(crate) fn note(&mut self, id: EntryId, outcome: ItemOutcome) {
        if self.fates.insert(id, outcome).is_none() {
            self.oldest_first.push_back(id);
        }
        if self.oldest_first.len() > REMEMBERED
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.fates.remove(&oldest);
        }
    }

    pub(crate) fn outcome(&self, id: EntryId) -> Option<ItemOutcome> {
        self.fates.get(&id).copied()
    }
}
