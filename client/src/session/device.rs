//! This device: its storage, its other tabs, and who is signed in on it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use steadfast_shared::{Body, Entry, EntryId, Epoch, Person, RoomId};

use super::input::Ticket;
use super::output::{Change, Output};
use super::{Connection, Session};
use crate::backoff::Backoff;
use crate::news::{PeerNews, Stored};
use crate::outbox::Fate;
use crate::record::{Disk, Identity, OutboxItem, Restored, StorageError, Write};
use crate::room::Room;

/// Most ids whose failed writes are remembered. Past it a removal may be forgotten: its item is sent again, and the
/// server knows it.
const REWRITTEN: usize = 10_000;

/// Writes that failed and are to be tried again: by what is held then, not by what was written.
#[derive(Debug)]
pub(super) struct Rewrite {
    ids: BTreeSet<EntryId>,
    identity: bool,
    at: Option<Duration>,
    backoff: Backoff,
}

impl Rewrite {
    pub(super) fn new() -> Self {
        Self {
            ids: BTreeSet::new(),
            identity: false,
            at: None,
            backoff: Backoff::new(Duration::from_secs(5), Duration::from_secs(60)),
        }
    }
}

impl Session {
    pub(super) fn restored(&mut self, restored: Restored) {
        if self.identity.is_none() {
            self.identity = restored.identity;
        }
        let bounds = self.bounds();
        for cache in restored.rooms {
            if self.epoch() == Some(cache.epoch) && !self.rooms.contains_key(&cache.room) {
                self.rooms.insert(cache.room, Room::restored(bounds, cache));
            }
        }
        let ids: Vec<_> = restored.outbox.iter().map(|item| item.id).collect();
        for item in restored.outbox {
            self.merge_stored(item);
        }
        self.settle_what_windows_show(&ids);
        self.tell(PeerNews::Started);
        // Another tab may know by now what became of them.
        let items: Vec<_> = self.outbox.items().cloned().collect();
        self.tell_posted(items);
        self.everything_changed();
    }

    /// A person signed in, here.
    pub(super) fn signed_in(&mut self, me: Person, epoch: Epoch) {
        let before = self.identity.clone();
        self.identify(me, epoch);
        // The link speaks for whoever was signed in when it was made, or was refused because nobody was.
        let another = before != self.identity && !matches!(self.connection, Connection::Offline { .. });
        if another || self.refused {
            self.reconnect(Duration::ZERO);
        }
    }

    /// This device speaks for `me`, in the database's life `epoch`.
    pub(super) fn identify(&mut self, me: Person, epoch: Epoch) {
        let identity = Identity { me, epoch };
        if self.identity.as_ref() == Some(&identity) {
            return;
        }
        let Identity { me, .. } = identity.clone();
        if let Some(old) = self.identity.replace(identity.clone())
            && (old.epoch != epoch || old.me.id != me.id)
        {
            self.rooms.clear();
            self.writes.push(Write::DropRooms);
            if old.epoch != epoch {
                self.formerly.insert(old.me.id);
                let adopted = self.outbox.adopt(old.me.id, &me);
                let answered_for = adopted.into_iter().filter(|(_, local)| *local || self.elected);
                self.writes
                    .extend(answered_for.map(|(item, _)| Write::PutOutbox(item)));
            }
        }
        self.writes.push(Write::PutIdentity(identity));
        self.tell(PeerNews::SignedIn { me, epoch });
        self.everything_changed();
    }

    pub(super) fn stored(&mut self, ticket: Ticket, result: &Result<(), StorageError>, now: Duration) {
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
                Write::RemoveOutbox(id) if result.is_err() => {
                    self.rewrite.ids.insert(id);
                }
                Write::PutIdentity(_) if result.is_err() => self.rewrite.identity = true,
                // A cache is written again with the next entry, and one of another epoch is never believed.
                Write::PutRoom(_) | Write::DropRooms | Write::RemoveOutbox(_) | Write::PutIdentity(_) => {}
            }
        }
        if result.is_err() {
            while self.rewrite.ids.len() > REWRITTEN {
                self.rewrite.ids.pop_first();
            }
            if self.rewrite.at.is_none() {
                self.rewrite.at = Some(now + self.rewrite.backoff.next(&mut self.dice));
            }
        } else if self.rewrite.at.is_none() {
            self.rewrite.backoff.reset();
        }
        if result.is_ok() && !saved.is_empty() {
            self.tell(PeerNews::Saved { ids: saved });
        }
    }

    /// This tab drains the outbox from here on.
    pub(super) fn take_over(&mut self, stored: Vec<OutboxItem>) {
        self.elected = true;
        self.tell(PeerNews::Elected);
        let ids: Vec<_> = stored.iter().map(|item| item.id).collect();
        for item in stored {
            if self.outbox.gone.fate(item.id).is_some() {
                self.writes.push(Write::RemoveOutbox(item.id));
            } else {
                self.merge_stored(item);
            }
        }
        self.rehome();
        self.settle_what_windows_show(&ids);
        // The tab that typed them may have died before its write was done.
        let orphans: Vec<_> = self.outbox.orphans().cloned().collect();
        self.writes.extend(orphans.into_iter().map(Write::PutOutbox));
        for room in self.rooms.values_mut() {
            room.cache_is_old = true;
        }
        self.everything_changed();
    }

    pub(super) fn heard(&mut self, news: PeerNews) {
        match news {
            PeerNews::Posted { items } => self.heard_posted(items),
            PeerNews::Saved { ids } => {
                for id in ids {
                    if self.outbox.on_disk(id, &Ok(())) {
                        self.item_changed(id);
                    }
                }
            }
            PeerNews::Sent { epoch, stored } => {
                for stored in stored {
                    self.settle(epoch, stored, false);
                }
            }
            PeerNews::Rejected { id, rejection } => {
                if !self.outbox.flight.carries(id) && self.outbox.reject(id, rejection).is_some() {
                    self.item_changed(id);
                }
            }
            PeerNews::Discarded { id } => {
                if let Some((item, local)) = self.outbox.discard(id) {
                    self.rows_changed(item.room);
                    if local || self.elected {
                        // This tab may have written it since the other one removed it.
                        self.writes.push(Write::RemoveOutbox(id));
                    }
                }
            }
            PeerNews::SignedIn { me, epoch } => {
                // The server is asked who is right.
                let same = self.identity == Some(Identity { me, epoch });
                if !same || matches!(self.connection, Connection::Offline { .. }) {
                    self.reconnect(Duration::ZERO);
                }
            }
            PeerNews::Started | PeerNews::Elected => {
                // The tab that drains answers for what others left.
                let untold: Vec<_> = if self.elected {
                    self.outbox.items().cloned().collect()
                } else {
                    self.outbox.not_in_storage().cloned().collect()
                };
                self.tell_posted(untold);
            }
        }
    }

    fn heard_posted(&mut self, items: Vec<OutboxItem>) {
        let ids: Vec<_> = items.iter().map(|item| item.id).collect();
        let mut sent: BTreeMap<Epoch, Vec<Stored>> = BTreeMap::new();
        for item in items {
            match self.outbox.gone.fate(item.id) {
                // The telling tab missed what became of it.
                Some(Fate::Sent(epoch, stored)) if self.elected => {
                    sent.entry(epoch).or_default().push(stored);
                }
                Some(Fate::Discarded) if self.elected => self.tell(PeerNews::Discarded { id: item.id }),
                Some(_) => {}
                None => {
                    let room = item.room;
                    let item = self.claimed(item);
                    if self.outbox.merge(item, self.epoch()) {
                        self.rows_changed(room);
                    }
                }
            }
        }
        self.rehome();
        for (epoch, stored) in sent {
            self.tell(PeerNews::Sent { epoch, stored });
        }
        self.settle_what_windows_show(&ids);
    }

    fn merge_stored(&mut self, item: OutboxItem) {
        let item = self.claimed(item);
        let (before, id, room) = (item.room, item.id, self.outbox.get(item.id).map(|item| item.room));
        if self.outbox.merge_stored(item, self.epoch()) {
            self.item_changed(id);
            self.rows_changed(room.unwrap_or(before));
        }
    }

    /// An item from another tab or from storage: where it was typed in another epoch by whom this person was then, it
    /// is this person's.
    fn claimed(&self, mut item: OutboxItem) -> OutboxItem {
        if let Some(Identity { me, epoch }) = &self.identity
            && item.epoch != *epoch
            && (item.author.name == me.name || self.formerly.contains(&item.author.id))
        {
            item.author = me.clone();
        }
        item
    }

    /// Brings this person's items of another epoch into this one, once its rooms are known.
    pub(super) fn rehome(&mut self) {
        let Some(Identity { me, epoch }) = self.identity.clone().filter(|_| self.is_online()) else {
            return;
        };
        let rooms = self.rooms.values().map(|room| (room.id, room.name.as_str()));
        let rehomed = self.outbox.rehome(me.id, epoch, rooms);
        let mut told = Vec::new();
        for (item, local) in rehomed {
            self.rows_changed(item.room);
            if local || self.elected {
                self.writes.push(Write::PutOutbox(item.clone()));
                told.push(item);
            }
        }
        self.tell_posted(told);
    }

    /// Tells items as they are, and which of them are on disk.
    pub(super) fn tell_posted(&mut self, items: Vec<OutboxItem>) {
        if items.is_empty() {
            return;
        }
        let written = items.iter().filter(|item| item.disk == Disk::Written);
        let ids: Vec<_> = written.map(|item| item.id).collect();
        self.tell(PeerNews::Posted { items });
        if !ids.is_empty() {
            self.tell(PeerNews::Saved { ids });
        }
    }

    /// The log of `epoch` has the item: it leaves the outbox, and its row takes its place. Says whether it was held.
    /// `sent_here`: this tab sent it.
    pub(super) fn settle(&mut self, epoch: Epoch, stored: Stored, sent_here: bool) -> bool {
        let Some((item, local)) = self.outbox.settle(stored.id, Fate::Sent(epoch, stored)) else {
            return false;
        };
        // The tab that wrote it too: its write may have come after the other's removal.
        if local || sent_here || self.elected {
            self.writes.push(Write::RemoveOutbox(item.id));
        }
        let this_epoch = self.epoch() == Some(epoch);
        if let Some(room) = self.rooms.get_mut(&item.room).filter(|_| this_epoch) {
            room.cache_is_old |= room.inbox.acknowledge(Entry {
                seq: stored.seq,
                id: item.id,
                author: item.author,
                at: stored.at,
                body: Body::Message { text: item.text },
            });
            self.changes.insert(Change::Rooms);
        }
        self.rows_changed(item.room);
        true
    }

    /// An entry of the log was seen: where it is one of the outbox's, it has arrived, whatever became of its ack.
    pub(super) fn recognise(&mut self, room: RoomId, entry: &Entry) -> Option<Stored> {
        let epoch = self.epoch()?;
        if !self.outbox.is_in_log(room, entry) {
            return None;
        }
        let stored = Stored {
            id: entry.id,
            room,
            seq: entry.seq,
            at: entry.at,
        };
        self.settle(epoch, stored, false).then_some(stored)
    }

    fn settle_what_windows_show(&mut self, ids: &[EntryId]) {
        for id in ids {
            let shown = self.outbox.get(*id).and_then(|item| {
                let room = self.rooms.get(&item.room)?;
                Some((item.room, room.inbox.find(item.author.id, *id)?.clone()))
            });
            if let Some((room, entry)) = shown {
                self.recognise(room, &entry);
            }
        }
    }

    fn item_changed(&mut self, id: EntryId) {
        if let Some(room) = self.outbox.get(id).map(|item| item.room) {
            self.rows_changed(room);
        }
    }

    fn everything_changed(&mut self) {
        let rooms: BTreeSet<RoomId> = self
            .rooms
            .keys()
            .copied()
            .chain(self.outbox.items().map(|item| item.room))
            .collect();
        self.changes.extend(rooms.into_iter().map(Change::Timeline));
        self.changes
            .extend([Change::Connection, Change::Rooms, Change::Outbox]);
    }

    /// Hands the writes collected to storage, as one batch.
    pub(super) fn flush_writes(&mut self) {
        if self.writes.is_empty() {
            return;
        }
        let writes = std::mem::take(&mut self.writes);
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
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
            self.writes.extend(room.cache(epoch).map(Write::PutRoom));
            self.cache_pace.went(now);
        }
    }

    pub(super) fn drive_storage(&mut self, now: Duration) {
        if self.cache_due().is_some_and(|due| due <= now) {
            self.write_caches(now);
        }
        if self.rewrite.at.is_some_and(|at| at <= now) {
            self.rewrite.at = None;
            for id in std::mem::take(&mut self.rewrite.ids) {
                self.writes.push(match self.outbox.get(id) {
                    Some(item) => Write::PutOutbox(item.clone()),
                    None => Write::RemoveOutbox(id),
                });
            }
            if std::mem::take(&mut self.rewrite.identity) {
                self.writes.extend(self.identity.clone().map(Write::PutIdentity));
            }
        }
    }

    pub(super) fn storage_deadline(&self) -> Option<Duration> {
        [self.cache_due(), self.rewrite.at].into_iter().flatten().min()
    }

    fn cache_due(&self) -> Option<Duration> {
        let old = self.rooms.values().any(|room| room.cache_is_old);
        (old && self.elected && self.identity.is_some())
            .then(|| self.cache_pace.due(self.options.cache_every))
    }
}
