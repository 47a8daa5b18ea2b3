//! A person's actions in the chat.

use std::time::Duration;

use steadfast_shared::event::{Away, TypingIn};
use steadfast_shared::{Body, EntryId, Epoch, MessageText, Millis, Person, RoomId, RoomKind, Seq};
use uuid::Uuid;

use super::Session;
use super::output::{Change, Ephemeral, Output, Refusal};
use crate::record::{Disk, OutboxItem, Rejection, Write};
use crate::room::detached::Anchor;
use crate::tab_message::TabMessage;
use crate::throttle::Throttle;

const NEITHER: Epoch = Epoch(Uuid::nil());

/// A `typing` counts for 5 s; this leaves room for a slow link.
const TYPING_EVERY: Duration = Duration::from_secs(3);

impl Session {
    /// Whether a post would be taken.
    pub fn can_post(&self) -> Result<(), Refusal> {
        if self.identity.is_none() {
            return Err(Refusal::NotSignedIn);
        }
        if self.outbox.len() >= self.options.outbox {
            return Err(Refusal::OutboxFull);
        }
        Ok(())
    }

    pub(super) fn post(&mut self, room: RoomId, id: EntryId, body: Body, at: Millis) {
        let taken = self.outbox.contains(id) || self.outbox.tombstones.outcome(id).is_some();
        let able = self
            .can_post()
            .and(if taken { Err(Refusal::IdTaken) } else { Ok(()) });
        match (able, self.identity.clone()) {
            (Ok(()), Some(identity)) => {
                if body.changes().is_none() {
                    // The message ends the others' *is writing*: the next keypress is sent at once.
                    self.typing_throttle.remove(&room);
                }
                let order = self.outbox.next_order();
                let public = self
                    .rooms
                    .get(&room)
                    .filter(|room| room.about.kind == RoomKind::Public);
                let room_name = public.map(|room| room.name.clone());
                self.put_in_outbox(OutboxItem {
                    id,
                    room,
                    room_name: room_name.unwrap_or_default(),
                    epoch: identity.epoch,
                    author: identity.me,
                    body,
                    at,
                    order,
                    tries: 0,
                    rejected: None,
                    disk: Disk::Writing,
                });
            }
            (Err(refusal), _) => self.refuse(id, refusal),
            (Ok(()), None) => self.refuse(id, Refusal::NotSignedIn),
        }
    }

    pub(super) fn retry(&mut self, id: EntryId) {
        match self.rejected(id) {
            Ok((item, me)) => {
                let epoch = self.epoch_decided_in(&item);
                if let Some(item) = self.outbox.retry(id, me, epoch, self.elected).cloned() {
                    self.rows_changed(item.room);
                    self.writes.push(Write::PutOutbox(item.clone()));
                    self.broadcast_posted(vec![item]);
                    self.migrate();
                }
            }
            // It waits to be sent already, as wanted.
            Err(Refusal::MaybeSent) => {}
            Err(refusal) => self.refuse(id, refusal),
        }
    }

    pub(super) fn edit(&mut self, id: EntryId, new_id: EntryId, text: MessageText, at: Millis) {
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
            Ok(_) if taken => self.refuse(new_id, Refusal::IdTaken),
            Ok((old, me)) => {
                let epoch = self.epoch_decided_in(&old);
                self.throw_away(id);
                self.put_in_outbox(OutboxItem {
                    id: new_id,
                    epoch,
                    author: me,
                    at,
                    tries: 0,
                    rejected: None,
                    disk: Disk::Writing,
                    ..old
                });
                self.migrate();
            }
            Err(refusal) => self.refuse(id, refusal),
        }
    }

    pub(super) fn discard(&mut self, id: EntryId) {
        if self.outbox.contains(id) {
            self.throw_away(id);
        } else {
            self.refuse(id, Refusal::NotWaiting);
        }
    }

    pub(super) fn want_older(&mut self, id: RoomId) {
        let bound = self.options.window;
        if let Some(room) = self.rooms.get_mut(&id)
            && room.want_older(bound)
        {
            self.changes.extend([Change::Rooms, Change::Timeline(id)]);
        }
    }

    pub(super) fn want_newer(&mut self, id: RoomId) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.want_newer();
            self.changes.extend([Change::Rooms, Change::Timeline(id)]);
        }
    }

    pub(super) fn look(&mut self, id: RoomId, at: Option<Anchor>) {
        let bound = self.options.window;
        if let Some(room) = self.rooms.get_mut(&id) {
            match at {
                Some(at) => room.look(at, bound),
                None => room.look_end(),
            }
            self.changes.extend([Change::Rooms, Change::Timeline(id)]);
        }
    }

    pub(super) fn typing_here(&mut self, room: RoomId, now: Duration) {
        if !self.is_online() || !self.rooms.contains_key(&room) {
            return;
        }
        let throttle = self.typing_throttle.get_or_insert_with(room, Throttle::default);
        if throttle.due(TYPING_EVERY) <= now {
            throttle.went(now);
            self.outputs
                .push_back(Output::Emit(Ephemeral::Typing(TypingIn { room })));
        }
    }

    pub(super) fn away(&mut self, away: bool) {
        if std::mem::replace(&mut self.away, away) != away {
            self.tell_away();
        }
    }

    pub(super) fn tell_away(&mut self) {
        if self.is_online() {
            let away = Away { away: self.away };
            self.outputs.push_back(Output::Emit(Ephemeral::Away(away)));
        }
    }

    pub(super) fn read_here(&mut self, id: RoomId, seq: Seq) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        if room.mark_read(seq, false) {
            self.changes.insert(Change::Rooms);
        }
        if room.inbox.seen(seq) {
            self.changes.insert(Change::Timeline(id));
        }
    }

    /// The item, where a person has to decide about it, and who would send it. [`Refusal::MaybeSent`] for one that
    /// waits to be sent.
    fn rejected(&self, id: EntryId) -> Result<(OutboxItem, Person), Refusal> {
        let item = self.outbox.get(id).ok_or(Refusal::NotWaiting)?;
        let Some(now) = &self.identity else {
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
        match self.epoch() {
            Some(epoch) if epoch == item.epoch => epoch,
            _ => NEITHER,
        }
    }

    fn put_in_outbox(&mut self, item: OutboxItem) {
        self.rows_changed(item.room);
        self.outbox.post(item.clone(), self.elected);
        self.writes.push(Write::PutOutbox(item.clone()));
        self.broadcast_posted(vec![item]);
    }

    fn throw_away(&mut self, id: EntryId) {
        if let Some((item, _)) = self.outbox.discard(id) {
            self.rows_changed(item.room);
            self.writes.push(Write::RemoveOutbox(id));
            self.tell(TabMessage::Discarded { id });
        }
    }
}
