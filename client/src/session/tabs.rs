//! The other tabs of this device, and the election among them.

use steadfast_shared::{Epoch, RoomKind};

use super::Session;
use crate::outbox::ItemOutcome;
use crate::record::{Disk, Identity, OutboxItem, Write};
use crate::room::Room;
use crate::tab_message::{Stored, TabMessage};
use crate::vec_map::VecMap;

impl Session {
    /// This tab drains the outbox from here on.
    pub(super) fn take_over(&mut self, stored: Vec<OutboxItem>) {
        self.elected = true;
        self.tell(TabMessage::Elected);
        let ids: Vec<_> = stored.iter().map(|item| item.id).collect();
        for item in stored {
            if self.outbox.tombstones.outcome(item.id).is_some() {
                self.writes.push(Write::RemoveOutbox(item.id));
            } else {
                self.merge_stored(item);
            }
        }
        self.migrate();
        self.settle_what_windows_show(&ids);
        // The tab that typed them may have died before its write was done.
        let unwritten_of_others: Vec<_> = self.outbox.unwritten_of_others().cloned().collect();
        self.writes
            .extend(unwritten_of_others.into_iter().map(Write::PutOutbox));
        for room in self.rooms.values_mut() {
            room.cache_is_old = true;
        }
        self.everything_changed();
    }

    pub(super) fn heard(&mut self, news: TabMessage) {
        match news {
            TabMessage::Posted { items } => self.on_posted(items),
            TabMessage::Saved { ids } => {
                for id in ids {
                    if self.outbox.on_disk(id, &Ok(())) {
                        self.item_changed(id);
                    }
                }
            }
            TabMessage::Sent { epoch, stored } => {
                // A tab that has them from this tab alone may have started after this message.
                let vouched = stored.iter().filter(|stored| self.outbox.vouches(stored.id));
                let vouched: Vec<Stored> = vouched.copied().collect();
                for stored in stored {
                    self.settle(epoch, stored, false);
                }
                if !vouched.is_empty() {
                    self.tell(TabMessage::Sent {
                        epoch,
                        stored: vouched,
                    });
                }
            }
            TabMessage::Rejected { id, rejection } => {
                if !self.outbox.flight.carries(id) && self.outbox.reject(id, rejection).is_some() {
                    self.item_changed(id);
                }
            }
            TabMessage::Discarded { id } => {
                if self.outbox.vouches(id) {
                    self.tell(TabMessage::Discarded { id });
                }
                if let Some((item, _)) = self.outbox.discard(id) {
                    self.rows_changed(item.room);
                    // This tab may have written it since the other one removed it; or that one died before it could,
                    // and the leader is frozen: left on disk, it would be sent after a restart.
                    self.writes.push(Write::RemoveOutbox(id));
                }
            }
            TabMessage::SignedIn { me, epoch } => {
                // The server's next session decides who is right.
                let same = self
                    .identity
                    .as_ref()
                    .is_some_and(|identity| identity.me.id == me.id && identity.epoch == epoch);
                if !same || !self.dialer.connection().is_up() {
                    self.dialer.renew();
                }
            }
            TabMessage::SignedOut { unsent } => self.heard_signed_out(unsent),
            TabMessage::Started | TabMessage::Elected => {
                // The tab that drains answers for the items that others left.
                let untold: Vec<_> = if self.elected {
                    self.outbox.items().cloned().collect()
                } else {
                    self.outbox.not_in_storage().cloned().collect()
                };
                self.vouch_for(untold);
            }
        }
    }

    pub(super) fn on_posted(&mut self, items: Vec<OutboxItem>) {
        let ids: Vec<_> = items.iter().map(|item| item.id).collect();
        let mut sent: VecMap<Epoch, Vec<Stored>> = VecMap::default();
        for item in items {
            let outcome = self.outbox.tombstones.outcome(item.id);
            if outcome.is_some() && self.elected {
                // It may have come from storage, where a write that failed has left it.
                self.writes.push(Write::RemoveOutbox(item.id));
            }
            match outcome {
                // The sending tab missed its outcome. Any tab that knows broadcasts it: the leader may have died.
                Some(ItemOutcome::Sent(epoch, stored)) => {
                    sent.get_or_insert_with(epoch, Vec::new).push(stored);
                }
                Some(ItemOutcome::Discarded) => self.tell(TabMessage::Discarded { id: item.id }),
                None => {
                    let (id, room) = (item.id, item.room);
                    if self.outbox.merge(item, self.epoch()) {
                        self.rows_changed(room);
                    }
                    self.see_to_writing(id);
                }
            }
        }
        self.migrate();
        for (epoch, stored) in sent {
            self.tell(TabMessage::Sent { epoch, stored });
        }
        self.settle_what_windows_show(&ids);
    }

    pub(super) fn merge_stored(&mut self, item: OutboxItem) {
        let (before, id, room) = (item.room, item.id, self.outbox.get(item.id).map(|item| item.room));
        if self.outbox.merge_stored(item, self.epoch()) {
            self.item_changed(id);
            self.rows_changed(room.unwrap_or(before));
        }
    }

    /// Brings this person's items of another epoch into this one: those they typed then, in any tab. Only while online,
    /// when it is certain which of the epochs is the one before.
    pub(super) fn migrate(&mut self) {
        let Some(Identity { me, epoch }) = self.identity.clone().filter(|_| self.is_online()) else {
            return;
        };
        // By name only a public one is found again.
        let found_by = |room: &Room| match room.about.kind {
            RoomKind::Public => room.name.clone(),
            RoomKind::Private | RoomKind::Direct => String::new(),
        };
        let rooms: Vec<_> = self
            .rooms
            .values()
            .map(|room| (room.id, found_by(room)))
            .collect();
        let migrated = self.outbox.migrate(&me, &self.formerly, epoch, &rooms);
        let mut told = Vec::new();
        for (item, local) in migrated {
            self.rows_changed(item.room);
            if local || self.elected {
                self.writes.push(Write::PutOutbox(item.clone()));
                told.push(item);
            }
        }
        self.vouch_for(told);
    }

    /// Broadcasts items that the other tabs may have from no other tab.
    pub(super) fn vouch_for(&mut self, items: Vec<OutboxItem>) {
        for item in &items {
            self.outbox.vouch(item.id);
        }
        self.broadcast_posted(items);
    }

    /// Broadcasts items as they are, and which of them are on disk.
    pub(super) fn broadcast_posted(&mut self, items: Vec<OutboxItem>) {
        if items.is_empty() {
            return;
        }
        let written = items.iter().filter(|item| item.disk == Disk::Written);
        let ids: Vec<_> = written.map(|item| item.id).collect();
        self.tell(TabMessage::Posted { items });
        if !ids.is_empty() {
            self.tell(TabMessage::Saved { ids });
        }
    }
}
