//! Which rooms this person is in, and their properties.

use steadfast_shared::event::Entries;
use steadfast_shared::room::{MemberNews, RoomNews};
use steadfast_shared::{Entry, Person, RoomId, event};

use std::time::Duration;

use super::Session;
use super::output::Change;
use crate::connection::EARLY;
use crate::record::Write;
use crate::room::Room;
use crate::vec_map::VecMap;

/// Most deleted rooms remembered.
const DELETED: usize = 64;

impl Session {
    /// A session opened: these are all the rooms there are for this person.
    pub(super) fn open_rooms(&mut self, rooms: &[event::Room], reset: &[RoomId]) {
        let known: Vec<RoomId> = self.rooms.keys().copied().collect();
        for id in known {
            if rooms.iter().all(|room| room.id != id) {
                self.leave_room(id);
            }
        }
        let bounds = self.bounds();
        for listed in rooms {
            self.hear_names(&listed.with);
            let room = self
                .rooms
                .get_or_insert_with(listed.id, || Room::new(bounds, listed));
            if let Some(former) = self.former_logs.remove(&listed.id) {
                room.replaces(former, listed.head);
            }
            if room.open(listed, reset.contains(&listed.id)) {
                self.changes.insert(Change::Timeline(listed.id));
            }
        }
        for room in reset {
            self.let_go_of_places(*room);
        }
        self.former_logs = VecMap::default();
        self.rename_in_rooms();
    }

    pub(super) fn forget_lost(&mut self, room: RoomId) {
        if self.rooms.get_mut(&room).is_some_and(Room::forget_lost) {
            self.changes.insert(Change::Rooms);
        }
    }

    /// This person came into a room or left it, or the room is another.
    pub(super) fn room_news(&mut self, news: RoomNews) {
        if let Some(early) = self.dialer.early() {
            return early.keep_room(news);
        }
        if !self.is_online() {
            return;
        }
        match news {
            RoomNews::In { room: told } => {
                let (id, bounds) = (told.id, self.bounds());
                self.hear_names(&told.with);
                match self.rooms.get_mut(&id) {
                    Some(room) => room.told(&told),
                    None => self.enter_room(id, Room::new(bounds, &told), &told),
                }
                self.rename_in_rooms();
                self.changes.insert(Change::Timeline(id));
            }
            RoomNews::Out { room, deleted } => {
                if deleted && !self.deleted.contains(&room) {
                    if self.deleted.len() == DELETED {
                        self.deleted.pop_front();
                    }
                    self.deleted.push_back(room);
                }
                self.leave_room(room);
            }
        }
        self.changes.insert(Change::Rooms);
    }

    fn enter_room(&mut self, id: RoomId, mut room: Room, told: &event::Room) {
        room.open(told, false);
        self.rooms.insert(id, room);
        self.migrate();
        let (early, later) = std::mem::take(&mut self.early)
            .into_iter()
            .partition(|entries: &Entries| entries.room == id);
        self.early = later;
        for entries in Vec::from_iter::<std::collections::VecDeque<Entries>>(early) {
            self.entries(entries, false);
        }
        self.acknowledge_early();
    }

    /// Own entries that were acknowledged to another tab before this one knew their room.
    pub(super) fn acknowledge_early(&mut self) {
        for (id, entry) in std::mem::take(&mut self.early_acked) {
            if let Some(room) = self.rooms.get_mut(&id) {
                room.cache_is_old |= room.acknowledge(entry, true);
                self.changes.insert(Change::Timeline(id));
            } else {
                self.early_acked.push((id, entry));
            }
        }
    }

    /// Nothing is kept of a room this person is not in. The server will refuse the items that wait to be sent there.
    fn leave_room(&mut self, id: RoomId) {
        if self.rooms.remove(&id).is_none() {
            return;
        }
        self.typing_throttle.remove(&id);
        self.presence.forget_room(id);
        self.notices.forget_room(id);
        self.early.retain(|entries| entries.room != id);
        self.early_acked.retain(|(room, _)| *room != id);
        self.writes.push(Write::DropRoom(id));
        self.changes.extend([
            Change::Timeline(id),
            Change::Typing(id),
            Change::Rooms,
            Change::Notices,
        ]);
    }

    /// Entries that overtook the event that put this person in their room.
    pub(super) fn too_early(&mut self, room: RoomId, entries: Vec<Entry>) {
        if let Some(from) = entries.first().map(|entry| entry.seq)
            && self.early.len() < EARLY
        {
            self.early.push_back(Entries { room, from, entries });
        }
    }

    pub(super) fn member_news(&mut self, news: &MemberNews, now: Duration) {
        self.hear_name(&news.person);
        let other = self.my_id() != Some(news.person.id);
        let here = self.rooms.contains_key(&news.room);
        if other && here && self.notices.moves(news.room, &news.person, news.joined, now) {
            self.changes.insert(Change::Notices);
        }
        self.changes.insert(Change::Members(news.room));
    }

    /// This person has blocked another, or blocks them no longer.
    pub(super) fn block_news(&mut self, news: event::Blocked) {
        self.blocked.retain(|person| person.id != news.person.id);
        if news.blocked {
            let mut names = self.blocked.iter().map(|person| &person.name);
            let at = names.position(|name| *name > news.person.name);
            self.blocked.insert(at.unwrap_or(self.blocked.len()), news.person);
        }
        self.everything_changed();
    }

    fn hear_names(&mut self, people: &[Person]) {
        for person in people {
            self.hear_name(person);
        }
    }

    /// The people of direct rooms, by the names they have.
    pub(super) fn rename_in_rooms(&mut self) {
        for room in self.rooms.values_mut() {
            for person in &mut room.about.with {
                let current = self.names.current(person).clone();
                room.cache_is_old |= *person != current;
                *person = current;
            }
        }
    }
}
