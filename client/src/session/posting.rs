//! A person's actions on their own items: to post, retry, edit and discard.

use steadfast_shared::{Body, EntryId, Epoch, MessageText, Millis, Person, RoomId, RoomKind};
use uuid::Uuid;

use super::conversation::Conversation;
use super::output::Refusal;
use crate::record::{Disk, OutboxItem, Rejection, Write};
use crate::tab_message::TabMessage;

const NEITHER: Epoch = Epoch(Uuid::nil());

impl Conversation {
    /// Whether a post would be taken.
    pub(crate) fn can_post(&self) -> Result<(), Refusal> {
        if self.account.identity().is_none() {
            return Err(Refusal::NotSignedIn);
        }
        if self.outbox.len() >= self.options.outbox {
            return Err(Refusal::OutboxFull);
        }
        Ok(())
    }

    /// Returns whether it was taken.
    pub(crate) fn post(&mut self, room: RoomId, id: EntryId, body: Body, at: Millis) -> bool {
        let taken = self.outbox.contains(id) || self.outbox.tombstones.outcome(id).is_some();
        let able = self
            .can_post()
            .and(if taken { Err(Refusal::IdTaken) } else { Ok(()) });
        match (able, self.account.identity().cloned()) {
            (Ok(()), Some(identity)) => {
                let order = self.outbox.next_order();
                // A place may hold another message by the time the change arrives.
                let message_id = body.changes().and_then(|seq| self.timeline(room).id_at(seq));
                let public = self
                    .rooms
                    .get(room)
                    .filter(|room| room.about.kind == RoomKind::Public);
                let room_name = public.map(|room| room.name.clone());
                self.put_in_outbox(OutboxItem {
                    id,
                    room,
                    room_name: room_name.unwrap_or_default(),
                    epoch: identity.epoch,
                    typed_in: identity.epoch,
                    author: identity.me,
                    body,
                    message_id,
                    at,
                    order,
                    tries: 0,
                    rejected: None,
                    disk: Disk::Writing,
                });
                return true;
            }
            (Err(refusal), _) => self.effects.refuse(id, refusal),
            (Ok(()), None) => self.effects.refuse(id, Refusal::NotSignedIn),
        }
        false
    }

    pub(crate) fn retry(&mut self, id: EntryId, online: bool) {
        match self.rejected(id) {
            Ok((item, me)) => {
                let epoch = self.epoch_decided_in(&item);
                if let Some(item) = self.outbox.retry(id, me, epoch, self.leads).cloned() {
                    self.effects.rows_changed(item.room);
                    self.effects.writes.push(Write::PutOutbox(item.clone()));
                    self.broadcast_posted(vec![item]);
                    self.migrate(online);
                }
            }
            // It waits to be sent already, as wanted.
            Err(Refusal::MaybeSent) => {}
            Err(refusal) => self.effects.refuse(id, refusal),
        }
    }

    pub(crate) fn edit(&mut self, id: EntryId, new_id: EntryId, text: MessageText, at: Millis, online: bool) {
        let editable = match self.rejected(id) {
            Err(Refusal::MaybeSent) if !self.outbox.maybe_sent(id) => self
                .outbox
                .get(id)
                .map(|item| (item.clone(), item.author.clone()))
                .ok_or(Refusal::NotWaiting),
            otherwise => otherwise,
        };
        let taken = self.outbox.contains(new_id) || self.outbox.tombstones.outcome(new_id).is_some();
        let editable = editable.and_then(|(old, me)| {
            let body = match old.body {
                Body::Message { reply_to, .. } => Body::Message { text, reply_to },
                Body::Edit { message, .. } => Body::Edit { message, text },
                _ => return Err(Refusal::NoText),
            };
            Ok((OutboxItem { body, ..old }, me))
        });
        match editable {
            Ok(_) if taken => self.effects.refuse(new_id, Refusal::IdTaken),
            Ok((old, me)) => {
                let epoch = self.epoch_decided_in(&old);
                self.throw_away(id);
                self.put_in_outbox(OutboxItem {
                    id: new_id,
                    epoch,
                    typed_in: epoch,
                    author: me,
                    at,
                    tries: 0,
                    rejected: None,
                    disk: Disk::Writing,
                    ..old
                });
                self.migrate(online);
            }
            Err(refusal) => self.effects.refuse(id, refusal),
        }
    }

    pub(crate) fn discard(&mut self, id: EntryId) {
        if self.outbox.contains(id) {
            self.throw_away(id);
        } else {
            self.effects.refuse(id, Refusal::NotWaiting);
        }
    }

    /// The item, where a person has to decide about it, and who would send it. [`Refusal::MaybeSent`] for one that
    /// waits to be sent.
    fn rejected(&self, id: EntryId) -> Result<(OutboxItem, Person), Refusal> {
        let item = self.outbox.get(id).ok_or(Refusal::NotWaiting)?;
        let Some(now) = self.account.identity() else {
            return Err(Refusal::NotSignedIn);
        };
        if item.is_anothers(Some(now)) {
            return Err(Refusal::NotWaiting);
        }
        item.rejection_for(Some(now)).ok_or(Refusal::MaybeSent)?;
        let gone = item.epoch != now.epoch || item.rejected == Some(Rejection::OtherEpoch);
        if item.body.changes().is_some() && gone {
            return Err(Refusal::OtherEpoch);
        }
        Ok((item.clone(), now.me.clone()))
    }

    /// The epoch of an item that a person decides about. Where it is of another epoch than this tab's, either may be the
    /// one before: it is in neither until the server confirms one, and is brought into that.
    fn epoch_decided_in(&self, item: &OutboxItem) -> Epoch {
        match self.account.epoch() {
            Some(epoch) if epoch == item.epoch => epoch,
            _ => NEITHER,
        }
    }

    fn put_in_outbox(&mut self, item: OutboxItem) {
        self.effects.rows_changed(item.room);
        self.outbox.post(item.clone(), self.leads);
        self.effects.writes.push(Write::PutOutbox(item.clone()));
        self.broadcast_posted(vec![item]);
    }

    fn throw_away(&mut self, id: EntryId) {
        if let Some((item, _)) = self.outbox.discard(id) {
            self.effects.rows_changed(item.room);
            self.effects.writes.push(Write::RemoveOutbox(id));
            self.effects.broadcast(TabMessage::Discarded { id });
        }
    }
}
