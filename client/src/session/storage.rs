//! Which records are written, when, and how failed writes are retried.

use std::time::Duration;

use steadfast_shared::EntryId;

use super::Session;
use super::input::StoreTicket;
use super::output::Output;
use crate::backoff::Backoff;
use crate::mutants::{Mutant, mutant_active};
use crate::record::{Disk, OutboxItem, StorageError, Write};
use crate::tab_message::TabMessage;
use crate::vec_map::VecSet;

/// Most ids whose failed writes are remembered. Past it a removal may be forgotten: its item is sent again, and the
/// server knows it.
const REWRITTEN: usize = 10_000;

/// How long another tab may take to write the items typed there; after that the leader does.
const OTHERS_WRITE: Duration = Duration::from_secs(10);

/// Writes that failed and are to be tried again: with the records current then, not with those of the failed write.
#[derive(Debug)]
pub(super) struct Rewrite {
    ids: VecSet<EntryId>,
    identity: bool,
    /// Of a person signed out, for as long as nobody else has signed in.
    erasures: Vec<Write>,
    at: Option<Duration>,
    backoff: Backoff,
}

impl Rewrite {
    pub(super) fn new() -> Self {
        Self {
            ids: VecSet::default(),
            identity: false,
            erasures: Vec::new(),
            at: None,
            backoff: Backoff::new(Duration::from_secs(5), Duration::from_secs(60)),
        }
    }
}

impl Session {
    pub(super) fn stored(&mut self, ticket: StoreTicket, result: &Result<(), StorageError>, now: Duration) {
        let Some(writes) = self.tickets.remove(&ticket) else {
            return;
        };
        let mut saved = Vec::new();
        for write in writes {
            match write {
                Write::PutOutbox(item) => {
                    let room = item.room;
                    if self.outbox.on_disk(item.id, result) {
                        self.rows_changed(room);
                        saved.push(item.id);
                    }
                    if result.is_err() {
                        self.rewrite.ids.insert(item.id);
                    } else if !self.outbox.contains(item.id) {
                        // It was settled or thrown away while the write was under way, perhaps by another tab, whose
                        // removal may have come first.
                        self.writes.push(Write::RemoveOutbox(item.id));
                    }
                }
                Write::RemoveOutbox(id) if result.is_err() && !mutant_active(Mutant::RemovalForgotten) => {
                    self.rewrite.ids.insert(id);
                }
                Write::PutIdentity(_) if result.is_err() => self.rewrite.identity = true,
                erase @ (Write::DropRooms | Write::DropIdentity | Write::DropOutbox)
                    if result.is_err() && self.identity.is_none() =>
                {
                    self.rewrite.erasures.push(erase);
                }
                // A cache is written again with the next entry, and one of another epoch is never believed.
                Write::PutRoom(_)
                | Write::DropRoom(_)
                | Write::DropRooms
                | Write::RemoveOutbox(_)
                | Write::PutIdentity(_) => {}
                Write::DropIdentity | Write::DropOutbox => {}
            }
        }
        if result.is_err() {
            while self.rewrite.ids.len() > REWRITTEN {
                self.rewrite.ids.pop_first();
            }
            if self.rewrite.at.is_none() {
                self.rewrite.at = Some(now + self.rewrite.backoff.next(&mut self.rng));
            }
        } else if self.rewrite.at.is_none() {
            self.rewrite.backoff.reset();
        }
        if result.is_ok() && !saved.is_empty() {
            self.tell(TabMessage::Saved { ids: saved });
        }
    }

    /// The leader answers for the items of other tabs: where the tab that typed one does not report it written, this
    /// one writes it.
    pub(super) fn see_to_writing(&mut self, id: EntryId) {
        let unwritten = |item: &OutboxItem| item.disk != Disk::Written;
        if self.elected && self.outbox.get(id).is_some_and(unwritten) {
            let at = self.outbox.now + OTHERS_WRITE;
            self.rewrite.at.get_or_insert(at);
        }
    }

    /// Hands the writes collected to storage, as one batch.
    pub(super) fn flush_writes(&mut self) {
        if self.writes.is_empty() {
            return;
        }
        let writes = std::mem::take(&mut self.writes);
        self.last_ticket += 1;
        let ticket = StoreTicket(self.last_ticket);
        // Caches are large, and nothing is to be known of them afterwards.
        let kept = writes.iter().filter(|write| !matches!(write, Write::PutRoom(_)));
        self.tickets.insert(ticket, kept.cloned().collect());
        self.outputs.push_back(Output::Store { ticket, writes });
    }

    pub(super) fn write_caches(&mut self, now: Duration) {
        let Some(epoch) = self.epoch().filter(|_| self.elected) else {
            return;
        };
        for room in self.rooms.values_mut().filter(|room| room.cache_is_old) {
            room.cache_is_old = false;
            // Entries dropped from memory, as hidden by now, are dropped from the disk as well, and not only once more
            // is known.
            let cache = room.cache(epoch);
            self.writes
                .push(cache.map_or(Write::DropRoom(room.id), Write::PutRoom));
            self.cache_pace.went(now);
        }
    }

    pub(super) fn drive_storage(&mut self, now: Duration) {
        if self.cache_due().is_some_and(|due| due <= now) {
            self.write_caches(now);
        }
        if self.rewrite.at.is_some_and(|at| at <= now) {
            self.rewrite.at = None;
            if self.elected {
                let unwritten_of_others = self.outbox.unwritten_of_others().map(|item| item.id);
                for id in unwritten_of_others {
                    self.rewrite.ids.insert(id);
                }
            }
            for id in std::mem::take(&mut self.rewrite.ids) {
                self.writes.push(match self.outbox.get(id) {
                    Some(item) => Write::PutOutbox(item.clone()),
                    None => Write::RemoveOutbox(id),
                });
            }
            let erasures = std::mem::take(&mut self.rewrite.erasures);
            if self.identity.is_none() {
                self.writes.extend(erasures);
            }
            if std::mem::take(&mut self.rewrite.identity) {
                self.writes.extend(self.identity.clone().map(Write::PutIdentity));
            }
        }
    }

    pub(super) fn storage_deadline(&self) -> Option<Duration> {
        [self.cache_due(), self.rewrite.at].into_iter().flatten().min()
    }

    pub(super) fn cache_due(&self) -> Option<Duration> {
        let old = self.rooms.values().any(|room| room.cache_is_old);
        (old && self.elected && self.identity.is_some())
            .then(|| self.cache_pace.due(self.options.cache_every))
    }
}
