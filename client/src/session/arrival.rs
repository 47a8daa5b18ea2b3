//! How entries arrive: an own one by its ack, or by the log, which takes it from the outbox; the others by the log.

use std::time::Duration;

use socketio_anywhere::backoff::Rng;
use steadfast_shared::event::{Cursors, Heads, Sent};
use steadfast_shared::{Body, Entry, EntryId, Epoch, Person, Quoted, RoomId, WireError};

use super::conversation::Conversation;
use super::output::Change;
use super::requests::RequestPurpose;
use crate::outbox::{BatchOutcome, ItemOutcome};
use crate::record::{Rejection, Write};
use crate::request::{RequestError, RequestId};
use crate::room::paging::PageResult;
use crate::tab_message::{Stored, TabMessage};

impl Conversation {
    /// The server answered the batch under way.
    pub(crate) fn batch_answered(
        &mut self,
        request: RequestId,
        result: Result<Result<Vec<Sent>, WireError>, RequestError>,
        now: Duration,
        rng: &mut Rng,
    ) {
        let outcomes = self.outbox.answered(request, result, now, rng);
        let mut sent = Vec::new();
        for outcome in outcomes {
            match outcome {
                BatchOutcome::Stored { id, seq, at } => {
                    let room = self.outbox.get(id).map(|item| item.room);
                    if let Some((room, epoch)) = room.zip(self.account.epoch()) {
                        let stored = Stored { id, room, seq, at };
                        self.settle(epoch, stored, true);
                        sent.push(stored);
                    }
                }
                BatchOutcome::Refused { id, error } => {
                    let rejection = Rejection::Refused(error);
                    if let Some(item) = self.outbox.reject(id, rejection.clone()).cloned() {
                        self.effects.rows_changed(item.room);
                        self.effects.writes.push(Write::PutOutbox(item));
                        self.effects.broadcast(TabMessage::Rejected { id, rejection });
                    }
                }
            }
        }
        self.broadcast_sent(sent);
        self.effects.changes.insert(Change::Outbox);
    }

    /// Takes in entries of the log of a room this person is in, however they came.
    pub(crate) fn entries(&mut self, id: RoomId, entries: Vec<Entry>, missed: bool) {
        self.recognise_all(id, &entries);
        self.names.learn_pushed(&entries);
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        if let Some(rows) = room.offer(entries, missed) {
            room.cache_is_old = true;
            self.effects.log_changed(id, rows);
        }
        self.effects.changes.insert(Change::Rooms);
    }

    /// The answer to a request for a page of the log, for the window or for a detached view.
    pub(crate) fn pulled(
        &mut self,
        request: RequestId,
        purpose: RequestPurpose,
        result: PageResult,
        now: Duration,
        rng: &mut Rng,
    ) {
        let (RequestPurpose::History(id, version) | RequestPurpose::Look(id, version)) = purpose else {
            return;
        };
        if !self.rooms.contains(id) {
            return;
        }
        if let Ok(Ok(page)) = &result
            && page.room == id
        {
            self.recognise_all(id, &page.entries);
            self.names.learn_requested(&page.entries, version);
        }
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        let result = match result {
            Ok(Ok(page)) if page.room != id => Err(RequestError::Malformed),
            result => result,
        };
        let cursor = room.inbox.high();
        let changed = match purpose {
            RequestPurpose::Look(..) => room.looked(request, result, now, rng),
            _ => room.pulled(request, result, now, rng),
        };
        if changed {
            room.cache_is_old = true;
            self.effects.changes.insert(Change::Timeline(id));
        }
        if room.inbox.high() < cursor {
            self.let_go_of_places(id);
        }
        self.effects.changes.insert(Change::Rooms);
    }

    /// The heads of rooms. One below the cursor that was sent, or below an own entry whose ack another tab got, is that of a
    /// node a little behind, or of a database that went back in time.
    pub(crate) fn heads(&mut self, heads: Heads, sent: &Cursors) {
        for (id, head) in heads {
            let Some(room) = self.rooms.get_mut(id) else {
                continue;
            };
            if sent.get(&id).is_some_and(|cursor| head < cursor.seq) || room.inbox.ahead().is_acked_past(head)
            {
                room.inbox.doubt();
            }
            if room.inbox.raise_head(head) {
                self.effects.changes.insert(Change::Rooms);
            }
        }
    }

    /// The log of `epoch` has the item: it leaves the outbox, and its row takes its place. Returns whether it was in
    /// the outbox. `sent_here`: this tab sent it.
    pub(crate) fn settle(&mut self, epoch: Epoch, stored: Stored, sent_here: bool) -> bool {
        let Some((mut item, local)) = self.outbox.settle(stored.id, ItemOutcome::Sent(epoch, stored)) else {
            return false;
        };
        // The tab that wrote it too: its write may have come after the other's removal.
        if local || sent_here || self.leads {
            self.effects.writes.push(Write::RemoveOutbox(item.id));
        }
        self.effects.rows_changed(item.room);
        if self.account.epoch() != Some(epoch) {
            return true;
        }
        // Another tab brought it into this epoch before this one could: the log has it by whom this person is there.
        if item.epoch != epoch
            && let Some(identity) = self.account.identity()
            && identity.me.id != item.author.id
        {
            item.belong_to(&identity.me, epoch);
        }
        let entry = Entry::new(stored.seq, item.id, item.author, stored.at, item.body);
        let entry = self.complete(stored.room, entry);
        if let Some(room) = self.rooms.get_mut(stored.room) {
            room.cache_is_old |= room.acknowledge(entry, !sent_here);
            self.effects.rows_changed(stored.room);
            self.effects.changes.insert(Change::Rooms);
        } else {
            self.rooms.acked_early(stored.room, entry);
        }
        true
    }

    /// An entry of the log was seen: where it is one of the outbox's, it has arrived, with or without its ack.
    fn recognise(&mut self, room: RoomId, entry: &Entry) -> Option<Stored> {
        let epoch = self.account.epoch()?;
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

    /// Recognises these entries of a room's log, and broadcasts them to the other tabs: they may have had no link when
    /// the log got them, and be in another epoch by the time they have one again.
    pub(crate) fn recognise_all<'a>(&mut self, room: RoomId, entries: impl IntoIterator<Item = &'a Entry>) {
        let recognised = entries
            .into_iter()
            .filter_map(|entry| self.recognise(room, entry));
        let stored: Vec<Stored> = recognised.collect();
        self.broadcast_sent(stored);
    }

    pub(crate) fn broadcast_sent(&mut self, stored: Vec<Stored>) {
        if let Some(epoch) = self.account.epoch().filter(|_| !stored.is_empty()) {
            self.effects.broadcast(TabMessage::Sent { epoch, stored });
        }
    }

    pub(crate) fn settle_what_windows_show(&mut self, ids: &[EntryId]) {
        for id in ids {
            let shown = self.outbox.get(*id).and_then(|item| {
                let room = self.rooms.get(item.room)?;
                Some((item.room, room.inbox.find(item.author.id, *id)?.clone()))
            });
            if let Some((room, entry)) = shown {
                self.recognise_all(room, [&entry]);
            }
        }
    }

    /// An own entry as the log has it, as far as this tab can complete its ack.
    ///
    /// Any entry before it may have changed the message it replies to: ahead of a gap those changes are unknown, and
    /// the log's copy has them.
    fn complete(&self, room: RoomId, mut entry: Entry) -> Entry {
        let names = |id| self.names.get(id).cloned();
        let mentioned: Option<Vec<Person>> = entry.body.mentions().map(names).collect();
        entry.mentioned = mentioned.unwrap_or_default();
        let cursor = self.rooms.get(room).and_then(|room| room.inbox.high());
        if let Body::Message {
            reply_to: Some(message),
            ..
        } = entry.body
            && cursor.is_some_and(|cursor| entry.seq <= cursor + 1)
            && let Some(shown) = self.timeline(room).message(message)
        {
            let text = shown.text().map(|text| Quoted::start_of(text).to_owned());
            entry.quoted = Some(Box::new(Quoted {
                seq: message,
                author: shown.author.clone(),
                text,
            }));
        }
        entry
    }

    /// The room's log went back in time: an unsent item that names a place of it would change another message, or reply
    /// to one.
    pub(crate) fn let_go_of_places(&mut self, room: RoomId) {
        let changes = self
            .outbox
            .items()
            .filter(|item| item.room == room && item.body.changes().is_some() && item.rejected.is_none());
        let changes: Vec<EntryId> = changes.map(|item| item.id).collect();
        for id in changes {
            let rejection = Rejection::OtherEpoch;
            if let Some(item) = self.outbox.reject(id, rejection.clone()).cloned() {
                self.effects.writes.push(Write::PutOutbox(item));
                self.effects.broadcast(TabMessage::Rejected { id, rejection });
            }
        }
        let replies = self.outbox.forget_replies(room);
        self.effects
            .writes
            .extend(replies.into_iter().map(Write::PutOutbox));
        self.effects.rows_changed(room);
    }

    pub(crate) fn item_changed(&mut self, id: EntryId) {
        if let Some(room) = self.outbox.get(id).map(|item| item.room) {
            self.effects.rows_changed(room);
        }
    }
}
