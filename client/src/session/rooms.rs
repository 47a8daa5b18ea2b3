//! The rooms this person is in: coming into one, leaving it, and what came too early for one.

use std::collections::VecDeque;

use steadfast_shared::event::{self, Cursors, Entries};
use steadfast_shared::{Entry, RoomId, Seq, UserId, limit};

use super::conversation::Conversation;
use super::output::{Change, Effects};
use crate::connection::EARLY;
use crate::people::names::{Names, NamesVersion};
use crate::record::{RoomCache, Write};
use crate::room::Room;
use crate::room::former::FormerLog;
use crate::room::paging::Anchor;
use crate::vec_map::{VecMap, by_number};

/// Most deleted rooms remembered.
const DELETED: usize = 64;

/// The rooms by their ids.
#[derive(Debug, Default)]
pub(crate) struct OwnRooms {
    by_id: VecMap<RoomId, Room>,
    /// Messages shown in the rooms of the former epoch, until a session opens in this one.
    former_logs: VecMap<RoomId, FormerLog>,
    /// Those that were deleted while this person was in them, the newest last.
    deleted: VecDeque<RoomId>,
    /// Entries that overtook the event that put this person in their room.
    early: VecDeque<Entries>,
    /// Own entries that another tab had acknowledged in rooms this tab does not know yet.
    early_acked: Vec<(RoomId, Entry)>,
}

impl OwnRooms {
    pub(crate) fn get(&self, room: RoomId) -> Option<&Room> {
        self.by_id.get(&room)
    }

    pub(crate) fn get_mut(&mut self, room: RoomId) -> Option<&mut Room> {
        self.by_id.get_mut(&room)
    }

    pub(crate) fn contains(&self, room: RoomId) -> bool {
        self.by_id.contains_key(&room)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Room> {
        self.by_id.values()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Room> {
        self.by_id.values_mut()
    }

    pub(crate) fn insert(&mut self, room: Room) {
        self.by_id.insert(room.id, room);
    }

    pub(crate) fn get_or_insert_with(&mut self, id: RoomId, room: impl FnOnce() -> Room) -> &mut Room {
        self.by_id.get_or_insert_with(id, room)
    }

    /// The rooms of another epoch: remembers which messages these showed.
    pub(crate) fn replacing(former: Self) -> Self {
        let logs = former.by_id.into_iter();
        Self {
            former_logs: logs.map(|(id, room)| (id, room.into_former())).collect(),
            ..Self::default()
        }
    }

    /// Whatever was shown of a room in the former epoch.
    pub(crate) fn take_former_log(&mut self, room: RoomId) -> Option<FormerLog> {
        self.former_logs.remove(&room)
    }

    /// The session has told all rooms: the others of the former epoch are gone.
    pub(crate) fn forget_former_logs(&mut self) {
        self.former_logs.clear();
    }

    /// A person has seen which messages of a room are lost.
    pub(crate) fn forget_lost(&mut self, id: RoomId, effects: &mut Effects) {
        if self.get_mut(id).is_some_and(Room::forget_lost) {
            effects.changes.insert(Change::Rooms);
        }
    }

    /// A person wants to see older entries of a room: one more page.
    pub(crate) fn want_older(&mut self, id: RoomId, bound: usize, effects: &mut Effects) {
        if let Some(room) = self.get_mut(id)
            && room.want_older(bound)
        {
            effects.view_changed(id);
        }
    }

    /// A person in a detached view wants to see newer entries.
    pub(crate) fn want_newer(&mut self, id: RoomId, effects: &mut Effects) {
        if let Some(room) = self.get_mut(id) {
            room.want_newer();
            effects.view_changed(id);
        }
    }

    /// A person wants to see another place of the log, or the newest entries.
    pub(crate) fn look(&mut self, id: RoomId, at: Option<Anchor>, bound: usize, effects: &mut Effects) {
        if let Some(room) = self.get_mut(id) {
            match at {
                Some(at) => room.look(at, bound),
                None => room.look_end(),
            }
            effects.view_changed(id);
        }
    }

    /// A person has seen a room up to `seq`, here.
    pub(crate) fn read_here(&mut self, id: RoomId, seq: Seq, effects: &mut Effects) {
        let Some(room) = self.get_mut(id) else {
            return;
        };
        if room.mark_read(seq, false) {
            effects.changes.insert(Change::Rooms);
        }
        if room.inbox.seen(seq) {
            effects.changes.insert(Change::Timeline(id));
        }
    }

    /// A person has seen a room up to `seq`, elsewhere.
    pub(crate) fn read_elsewhere(&mut self, id: RoomId, seq: Seq, effects: &mut Effects) {
        if let Some(room) = self.get_mut(id)
            && room.mark_read(seq, true)
        {
            effects.changes.insert(Change::Rooms);
        }
    }

    /// Forgets a room. Returns whether this person was in it.
    pub(crate) fn remove(&mut self, room: RoomId) -> bool {
        self.early.retain(|entries| entries.room != room);
        self.early_acked.retain(|(of, _)| *of != room);
        self.by_id.remove(&room).is_some()
    }

    /// Remembers that a room is no more.
    pub(crate) fn deleted(&mut self, room: RoomId) {
        if !self.was_deleted(room) {
            if self.deleted.len() == DELETED {
                self.deleted.pop_front();
            }
            self.deleted.push_back(room);
        }
    }

    pub(crate) fn was_deleted(&self, room: RoomId) -> bool {
        self.deleted.contains(&room)
    }

    /// Entries that overtook the event that put this person in their room.
    pub(crate) fn too_early(&mut self, room: RoomId, entries: Vec<Entry>) {
        if let Some(from) = entries.first().map(|entry| entry.seq)
            && self.early.len() < EARLY
        {
            self.early.push_back(Entries { room, from, entries });
        }
    }

    /// The entries that came too early for a room.
    pub(crate) fn take_early(&mut self, room: RoomId) -> VecDeque<Entries> {
        let early;
        (early, self.early) = std::mem::take(&mut self.early)
            .into_iter()
            .partition(|entries| entries.room == room);
        early
    }

    /// An own entry that was acknowledged to another tab before this one knows its room.
    pub(crate) fn acked_early(&mut self, room: RoomId, entry: Entry) {
        if self.early_acked.len() < EARLY {
            self.early_acked.push((room, entry));
        }
    }

    /// Takes these into the rooms that are known by now.
    pub(crate) fn acknowledge_early(&mut self, effects: &mut Effects) {
        for (id, entry) in std::mem::take(&mut self.early_acked) {
            if let Some(room) = self.by_id.get_mut(&id) {
                room.cache_is_old |= room.acknowledge(entry, true);
                effects.changes.insert(Change::Timeline(id));
            } else {
                self.early_acked.push((id, entry));
            }
        }
    }

    /// A session told all the rooms there are.
    pub(crate) fn forget_acked_early(&mut self) {
        self.early_acked.clear();
    }

    pub(crate) fn cursors(&self) -> Cursors {
        let rooms = self.iter();
        let known = rooms.filter_map(|room| Some((room.id, room.inbox.cursor()?)));
        // `collect` would sort first, by kilobytes of program.
        let mut cursors = Cursors::new();
        for (room, cursor) in known.take(limit::CURSORS) {
            cursors.insert(room, cursor);
        }
        cursors
    }

    /// The people of direct rooms, by the names they have.
    pub(crate) fn rename(&mut self, names: &Names) {
        for room in self.by_id.values_mut() {
            for person in &mut room.about.with {
                let current = names.current(person).clone();
                room.cache_is_old |= *person != current;
                *person = current;
            }
        }
    }

    pub(crate) fn forget_requests(&mut self) {
        self.early.clear();
        for room in self.iter_mut() {
            room.forget_requests();
        }
    }

    pub(crate) fn link_ended(&mut self) {
        for room in self.iter_mut() {
            room.link_down();
        }
    }
}

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
    pub(crate) fn be_in_room(&mut self, state: &event::Room) -> VecDeque<Entries> {
        let id = state.id;
        let mut early = VecDeque::new();
        state.with.iter().for_each(|person| self.names.learn(person));
        if let Some(room) = self.rooms.get_mut(id) {
            room.apply_state(state);
        } else {
            let mut room = Room::new(self.options.bounds(), state);
            room.open(state, false);
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

    /// No request of this link will be answered.
    pub(crate) fn forget_requests(&mut self) {
        self.outbox.flight.link_down();
        self.rooms.forget_requests();
    }
}
