//! The people who are online, and those who are typing. Never stored; nothing here touches a cursor.

use std::time::Duration;

use steadfast_shared::event::{self, Availability};
use steadfast_shared::{Person, RoomId, UserId};

use crate::people::names::Names;
use crate::vec_map::VecMap;

/// How long a `typing` event counts.
const TYPING_LASTS: Duration = Duration::from_secs(5);

/// Most people tracked as typing in one room: nobody reads a longer list.
const TYPING_HELD: usize = 100;

/// The people who are online, and those who are typing.
#[derive(Debug, Default)]
pub(crate) struct KnownPresence {
    /// Everyone online or away, by name.
    here: Vec<event::Presence>,
    /// The number of people in rooms that have too many to report one by one.
    crowds: VecMap<RoomId, u32>,
    typing: VecMap<RoomId, VecMap<UserId, (Person, Duration)>>,
}

impl KnownPresence {
    pub(crate) fn here(&self) -> &[event::Presence] {
        &self.here
    }

    pub(crate) fn all_here(&mut self, people: Vec<event::Presence>) {
        self.here.clear();
        for presence in people {
            self.comes_or_goes(presence);
        }
    }

    /// Replaces all counts: these are the crowds among the watched rooms.
    pub(crate) fn crowds(&mut self, rooms: &[event::Crowd]) {
        let crowds = rooms.iter().filter(|crowd| crowd.crowd);
        self.crowds = crowds.map(|crowd| (crowd.room, crowd.here)).collect();
    }

    /// Updates the counts of some rooms. Returns whether a room has become a crowd.
    pub(crate) fn crowds_changed(&mut self, rooms: &[event::Crowd]) -> bool {
        let mut became = false;
        for crowd in rooms {
            if crowd.crowd {
                became |= self.crowds.insert(crowd.room, crowd.here).is_none();
            } else {
                self.crowds.remove(&crowd.room);
            }
        }
        became
    }

    pub(crate) fn crowd(&self, room: RoomId) -> Option<u32> {
        self.crowds.get(&room).copied()
    }

    pub(crate) fn comes_or_goes(&mut self, presence: event::Presence) {
        let person = &presence.person;
        self.here.retain(|other| other.person.id != person.id);
        if presence.state == Availability::Offline {
            return;
        }
        let by_name =
            |other: &event::Presence| (&other.person.name, other.person.id).cmp(&(&person.name, person.id));
        if let Err(place) = self.here.binary_search_by(by_name) {
            self.here.insert(place, presence);
        }
    }

    /// A person goes by another name.
    pub(crate) fn renamed(&mut self, names: &Names) {
        for mut presence in std::mem::take(&mut self.here) {
            presence.person = names.current(&presence.person).clone();
            self.comes_or_goes(presence);
        }
        let writing = self.typing.values_mut().flat_map(VecMap::values_mut);
        for (person, _) in writing {
            *person = names.current(person).clone();
        }
    }

    /// The room is no longer followed.
    pub(crate) fn forget_room(&mut self, room: RoomId) {
        self.typing.remove(&room);
        self.crowds.remove(&room);
    }

    pub(crate) fn typing(&self, room: RoomId) -> Vec<&Person> {
        self.typing
            .get(&room)
            .into_iter()
            .flat_map(VecMap::values)
            .map(|(person, _)| person)
            .collect()
    }

    pub(crate) fn writes(&mut self, room: RoomId, person: Person, now: Duration) {
        let writing = self.typing.get_or_insert_with(room, VecMap::default);
        if writing.len() < TYPING_HELD || writing.contains_key(&person.id) {
            writing.insert(person.id, (person, now + TYPING_LASTS));
        }
    }

    /// A person's message arrived, so they are no longer typing it. Returns whether they were.
    pub(crate) fn wrote(&mut self, room: RoomId, person: UserId) -> bool {
        self.typing
            .get_mut(&room)
            .is_some_and(|writing| writing.remove(&person).is_some())
    }

    /// Drops people who have stopped typing by `now`. Returns their rooms.
    pub(crate) fn expire(&mut self, now: Duration) -> Vec<RoomId> {
        let mut changed = Vec::new();
        self.typing.retain(|room, writing| {
            let before = writing.len();
            writing.retain(|_, (_, until)| *until > now);
            if writing.len() < before {
                changed.push(*room);
            }
            !writing.is_empty()
        });
        changed
    }

    /// When the next person counts as having stopped.
    pub(crate) fn next_expiry(&self) -> Option<Duration> {
        self.typing
            .values()
            .flat_map(VecMap::values)
            .map(|(_, until)| *until)
            .min()
    }

    /// The link is down: forgets who is typing. Returns the rooms concerned.
    pub(crate) fn clear_typing(&mut self) -> Vec<RoomId> {
        std::mem::take(&mut self.typing)
            .into_iter()
            .map(|(room, _)| room)
            .collect()
    }
}
