//! The items of the other tabs of this device.

use steadfast_shared::{Epoch, RoomKind};

use super::conversation::Conversation;
use crate::outbox::ItemOutcome;
use crate::record::{Disk, Identity, OutboxItem, Write};
use crate::room::Room;
use crate::tab_message::{Stored, TabMessage};
use crate::vec_map::VecMap;

impl Conversation {
    /// This tab drains the outbox from here on.
    pub(crate) fn take_over(&mut self, stored: Vec<OutboxItem>, online: bool) {
        self.leads = true;
        self.effects.broadcast(TabMessage::TookOver);
        let ids: Vec<_> = stored.iter().map(|item| item.id).collect();
        for item in stored {
            if self.outbox.tombstones.outcome(item.id).is_some() {
                self.effects.writes.push(Write::RemoveOutbox(item.id));
            } else {
                self.merge_stored(item);
            }
        }
        self.migrate(online);
        self.settle_what_windows_show(&ids);
        // The tab that typed them may have died before its write was done.
        let unwritten_of_others: Vec<_> = self.outbox.unwritten_of_others().cloned().collect();
        self.effects
            .writes
            .extend(unwritten_of_others.into_iter().map(Write::PutOutbox));
        for room in self.rooms.iter_mut() {
            room.cache_is_old = true;
        }
        self.everything_changed();
    }

    fn on_posted(&mut self, items: Vec<OutboxItem>, online: bool) {
        let ids: Vec<_> = items.iter().map(|item| item.id).collect();
        let mut sent: VecMap<Epoch, Vec<Stored>> = VecMap::default();
        for item in items {
            let outcome = self.outbox.tombstones.outcome(item.id);
            if outcome.is_some() && self.leads {
                // It may have come from storage, where a write that failed has left it.
                self.effects.writes.push(Write::RemoveOutbox(item.id));
            }
            match outcome {
                // The sending tab missed its outcome. Any tab that knows broadcasts it: the leader may have died.
                Some(ItemOutcome::Sent(epoch, stored)) => {
                    sent.get_or_insert_with(epoch, Vec::new).push(stored);
                }
                Some(ItemOutcome::Discarded) => self.effects.broadcast(TabMessage::Discarded { id: item.id }),
                None => {
                    let room = item.room;
                    if self.outbox.merge(item, self.account.identity()) {
                        self.effects.rows_changed(room);
                    }
                }
            }
        }
        self.migrate(online);
        for (epoch, stored) in sent {
            self.effects.broadcast(TabMessage::Sent { epoch, stored });
        }
        self.settle_what_windows_show(&ids);
    }

    /// Another tab says what became of items, or brings some up.
    pub(crate) fn on_items(&mut self, news: TabMessage, online: bool) {
        match news {
            TabMessage::Posted { items } => self.on_posted(items, online),
            TabMessage::Saved { ids } => {
                for id in ids {
                    if self.outbox.on_disk(id, &Ok(())) {
                        self.item_changed(id);
                    }
                }
            }
            TabMessage::Sent { epoch, stored } => self.on_sent(epoch, stored),
            TabMessage::Rejected { id, rejection } => {
                if !self.outbox.flight.carries(id) && self.outbox.reject(id, rejection).is_some() {
                    self.item_changed(id);
                }
            }
            TabMessage::Discarded { id } => {
                if self.outbox.vouches(id) {
                    self.effects.broadcast(TabMessage::Discarded { id });
                }
                if let Some((item, _)) = self.outbox.discard(id) {
                    self.effects.rows_changed(item.room);
                    // This tab may have written it since the other one removed it; or that one died before it could,
                    // and the leader is frozen: left on disk, it would be sent after a restart.
                    self.effects.writes.push(Write::RemoveOutbox(id));
                }
            }
            TabMessage::Started | TabMessage::TookOver => {
                // The tab that drains answers for the items that others left.
                let untold: Vec<_> = if self.leads {
                    self.outbox.items().cloned().collect()
                } else {
                    self.outbox.not_in_storage().cloned().collect()
                };
                self.vouch_for(untold);
            }
            TabMessage::SignedIn { .. } | TabMessage::SignedOut { .. } => {}
        }
    }

    /// Another tab got the acks of these items.
    fn on_sent(&mut self, epoch: Epoch, stored: Vec<Stored>) {
        // A tab that has them from this tab alone may have started after this message.
        let vouched = stored.iter().filter(|stored| self.outbox.vouches(stored.id));
        let vouched: Vec<Stored> = vouched.copied().collect();
        for stored in stored {
            self.settle(epoch, stored, false);
        }
        if !vouched.is_empty() {
            self.effects.broadcast(TabMessage::Sent {
                epoch,
                stored: vouched,
            });
        }
    }

    pub(crate) fn merge_stored(&mut self, item: OutboxItem) {
        let (before, id, room) = (item.room, item.id, self.outbox.get(item.id).map(|item| item.room));
        if self.outbox.merge_stored(item, self.account.identity()) {
            self.item_changed(id);
            self.effects.rows_changed(room.unwrap_or(before));
        }
    }

    /// Brings this person's items of another epoch into this one: those they typed then, in any tab. Only while online,
    /// when it is certain which of the epochs is the one before.
    pub(crate) fn migrate(&mut self, online: bool) {
        let Some(Identity { me, epoch }) = self.account.identity().cloned().filter(|_| online) else {
            return;
        };
        // By name only a public one is found again.
        let found_by = |room: &Room| match room.about.kind {
            RoomKind::Public => room.name.clone(),
            RoomKind::Private | RoomKind::Direct => String::new(),
        };
        let rooms: Vec<_> = self.rooms.iter().map(|room| (room.id, found_by(room))).collect();
        let migrated = self.outbox.migrate(&me, self.account.formerly(), epoch, &rooms);
        let mut taken = Vec::new();
        for (item, local) in migrated {
            self.effects.rows_changed(item.room);
            if local || self.leads {
                self.effects.writes.push(Write::PutOutbox(item.clone()));
                taken.push(item);
            }
        }
        self.vouch_for(taken);
    }

    /// Broadcasts items that the other tabs may have from no other tab.
    pub(crate) fn vouch_for(&mut self, items: Vec<OutboxItem>) {
        for item in &items {
            self.outbox.vouch(item.id);
        }
        self.broadcast_posted(items);
    }

    /// Broadcasts items as they are, and which of them are on disk.
    pub(crate) fn broadcast_posted(&mut self, items: Vec<OutboxItem>) {
        if items.is_empty() {
            return;
        }
        let written = items.iter().filter(|item| item.disk == Disk::Written);
        let ids: Vec<_> = written.map(|item| item.id).collect();
        self.effects.broadcast(TabMessage::Posted { items });
        if !ids.is_empty() {
            self.effects.broadcast(TabMessage::Saved { ids });
        }
    }
}
