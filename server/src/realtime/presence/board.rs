//! Who is there, by person and by room, who watches whom, and the updates watchers are still to get.
//!
//! A plain value: no clock, no socket. Of everything that changes between two deliveries a watcher is told once, as it is then,
//! so pending updates are bounded by the watch.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use socketioxide::socket::Sid;
use steadfast_shared::event::{Availability, Crowd, Presence, Watched};
use steadfast_shared::{Person, RoomId, UserId, limit};
use uuid::Uuid;

use crate::store::PeoplePage;

/// Where somebody is connected: a node's incarnation.
pub(super) type Node = Uuid;

pub(super) const HERE: Node = Uuid::nil();

/// A room stops being a crowd with so many members there: fewer than make it one, so that one person who comes and goes does
/// not make a whole room be told again and again.
const CROWD_ENDS: usize = limit::CROWD * 4 / 5;

/// Most people that wait to be told to a client that watches nothing. It is told of one at a time.
const WAITING: usize = 1_000;

/// Who is there, and who is to be told.
#[derive(Debug, Default)]
pub(super) struct Board {
    people: HashMap<UserId, Here>,
    /// Who of those who are there is in which room, by name.
    rooms: HashMap<RoomId, BTreeSet<ListPosition>>,
    crowds: HashSet<RoomId>,
    watchers: HashMap<Sid, Watcher>,
    of_room: HashMap<RoomId, HashSet<Sid>>,
    of_person: HashMap<UserId, HashSet<Sid>>,
    /// Who has come, gone or changed here since that was shared; `None` where nothing is shared.
    changed_here: Option<HashMap<UserId, Person>>,
    /// Pending updates of watchers; those without any are left out.
    pending: HashMap<Sid, PendingNews>,
}

/// Somebody's place in lists: the key of their name, and their id.
type ListPosition = (Arc<str>, UserId);

/// Somebody who is there.
#[derive(Debug)]
struct Here {
    person: Person,
    key: Arc<str>,
    /// At which nodes, and how. Never empty.
    at: BTreeMap<Node, Availability>,
    rooms: HashSet<RoomId>,
}

impl Here {
    /// Over all nodes: somebody who sits at one device is not away.
    fn state(&self) -> Availability {
        let states = self.at.values().copied();
        states.min().unwrap_or(Availability::Offline)
    }
}

#[derive(Debug)]
struct Watcher {
    user: UserId,
    /// Whether its first answer is on its way: nothing is sent before.
    open: bool,
    rooms: HashSet<RoomId>,
    people: HashSet<UserId>,
    /// It watches nothing by name: it is told of the people of all its rooms, one at a time.
    silent: bool,
}

#[derive(Debug, Default)]
struct PendingNews {
    people: BTreeMap<UserId, Person>,
    rooms: BTreeSet<RoomId>,
}

/// An update for one watcher.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum WatcherUpdate {
    /// All that has changed.
    Watched(Watched),
    /// One of the changes.
    One(Presence),
}

impl Board {
    /// How somebody is known.
    pub(super) fn state(&self, user: UserId) -> Availability {
        self.people.get(&user).map_or(Availability::Offline, Here::state)
    }

    /// How somebody is known at one node.
    pub(super) fn state_at(&self, user: UserId, node: Node) -> Option<Availability> {
        self.people.get(&user)?.at.get(&node).copied()
    }

    /// Somebody is at a node, and in these rooms.
    pub(super) fn arrive(
        &mut self,
        node: Node,
        person: &Person,
        state: Availability,
        rooms: impl IntoIterator<Item = RoomId>,
    ) {
        let before = self.state(person.id);
        let is_news = self.state_at(person.id, node) != Some(state);
        let here = self.people.entry(person.id).or_insert_with(|| Here {
            person: person.clone(),
            key: PeoplePage::key(&person.name).into(),
            at: BTreeMap::new(),
            rooms: HashSet::new(),
        });
        here.at.insert(node, state);
        self.set_rooms(person.id, rooms);
        if node == HERE && is_news {
            self.note_changed_here(person.id);
        }
        if self.state(person.id) != before {
            self.changed(person.id);
        }
    }

    /// Somebody who is known at a node is there otherwise, or no longer. Answers whether that was news.
    pub(super) fn set(&mut self, node: Node, user: UserId, state: Availability) -> bool {
        let before = self.state(user);
        let Some(here) = self.people.get_mut(&user) else {
            return false;
        };
        let was = match state {
            Availability::Offline => here.at.remove(&node),
            state => here
                .at
                .get_mut(&node)
                .map(|known| std::mem::replace(known, state)),
        };
        if was.is_none() || was == Some(state) {
            return false;
        }
        if node == HERE {
            self.note_changed_here(user);
        }
        if self.state(user) != before {
            self.changed(user);
        }
        if self.people.get(&user).is_some_and(|here| here.at.is_empty())
            && let Some(gone) = self.people.remove(&user)
        {
            for room in gone.rooms {
                self.take_out_of(room, &(gone.key.clone(), user));
            }
        }
        true
    }

    /// Changes of people at a node, with the rooms of those who were not known.
    pub(super) fn put(
        &mut self,
        node: Node,
        people: Vec<(Person, Availability)>,
        rooms: &mut HashMap<UserId, Vec<RoomId>>,
    ) {
        for (person, state) in people {
            let user = person.id;
            if state == Availability::Offline {
                self.set(node, user, state);
                continue;
            }
            let known = self.people.get(&user).map(|here| here.rooms.clone());
            let rooms = rooms.remove(&user).unwrap_or_default();
            self.arrive(
                node,
                &person,
                state,
                known.unwrap_or_else(|| rooms.into_iter().collect()),
            );
        }
    }

    /// Those of these people who are not there, as far as is known.
    pub(super) fn unknown(&self, people: impl Iterator<Item = UserId>) -> Vec<UserId> {
        people.filter(|user| !self.people.contains_key(user)).collect()
    }

    /// Everybody at a node.
    pub(super) fn at(&self, node: Node) -> Vec<(UserId, Availability)> {
        let people = self.people.iter();
        people
            .filter_map(|(user, here)| Some((*user, *here.at.get(&node)?)))
            .collect()
    }

    /// Records changes here from now on, for other nodes.
    pub(super) fn share(&mut self) {
        self.changed_here.get_or_insert_default();
    }

    /// Changes here since the last call.
    pub(super) fn take_changed_here(&mut self) -> Vec<(Person, Availability)> {
        let changed = self.changed_here.as_mut().map(std::mem::take).unwrap_or_default();
        let changed = changed.into_values();
        changed
            .map(|person| {
                let state = self.state_at(person.id, HERE);
                (person, state.unwrap_or(Availability::Offline))
            })
            .collect()
    }

    /// Whether something has changed here that was not shared.
    pub(super) fn has_changed_here(&self) -> bool {
        self.changed_here
            .as_ref()
            .is_some_and(|changed| !changed.is_empty())
    }

    fn note_changed_here(&mut self, user: UserId) {
        if let Some(changed) = &mut self.changed_here
            && let Some(here) = self.people.get(&user)
        {
            changed.insert(user, here.person.clone());
        }
    }

    /// A room is gone.
    pub(super) fn delete_room(&mut self, room: RoomId) {
        let members = self.members_of(room);
        for user in members {
            self.leave_room(room, user, &[]);
        }
    }

    /// Somebody goes by another name.
    pub(super) fn rename(&mut self, person: &Person) {
        let Some(here) = self.people.get_mut(&person.id) else {
            return;
        };
        if here.person == *person {
            return;
        }
        here.person = person.clone();
        let former = std::mem::replace(&mut here.key, PeoplePage::key(&person.name).into());
        let key = here.key.clone();
        for room in &here.rooms {
            if let Some(members) = self.rooms.get_mut(room) {
                members.remove(&(former.clone(), person.id));
                members.insert((key.clone(), person.id));
            }
        }
        self.changed(person.id);
    }

    /// Somebody came into a room; these are their connections.
    pub(super) fn join(&mut self, room: RoomId, user: UserId, own: &[Sid]) {
        for sid in own {
            if let Some(watcher) = self.watchers.get_mut(sid).filter(|watcher| watcher.silent) {
                watcher.rooms.insert(room);
                self.of_room.entry(room).or_default().insert(*sid);
            }
        }
        let Some(here) = self.people.get_mut(&user) else {
            return;
        };
        if here.rooms.insert(room) {
            let place = (here.key.clone(), user);
            self.put_into(room, place);
            self.queue_room(room, user);
        }
    }

    /// Somebody left a room; these are their connections.
    pub(super) fn leave_room(&mut self, room: RoomId, user: UserId, own: &[Sid]) {
        for sid in own {
            if let Some(watcher) = self.watchers.get_mut(sid)
                && watcher.rooms.remove(&room)
            {
                drop_from(&mut self.of_room, room, *sid);
                if let Some(pending) = self.pending.get_mut(sid) {
                    pending.rooms.remove(&room);
                }
            }
        }
        if let Some(here) = self.people.get_mut(&user)
            && here.rooms.remove(&room)
        {
            let place = (here.key.clone(), user);
            self.take_out_of(room, &place);
        }
    }

    /// Somebody who is there is in these rooms and in no others.
    pub(super) fn set_rooms(&mut self, user: UserId, rooms: impl IntoIterator<Item = RoomId>) {
        let rooms: HashSet<RoomId> = rooms.into_iter().collect();
        let Some(here) = self.people.get_mut(&user) else {
            return;
        };
        let before = std::mem::replace(&mut here.rooms, rooms.clone());
        let place = (here.key.clone(), user);
        for room in before.difference(&rooms) {
            self.take_out_of(*room, &place);
        }
        for room in rooms.difference(&before) {
            self.put_into(*room, place.clone());
            self.queue_room(*room, user);
        }
    }

    /// A connection watches these rooms, which its person is in, and these people. Answers who of them is there. Changes
    /// from here on are sent once [`Board::open`] says that this answer is on its way.
    pub(super) fn watch(
        &mut self,
        sid: Sid,
        user: UserId,
        rooms: impl IntoIterator<Item = RoomId>,
        people: impl IntoIterator<Item = UserId>,
    ) -> Watched {
        self.forget(sid);
        let watcher = Watcher {
            user,
            open: false,
            rooms: rooms.into_iter().take(limit::WATCHED_ROOMS).collect(),
            people: people.into_iter().take(limit::WATCHED_PEOPLE).collect(),
            silent: false,
        };
        let mut there = BTreeMap::new();
        let mut told = Watched::default();
        for room in &watcher.rooms {
            if self.crowds.contains(room) {
                told.rooms.push(self.crowd(*room));
            } else {
                let members = self.rooms.get(room).into_iter().flatten();
                there.extend(members.filter_map(|(_, user)| Some((*user, self.presence(*user)?))));
            }
        }
        let people = watcher.people.iter();
        there.extend(people.filter_map(|user| Some((*user, self.presence(*user)?))));
        told.people = there.into_values().collect();
        self.enter(sid, watcher);
        told
    }

    /// A connection that watches nothing by name: it is told of the people of its rooms. Answers some who are there.
    pub(super) fn watch_all(
        &mut self,
        sid: Sid,
        user: UserId,
        rooms: impl IntoIterator<Item = RoomId>,
    ) -> Vec<Presence> {
        let watcher = Watcher {
            user,
            open: false,
            rooms: rooms.into_iter().collect(),
            people: HashSet::new(),
            silent: true,
        };
        let mut there = BTreeMap::new();
        let members = watcher.rooms.iter().filter_map(|room| self.rooms.get(room));
        for (_, other) in members.flatten() {
            if there.len() == limit::ONLINE_LISTED {
                break;
            }
            there.extend(self.presence(*other).map(|presence| (*other, presence)));
        }
        there.extend(self.presence(user).map(|presence| (user, presence)));
        self.enter(sid, watcher);
        there.into_values().collect()
    }

    /// A watcher's first answer is on its way.
    pub(super) fn open(&mut self, sid: Sid) {
        if let Some(watcher) = self.watchers.get_mut(&sid) {
            watcher.open = true;
        }
    }

    /// Whether a connection is one of the watchers.
    pub(super) fn knows(&self, sid: Sid) -> bool {
        self.watchers.contains_key(&sid)
    }

    /// A connection watches no longer.
    pub(super) fn forget(&mut self, sid: Sid) {
        self.pending.remove(&sid);
        let Some(watcher) = self.watchers.remove(&sid) else {
            return;
        };
        for room in watcher.rooms {
            drop_from(&mut self.of_room, room, sid);
        }
        for person in watcher.people {
            drop_from(&mut self.of_person, person, sid);
        }
    }

    /// Each watcher's update: once, as it is by now. Failed ones are put back by [`Board::put_back`].
    pub(super) fn take(&mut self) -> Vec<(Sid, WatcherUpdate)> {
        let mut told = Vec::with_capacity(self.pending.len());
        for (sid, mut pending) in std::mem::take(&mut self.pending) {
            let Some(watcher) = self.watchers.get(&sid) else {
                continue;
            };
            if !watcher.open {
                self.pending.insert(sid, pending);
            } else if watcher.silent {
                if let Some((_, person)) = pending.people.pop_first() {
                    told.push((sid, WatcherUpdate::One(self.as_it_is(person))));
                }
                if !pending.people.is_empty() {
                    self.pending.insert(sid, pending);
                }
            } else {
                let people = pending.people.into_values();
                told.push((
                    sid,
                    WatcherUpdate::Watched(Watched {
                        people: people.map(|person| self.as_it_is(person)).collect(),
                        rooms: pending.rooms.into_iter().map(|room| self.crowd(room)).collect(),
                    }),
                ));
            }
        }
        told
    }

    /// An update that a socket had no place for is sent with the next one.
    pub(super) fn put_back(&mut self, sid: Sid, told: WatcherUpdate) {
        if !self.watchers.contains_key(&sid) {
            return;
        }
        let pending = self.pending.entry(sid).or_default();
        let (people, rooms) = match told {
            WatcherUpdate::Watched(Watched { people, rooms }) => (people, rooms),
            WatcherUpdate::One(presence) => (vec![presence], Vec::new()),
        };
        for Presence { person, .. } in people {
            pending.people.entry(person.id).or_insert(person);
        }
        pending.rooms.extend(rooms.into_iter().map(|crowd| crowd.room));
    }

    /// A page of those in a room who are there, by name.
    pub(super) fn listed(&self, room: RoomId, page: &PeoplePage) -> Vec<(Person, Availability)> {
        let members = self.rooms.get(&room).into_iter().flatten();
        let on_page = members.filter(|(key, user)| page.has(key, *user));
        let there = on_page.filter_map(|(_, user)| self.people.get(user));
        there
            .map(|here| (here.person.clone(), here.state()))
            .take(page.limit)
            .collect()
    }

    /// Who of those who are there is in a room.
    pub(super) fn members_of(&self, room: RoomId) -> HashSet<UserId> {
        let members = self.rooms.get(&room).into_iter().flatten();
        members.map(|(_, user)| *user).collect()
    }

    /// Whether somebody waits to be told something.
    pub(super) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    fn presence(&self, user: UserId) -> Option<Presence> {
        let here = self.people.get(&user)?;
        Some(Presence {
            person: here.person.clone(),
            state: here.state(),
        })
    }

    fn as_it_is(&self, person: Person) -> Presence {
        self.presence(person.id).unwrap_or(Presence {
            person,
            state: Availability::Offline,
        })
    }

    fn crowd(&self, room: RoomId) -> Crowd {
        Crowd {
            room,
            here: u32::try_from(self.rooms.get(&room).map_or(0, BTreeSet::len)).unwrap_or(u32::MAX),
            crowd: self.crowds.contains(&room),
        }
    }

    fn enter(&mut self, sid: Sid, watcher: Watcher) {
        for room in &watcher.rooms {
            self.of_room.entry(*room).or_default().insert(sid);
        }
        for person in &watcher.people {
            self.of_person.entry(*person).or_default().insert(sid);
        }
        self.watchers.insert(sid, watcher);
    }

    /// Somebody's state or name is another: whoever watches them is to be told.
    fn changed(&mut self, user: UserId) {
        let Some(here) = self.people.get(&user) else {
            return;
        };
        let person = here.person.clone();
        let rooms: Vec<RoomId> = here.rooms.iter().copied().collect();
        for room in rooms {
            self.queue_room(room, user);
        }
        let watchers = self.of_person.get(&user).into_iter().flatten().copied();
        for sid in Vec::from_iter(watchers) {
            self.note(sid, &person);
        }
    }

    /// Whoever watches a room is to be told of one of its people, where it is no crowd.
    fn queue_room(&mut self, room: RoomId, user: UserId) {
        if self.crowds.contains(&room) {
            return;
        }
        let Some(person) = self.people.get(&user).map(|here| here.person.clone()) else {
            return;
        };
        let watchers = self.of_room.get(&room).into_iter().flatten().copied();
        for sid in Vec::from_iter(watchers) {
            self.note(sid, &person);
        }
    }

    fn note(&mut self, sid: Sid, person: &Person) {
        let Some(watcher) = self
            .watchers
            .get(&sid)
            .filter(|watcher| watcher.user != person.id)
        else {
            return;
        };
        let most = if watcher.silent { WAITING } else { usize::MAX };
        let pending = self.pending.entry(sid).or_default();
        if pending.people.len() < most || pending.people.contains_key(&person.id) {
            pending.people.insert(person.id, person.clone());
        }
    }

    fn put_into(&mut self, room: RoomId, place: ListPosition) {
        let members = self.rooms.entry(room).or_default();
        members.insert(place);
        if members.len() > limit::CROWD {
            self.crowds.insert(room);
        }
        self.queue_crowd(room);
    }

    fn take_out_of(&mut self, room: RoomId, place: &ListPosition) {
        let Some(members) = self.rooms.get_mut(&room) else {
            return;
        };
        members.remove(place);
        let left = members.len();
        if left == 0 {
            self.rooms.remove(&room);
        }
        self.queue_crowd(room);
        if left <= CROWD_ENDS && self.crowds.remove(&room) {
            let there = self.rooms.get(&room).into_iter().flatten().map(|(_, user)| *user);
            for other in Vec::from_iter(there) {
                self.queue_room(room, other);
            }
        }
    }

    /// The number of a crowd is another.
    fn queue_crowd(&mut self, room: RoomId) {
        if !self.crowds.contains(&room) {
            return;
        }
        for sid in self.of_room.get(&room).into_iter().flatten() {
            if self.watchers.get(sid).is_some_and(|watcher| !watcher.silent) {
                self.pending.entry(*sid).or_default().rooms.insert(room);
            }
        }
    }
}

fn drop_from<K: Copy + Eq + std::hash::Hash>(index: &mut HashMap<K, HashSet<Sid>>, key: K, sid: Sid) {
    if let Some(sids) = index.get_mut(&key) {
        sids.remove(&sid);
        if sids.is_empty() {
            index.remove(&key);
        }
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
