//! Presence by person and by room, watchers, and the pending updates of each watcher.
//!
//! A plain value: no clock, no socket. A watcher gets one update between two deliveries, with the current state, so pending
//! updates are bounded by what it watches.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use socketioxide::socket::Sid;
use steadfast_shared::event::{Availability, Crowd, Presence, Watched};
use steadfast_shared::{Person, RoomId, UserId, limit};
use uuid::Uuid;

use crate::store::PeoplePage;

/// The node that a person is connected to: a node's incarnation.
pub(super) type Node = Uuid;

pub(super) const HERE: Node = Uuid::nil();

/// A room stops being a crowd at this many members online. The number is lower than the one that makes it a crowd, so that one
/// person who comes and goes does not cause the whole room to be sent again and again.
const CROWD_ENDS: usize = limit::CROWD * 4 / 5;

/// Most people pending for a client that watches nothing. It is sent one at a time.
const WAITING: usize = 1_000;

/// The presence of everybody, and the watchers.
#[derive(Debug, Default)]
pub(super) struct Board {
    people: HashMap<UserId, Here>,
    /// The online members of each room, by name.
    rooms: HashMap<RoomId, BTreeSet<ListPosition>>,
    crowds: HashSet<RoomId>,
    watchers: HashMap<Sid, Watcher>,
    of_room: HashMap<RoomId, HashSet<Sid>>,
    of_person: HashMap<UserId, HashSet<Sid>>,
    /// People who changed on this node since the last share; `None` if nothing is shared.
    changed_here: Option<HashMap<UserId, Person>>,
    /// Pending updates of watchers that have any.
    pending: HashMap<Sid, PendingNews>,
}

/// A person's position in lists: the key of their name, and their id.
type ListPosition = (Arc<str>, UserId);

/// A person who is online.
#[derive(Debug)]
struct Here {
    person: Person,
    key: Arc<str>,
    /// Their availability at each node. Never empty.
    at: BTreeMap<Node, Availability>,
    rooms: HashSet<RoomId>,
}

impl Here {
    /// The availability over all nodes: a person active at one device is not away.
    fn state(&self) -> Availability {
        let states = self.at.values().copied();
        states.min().unwrap_or(Availability::Offline)
    }
}

#[derive(Debug)]
struct Watcher {
    user: UserId,
    /// Whether its first response has been sent: no update goes out before it.
    open: bool,
    rooms: HashSet<RoomId>,
    people: HashSet<UserId>,
    /// A client that watches nothing by name: it gets updates about the people of all its rooms, one at a time.
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
    /// Several changes at once.
    Watched(Watched),
    One(Presence),
}

impl Board {
    /// A person's availability over all nodes.
    pub(super) fn state(&self, user: UserId) -> Availability {
        self.people.get(&user).map_or(Availability::Offline, Here::state)
    }

    /// A person's availability at one node.
    pub(super) fn state_at(&self, user: UserId, node: Node) -> Option<Availability> {
        self.people.get(&user)?.at.get(&node).copied()
    }

    /// Adds a person at a node, with these rooms.
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

    /// Changes the availability of a person who is present at a node, or removes them. Returns whether anything changed.
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

    /// Applies changes of people at a node, with the rooms of those who are new on the board.
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

    /// Those of these people who are not on the board.
    pub(super) fn unknown(&self, people: impl Iterator<Item = UserId>) -> Vec<UserId> {
        people.filter(|user| !self.people.contains_key(user)).collect()
    }

    /// All people at a node.
    pub(super) fn at(&self, node: Node) -> Vec<(UserId, Availability)> {
        let people = self.people.iter();
        people
            .filter_map(|(user, here)| Some((*user, *here.at.get(&node)?)))
            .collect()
    }

    /// Starts recording changes on this node, for other nodes.
    pub(super) fn share(&mut self) {
        self.changed_here.get_or_insert_default();
    }

    /// The changes on this node since the last call.
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

    /// Whether changes on this node have not been shared yet.
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

    /// Removes a deleted room.
    pub(super) fn delete_room(&mut self, room: RoomId) {
        let members = self.members_of(room);
        for user in members {
            self.leave_room(room, user, &[]);
        }
    }

    /// Applies a person's new name.
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

    /// Adds a person to a room; `own` are their connections.
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

    /// Removes a person from a room; `own` are their connections.
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

    /// Sets the rooms of an online person.
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

    /// Lets a connection watch these rooms, which its person is in, and these people. Returns the ones who are online. Later
    /// changes are sent once [`Board::open`] says that this response has been sent.
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
        let mut snapshot = Watched::default();
        for room in &watcher.rooms {
            if self.crowds.contains(room) {
                snapshot.rooms.push(self.crowd(*room));
            } else {
                let members = self.rooms.get(room).into_iter().flatten();
                there.extend(members.filter_map(|(_, user)| Some((*user, self.presence(*user)?))));
            }
        }
        let people = watcher.people.iter();
        there.extend(people.filter_map(|user| Some((*user, self.presence(*user)?))));
        snapshot.people = there.into_values().collect();
        self.enter(sid, watcher);
        snapshot
    }

    /// Lets a connection that watches nothing by name follow the people of its rooms. Returns some who are online.
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

    /// Records that a watcher's first response has been sent.
    pub(super) fn open(&mut self, sid: Sid) {
        if let Some(watcher) = self.watchers.get_mut(&sid) {
            watcher.open = true;
        }
    }

    /// Whether a connection is a watcher.
    pub(super) fn has_watcher(&self, sid: Sid) -> bool {
        self.watchers.contains_key(&sid)
    }

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

    /// Takes each watcher's update, with the current state. Failed ones are put back by [`Board::put_back`].
    pub(super) fn take(&mut self) -> Vec<(Sid, WatcherUpdate)> {
        let mut updates = Vec::with_capacity(self.pending.len());
        for (sid, mut pending) in std::mem::take(&mut self.pending) {
            let Some(watcher) = self.watchers.get(&sid) else {
                continue;
            };
            if !watcher.open {
                self.pending.insert(sid, pending);
            } else if watcher.silent {
                if let Some((_, person)) = pending.people.pop_first() {
                    updates.push((sid, WatcherUpdate::One(self.as_it_is(person))));
                }
                if !pending.people.is_empty() {
                    self.pending.insert(sid, pending);
                }
            } else {
                let people = pending.people.into_values();
                updates.push((
                    sid,
                    WatcherUpdate::Watched(Watched {
                        people: people.map(|person| self.as_it_is(person)).collect(),
                        rooms: pending.rooms.into_iter().map(|room| self.crowd(room)).collect(),
                    }),
                ));
            }
        }
        updates
    }

    /// Puts back an update that a socket had no space for; it goes out with the next one.
    pub(super) fn put_back(&mut self, sid: Sid, update: WatcherUpdate) {
        if !self.watchers.contains_key(&sid) {
            return;
        }
        let pending = self.pending.entry(sid).or_default();
        let (people, rooms) = match update {
            WatcherUpdate::Watched(Watched { people, rooms }) => (people, rooms),
            WatcherUpdate::One(presence) => (vec![presence], Vec::new()),
        };
        for Presence { person, .. } in people {
            pending.people.entry(person.id).or_insert(person);
        }
        pending.rooms.extend(rooms.into_iter().map(|crowd| crowd.room));
    }

    /// A page of a room's online members, by name.
    pub(super) fn listed(&self, room: RoomId, page: &PeoplePage) -> Vec<(Person, Availability)> {
        let members = self.rooms.get(&room).into_iter().flatten();
        let on_page = members.filter(|(key, user)| page.has(key, *user));
        let there = on_page.filter_map(|(_, user)| self.people.get(user));
        there
            .map(|here| (here.person.clone(), here.state()))
            .take(page.limit)
            .collect()
    }

    /// The online members of a room.
    pub(super) fn members_of(&self, room: RoomId) -> HashSet<UserId> {
        let members = self.rooms.get(&room).into_iter().flatten();
        members.map(|(_, user)| *user).collect()
    }

    /// Whether any watcher has a pending update.
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

    /// Queues an update about a person for their watchers.
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

    /// Queues an update about one member for the room's watchers, unless it is a crowd.
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

    /// Queues a crowd's new number for its watchers.
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
