//! The entries of the log, and the rooms they are in.

use std::collections::VecDeque;
use std::time::Duration;

use steadfast_shared::event::{self, Cursors, Entries, Heads};
use steadfast_shared::{Entry, RoomId, UserId};

use super::Conversation;
use crate::people::names::NamesVersion;
use crate::record::{RoomCache, Write};
use crate::request::{RequestError, RequestId};
use crate::rng::Rng;
use crate::room::Room;
use crate::room::paging::PageResult;
use crate::session::output::Change;
use crate::session::requests::RequestPurpose;
use crate::vec_map::by_number;

impl Conversation {
    /// The rooms as they were when this device last wrote them. Where storage answers late they may be another person's, or
    /// those of rooms this person is in no longer. `None` for `online` where storage answers first.
    pub(crate) fn restore_rooms(
        &mut self,
        caches: Vec<RoomCache>,
        whose: Option<UserId>,
        online: Option<bool>,
    ) {
        let newest = |cache: &RoomCache| cache.entries.last().map_or(0, |newest| newest.at);
        let places = by_number(caches.iter().map(newest));
        let mut caches: Vec<_> = caches.into_iter().map(Some).collect();
        let caches = places.into_iter().filter_map(|place| caches[place].take());
        let me = self.account.id();
        let mine = whose.is_none_or(|whose| me == Some(whose));
        let bounds = self.options.bounds();
        for cache in caches {
            if self.rooms.contains(cache.room) {
                continue;
            }
            if !mine || online == Some(true) || self.account.epoch() != Some(cache.epoch) {
                self.effects.writes.push(Write::DropRoom(cache.room));
                continue;
            }
            self.names
                .learn_requested(&cache.entries, NamesVersion::default());
            let mut room = Room::restored(bounds, cache, me);
            if online.is_some() {
                // The handshake under way may have said nothing of it.
                room.inbox.doubt();
            }
            self.rooms.insert(room);
        }
        self.rooms.acknowledge_early(&mut self.effects);
        if let Some(me) = self.account.me().cloned() {
            self.names.learn(&me);
        }
    }

    /// A session opened: these are all the rooms there are for this person. Returns those they are in no longer.
    pub(crate) fn open_rooms(&mut self, rooms: &[event::Room], reset: &[RoomId]) -> Vec<RoomId> {
        let mut left: Vec<RoomId> = self.rooms.iter().map(|room| room.id).collect();
        left.retain(|id| rooms.iter().all(|room| room.id != *id));
        for id in &left {
            self.leave_room(*id);
        }
        let bounds = self.options.bounds();
        for listed in rooms {
            listed.with.iter().for_each(|person| self.names.learn(person));
            let former = self.rooms.take_former_log(listed.id);
            let room = self
                .rooms
                .get_or_insert_with(listed.id, || Room::new(bounds, listed));
            if let Some(former) = former {
                room.replaces(former, listed.head);
            }
            if room.open(listed, reset.contains(&listed.id)) {
                self.effects.changes.insert(Change::Timeline(listed.id));
            }
        }
        for room in reset {
            self.let_go_of_places(*room);
        }
        self.rooms.forget_former_logs();
        self.rooms.rename(&self.names);
        left
    }

    /// This person is in a room, which is described like this. Returns the entries that overtook it.
    pub(crate) fn be_in_room(&mut self, told: &event::Room) -> VecDeque<Entries> {
        let id = told.id;
        let mut early = VecDeque::new();
        told.with.iter().for_each(|person| self.names.learn(person));
        if let Some(room) = self.rooms.get_mut(id) {
            room.told(told);
        } else {
            let mut room = Room::new(self.options.bounds(), told);
            room.open(told, false);
            self.rooms.insert(room);
            self.migrate(true);
            early = self.rooms.take_early(id);
        }
        self.rooms.rename(&self.names);
        self.effects.changes.extend([Change::Timeline(id), Change::Rooms]);
        early
    }

    /// Nothing is kept of a room this person is not in. The server will refuse the items that wait to be sent there.
    pub(crate) fn leave_room(&mut self, id: RoomId) {
        self.effects.changes.insert(Change::Rooms);
        if self.rooms.remove(id) {
            self.effects.writes.push(Write::DropRoom(id));
            self.effects
                .changes
                .extend([Change::Timeline(id), Change::Typing(id), Change::Notices]);
        }
    }

    /// Takes in entries of the log of a room this person is in, however they came.
    pub(crate) fn entries(&mut self, id: RoomId, entries: Vec<Entry>, missed: bool) {
        self.recognise_all(id, &entries);
        self.names.learn_pushed(&entries);
        let Some(room) = self.rooms.get_mut(id) else {
            return;
        };
        if room.offer(entries, missed) {
            room.cache_is_old = true;
            self.effects.changes.insert(Change::Timeline(id));
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
        let (RequestPurpose::History(id, heard) | RequestPurpose::Look(id, heard)) = purpose else {
            return;
        };
        if !self.rooms.contains(id) {
            return;
        }
        if let Ok(Ok(page)) = &result
            && page.room == id
        {
            self.recognise_all(id, &page.entries);
            self.names.learn_requested(&page.entries, heard);
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

    /// No request of this link will be answered.
    pub(crate) fn forget_requests(&mut self) {
        self.outbox.flight.link_down();
        self.rooms.forget_requests();
    }
}
