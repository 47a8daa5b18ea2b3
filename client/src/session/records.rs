//! Which records are written, when, and how failed writes are retried.

use std::time::Duration;

use socketio_anywhere::backoff::{Backoff, Rng};
use steadfast_shared::EntryId;

use super::conversation::Conversation;
use super::input::StoreTicket;
use super::output::{Effects, Output};
use crate::chance;
use crate::record::{Disk, OutboxItem, StorageError, Write};
use crate::tab_message::TabMessage;
use crate::throttle::Throttle;
use crate::vec_map::{VecMap, VecSet};

/// Most ids whose failed writes are remembered. Past it a removal may be forgotten: its item is sent again, and the
/// server knows it.
const REWRITTEN: usize = 10_000;

/// How long another tab may take to write the items typed there; after that the leader does.
const OTHERS_WRITE: Duration = Duration::from_secs(10);

/// The writes under way, those to be repeated, and those that are due.
#[derive(Debug)]
pub(super) struct Records {
    under_way: VecMap<StoreTicket, Vec<Write>>,
    last_ticket: u64,
    rewrite: Rewrite,
    caches: Throttle,
    /// How often a room's cache is written at most.
    cache_every: Duration,
}

/// Writes that failed and are to be tried again: with the records current then, not with those of the failed write.
#[derive(Debug)]
struct Rewrite {
    ids: VecSet<EntryId>,
    identity: bool,
    /// Of a person signed out, for as long as nobody else has signed in.
    erasures: Vec<Write>,
    at: Option<Duration>,
    backoff: Backoff,
}

impl Records {
    pub(super) fn new(cache_every: Duration) -> Self {
        Self {
            under_way: VecMap::default(),
            last_ticket: 0,
            rewrite: Rewrite {
                ids: VecSet::default(),
                identity: false,
                erasures: Vec::new(),
                at: None,
                backoff: chance::backoff(Duration::from_secs(5), Duration::from_secs(60)),
            },
            caches: Throttle::default(),
            cache_every,
        }
    }

    /// Storage has done a batch of writes, or could not.
    pub(super) fn stored(
        &mut self,
        ticket: StoreTicket,
        result: &Result<(), StorageError>,
        chat: &mut Conversation,
        now: Duration,
        rng: &mut Rng,
    ) {
        let Some(writes) = self.under_way.remove(&ticket) else {
            return;
        };
        let mut saved = Vec::new();
        for write in writes {
            match write {
                Write::PutOutbox(item) => saved.extend(self.item_stored(&item, result, chat)),
                Write::RemoveOutbox(id) if result.is_err() => {
                    self.rewrite.ids.insert(id);
                }
                Write::PutIdentity(_) if result.is_err() => self.rewrite.identity = true,
                erase @ (Write::DropRooms | Write::DropIdentity | Write::DropOutbox)
                    if result.is_err() && chat.account.identity().is_none() =>
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
        self.schedule_rewrite(result.is_err(), now, rng);
        if result.is_ok() && !saved.is_empty() {
            chat.effects.broadcast(TabMessage::Saved { ids: saved });
        }
    }

    /// Storage has written an item, or could not. Returns its id if it is saved by that.
    fn item_stored(
        &mut self,
        item: &OutboxItem,
        result: &Result<(), StorageError>,
        chat: &mut Conversation,
    ) -> Option<EntryId> {
        let saved = chat.outbox.on_disk(item.id, result);
        if saved {
            chat.effects.rows_changed(item.room);
        }
        if result.is_err() {
            self.rewrite.ids.insert(item.id);
        } else if !chat.outbox.contains(item.id) {
            // It was settled or thrown away while the write was under way, perhaps by another tab, whose
            // removal may have come first.
            chat.effects.writes.push(Write::RemoveOutbox(item.id));
        }
        saved.then_some(item.id)
    }

    /// Sets when the failed writes are repeated.
    fn schedule_rewrite(&mut self, failed: bool, now: Duration, rng: &mut Rng) {
        if failed {
            while self.rewrite.ids.len() > REWRITTEN {
                self.rewrite.ids.pop_first();
            }
            if self.rewrite.at.is_none() {
                self.rewrite.at = Some(now + self.rewrite.backoff.next_delay(rng));
            }
        } else if self.rewrite.at.is_none() {
            self.rewrite.backoff.reset();
        }
    }

    /// The leader answers for the items of other tabs: where the tab that typed one does not report it written, this
    /// one writes it.
    pub(super) fn see_to_writing(&mut self, ids: &[EntryId], chat: &Conversation) {
        let unwritten = |item: &OutboxItem| item.disk != Disk::Written;
        let mut items = ids.iter().filter_map(|id| chat.outbox.get(*id));
        if chat.leads && items.any(unwritten) {
            let at = chat.outbox.now + OTHERS_WRITE;
            self.rewrite.at.get_or_insert(at);
        }
    }

    /// Hands the writes collected to storage, as one batch.
    pub(super) fn flush(&mut self, effects: &mut Effects) {
        if effects.writes.is_empty() {
            return;
        }
        let writes = std::mem::take(&mut effects.writes);
        self.last_ticket += 1;
        let ticket = StoreTicket(self.last_ticket);
        // Caches are large, and nothing is to be known of them afterwards.
        let kept = writes.iter().filter(|write| !matches!(write, Write::PutRoom(_)));
        self.under_way.insert(ticket, kept.cloned().collect());
        effects.outputs.push_back(Output::Store { ticket, writes });
    }

    pub(super) fn write_caches(&mut self, chat: &mut Conversation, now: Duration) {
        let Some(epoch) = chat.account.epoch().filter(|_| chat.leads) else {
            return;
        };
        for room in chat.rooms.iter_mut().filter(|room| room.cache_is_old) {
            room.cache_is_old = false;
            // Entries dropped from memory, as hidden by now, are dropped from the disk as well, and not only once more
            // is known.
            let cache = room.cache(epoch);
            chat.effects
                .writes
                .push(cache.map_or(Write::DropRoom(room.id), Write::PutRoom));
            self.caches.went(now);
        }
    }

    /// Writes what is due.
    pub(super) fn drive(&mut self, chat: &mut Conversation, now: Duration) {
        if self.cache_due(chat).is_some_and(|due| due <= now) {
            self.write_caches(chat, now);
        }
        if self.rewrite.at.is_some_and(|at| at <= now) {
            self.rewrite.at = None;
            self.rewrite(chat);
        }
    }

    pub(super) fn deadline(&self, chat: &Conversation) -> Option<Duration> {
        [self.cache_due(chat), self.rewrite.at]
            .into_iter()
            .flatten()
            .min()
    }

    fn rewrite(&mut self, chat: &mut Conversation) {
        if chat.leads {
            let unwritten_of_others = chat.outbox.unwritten_of_others().map(|item| item.id);
            for id in unwritten_of_others {
                self.rewrite.ids.insert(id);
            }
        }
        for id in std::mem::take(&mut self.rewrite.ids) {
            chat.effects.writes.push(match chat.outbox.get(id) {
                Some(item) => Write::PutOutbox(item.clone()),
                None => Write::RemoveOutbox(id),
            });
        }
        let erasures = std::mem::take(&mut self.rewrite.erasures);
        let identity = chat.account.identity();
        if identity.is_none() {
            chat.effects.writes.extend(erasures);
        }
        if std::mem::take(&mut self.rewrite.identity) {
            chat.effects
                .writes
                .extend(identity.cloned().map(Write::PutIdentity));
        }
    }

    fn cache_due(&self, chat: &Conversation) -> Option<Duration> {
        let old = chat.rooms.iter().any(|room| room.cache_is_old);
        (old && chat.leads && chat.account.identity().is_some()).then(|| self.caches.due(self.cache_every))
    }
}
