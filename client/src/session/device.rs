//! Who is signed in on this device, and the records restored from its storage.

use steadfast_shared::{Epoch, Person, Role, UserId};

use super::Session;
use super::output::Change;
use crate::connection::Connection;
use crate::mutants::{Mutant, mutant_active};
use crate::people::names::{Names, NamesVersion};
use crate::people::notices::Notices;
use crate::people::presence::KnownPresence;
use crate::record::{Identity, Restored, RoomCache, Unsent, Write};
use crate::room::Room;
use crate::tab_message::TabMessage;
use crate::vec_map::{VecMap, by_number};

impl Session {
    pub(super) fn restored(&mut self, mut restored: Restored) {
        if mutant_active(Mutant::OutboxForgotten) {
            restored.outbox.clear();
        }
        let whose = restored.identity.as_ref().map(|before| before.me.id);
        match (&self.identity, restored.identity) {
            (None, identity) => self.identity = identity,
            // It comes late, after a person signed in.
            (Some(now), Some(before)) if now.epoch != before.epoch => {
                self.formerly.push(before.me.id);
            }
            _ => {}
        }
        self.restore_rooms(restored.rooms, whose);
        let ids: Vec<_> = restored.outbox.iter().map(|item| item.id).collect();
        for item in restored.outbox {
            if self.outbox.tombstones.outcome(item.id).is_some() {
                self.writes.push(Write::RemoveOutbox(item.id));
            }
            self.merge_stored(item);
        }
        self.settle_what_windows_show(&ids);
        self.tell(TabMessage::Started);
        // Another tab may know their outcome by now; a third may start between that outcome and this message.
        let items: Vec<_> = self.outbox.items().cloned().collect();
        self.vouch_for(items);
        self.everything_changed();
        self.begun = true;
    }

    /// The rooms as they were when this device last wrote them. Where storage answers late they may be another person's, or
    /// those of rooms this person is in no longer.
    fn restore_rooms(&mut self, caches: Vec<RoomCache>, whose: Option<UserId>) {
        let newest = |cache: &RoomCache| cache.entries.last().map_or(0, |newest| newest.at);
        let places = by_number(caches.iter().map(newest));
        let mut caches: Vec<_> = caches.into_iter().map(Some).collect();
        let caches = places.into_iter().filter_map(|place| caches[place].take());
        let me = self.my_id();
        let mine = whose.is_none_or(|whose| me == Some(whose));
        let bounds = self.bounds();
        for cache in caches {
            if self.rooms.contains_key(&cache.room) {
                continue;
            }
            if !mine || self.is_online() || self.epoch() != Some(cache.epoch) {
                self.writes.push(Write::DropRoom(cache.room));
                continue;
            }
            self.names.read(&cache.entries, NamesVersion::default());
            let mut room = Room::restored(bounds, cache, me);
            if self.begun {
                // The handshake under way may have said nothing of it.
                room.inbox.doubt();
            }
            self.rooms.insert(room.id, room);
        }
        self.acknowledge_early();
        if let Some(me) = self.me().cloned() {
            self.hear_name(&me);
        }
    }

    /// A person signed in, here.
    pub(super) fn signed_in(&mut self, me: Person, epoch: Epoch) {
        let before = self.identity.clone();
        self.identify(me, epoch);
        // The link speaks for the person signed in when it was made, or was refused because nobody was.
        let connection = self.dialer.connection();
        let another = before != self.identity && connection.is_up();
        if another || matches!(connection, Connection::Refused { .. }) {
            self.dialer.renew();
        }
    }

    /// The person signed in is no longer, here.
    pub(super) fn signed_out(&mut self, unsent: Unsent) {
        // The link speaks for this person.
        self.dialer.disconnect();
        self.forget_person(unsent);
        self.tell(TabMessage::SignedOut { unsent });
    }

    /// Another tab signed the person out. This tab erases too: a write of its own may have come after the other one's.
    pub(super) fn heard_signed_out(&mut self, unsent: Unsent) {
        self.forget_person(unsent);
        if self.dialer.connection().is_up() {
            self.dialer.renew();
        }
        self.changes.insert(Change::SignedOut(unsent));
    }

    fn forget_person(&mut self, unsent: Unsent) {
        self.everything_changed();
        self.forget_requests();
        self.identity = None;
        self.role = Role::Member;
        self.formerly.clear();
        self.rooms = VecMap::default();
        self.names = Names::default();
        self.presence = KnownPresence::default();
        self.notices = Notices::default();
        self.typing_throttle = VecMap::default();
        self.early.clear();
        self.early_acked.clear();
        // A cache that waits to be written would bring back the erased records.
        self.writes
            .retain(|write| !matches!(write, Write::PutRoom(_) | Write::PutIdentity(_)));
        self.writes.extend([Write::DropRooms, Write::DropIdentity]);
        if unsent == Unsent::Discard {
            let ids: Vec<_> = self.outbox.items().map(|item| item.id).collect();
            for id in ids {
                self.outbox.discard(id);
            }
            self.writes.retain(|write| !matches!(write, Write::PutOutbox(_)));
            self.writes.push(Write::DropOutbox);
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
            && !mutant_active(Mutant::EpochIgnored)
        {
            self.role = Role::Member;
            self.blocked.clear();
            self.deleted.clear();
            let gone = std::mem::take(&mut self.rooms);
            self.changes.extend(gone.keys().copied().map(Change::Timeline));
            let is_same_person = old.me.id == me.id;
            let former = gone.into_iter().filter(|_| is_same_person);
            self.former_logs = former.map(|(id, room)| (id, room.into_former())).collect();
            self.presence = KnownPresence::default();
            self.notices = Notices::default();
            self.early_acked.clear();
            self.writes.push(Write::DropRooms);
            if old.epoch != epoch {
                self.formerly.push(old.me.id);
                self.names = Names::default();
                let reassigned = self.outbox.reassign(old.me.id, &me);
                let answered_for = reassigned.into_iter().filter(|(_, local)| *local || self.elected);
                self.writes
                    .extend(answered_for.map(|(item, _)| Write::PutOutbox(item)));
            }
        }
        self.hear_name(&me);
        self.writes.push(Write::PutIdentity(identity));
        self.tell(TabMessage::SignedIn { me, epoch });
        self.everything_changed();
    }

    pub(super) fn everything_changed(&mut self) {
        let rooms = self.rooms.keys().copied();
        let rooms = rooms.chain(self.outbox.items().map(|item| item.room));
        self.changes.extend(rooms.map(Change::Timeline));
        self.changes.extend([
            Change::Connection,
            Change::Rooms,
            Change::Outbox,
            Change::Presence,
        ]);
    }
}
