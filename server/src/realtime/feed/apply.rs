//! Applies changes to sockets, under the lock that publishes.

use steadfast_shared::event::{self, MemberRole, NewRole};
use steadfast_shared::{Person, Role, RoomId, UserId};

use super::super::sockets::EVERYBODY;
use super::gather::Gathered;
use crate::realtime::entries::hub::Hub;
use crate::realtime::entries::published::PublishedState;
use crate::store::{ChangeKind, ChangeNumber, FeedChange};

/// A round's reads on their way to the sockets.
pub(super) struct Applying<'r> {
    pub(super) hub: &'r Hub,
    pub(super) published: &'r mut PublishedState,
    pub(super) gathered: &'r Gathered,
}

impl Applying<'_> {
    /// Applies one of the changes that were read.
    pub(super) async fn change(&mut self, nth: usize) {
        let change = &self.gathered.changes[nth];
        self.apply(nth, change).await;
        self.published.note_applied(change.clone());
    }

    async fn apply(&mut self, nth: usize, FeedChange { number, kind }: &FeedChange) {
        let number = *number;
        match kind {
            ChangeKind::Joined { room, people, made } => self.joined(*room, people, *made, number).await,
            ChangeKind::Left { room, people } => {
                for person in people {
                    self.take_out(person.id, *room, number, false);
                }
                for person in people {
                    self.broadcast_membership(*room, person, false).await;
                }
            }
            ChangeKind::RoomChanged { room } => {
                // Members were read as of the last change, so only the last one of several is applied.
                let mut later = self.gathered.changes[nth + 1..].iter();
                if later.all(|later| later.kind != *kind) {
                    self.show_to_members(*room, number);
                }
            }
            ChangeKind::RoomDeleted { room } => self.delete_room(*room, number),
            ChangeKind::EntriesRevised { rooms } => {
                for room in rooms {
                    self.published.forget_tail(*room);
                    self.show_to_members(*room, number);
                }
            }
            ChangeKind::ViewChanged { room, person } => self.show(*room, *person, number),
            ChangeKind::Renamed { person } => self.rename(person, number),
            ChangeKind::SignedUp { person, rooms } => {
                for room in rooms {
                    self.hub.presence.join(*room, person.id, &[]);
                    self.broadcast_membership(*room, person, true).await;
                }
            }
            ChangeKind::RoleChanged { person, role } => self.change_role(*person, *role, number).await,
            ChangeKind::LimitsChanged { person, limits } => self.hub.people.limit(*person, limits),
            ChangeKind::BlockedChanged { by, blocked } => {
                self.hub.sockets.emit_to_person(*by, event::BLOCKED, blocked);
            }
            ChangeKind::SessionsEnded { sessions, reason } => {
                for session in sessions {
                    self.hub.sockets.end_session(*session, *reason);
                }
            }
            // Not applied one by one: see [`Gathered::skip_to`].
            ChangeKind::Unknown => {}
        }
    }

    /// Adds people's sockets to a room they have joined.
    async fn joined(&mut self, room: RoomId, people: &[Person], made: bool, number: ChangeNumber) {
        if made {
            let heads = people
                .iter()
                .filter_map(|person| Some(self.gathered.view(room, person.id)??.head));
            if let Some(head) = heads.min() {
                self.published.note_made(room, head);
                self.hub.hints.room(room);
            }
        }
        for person in people {
            let sids = self.hub.people.sids_of(person.id);
            self.hub.presence.join(room, person.id, &sids);
            self.show(room, person.id, number);
        }
        // Members a room is created with do not count as joining.
        for person in people.iter().filter(|_| !made) {
            self.broadcast_membership(room, person, true).await;
        }
    }

    fn delete_room(&mut self, room: RoomId, number: ChangeNumber) {
        self.published.forget(room);
        self.hub.presence.delete_room(room);
        for user in self.hub.people.in_room(room) {
            self.take_out(user, room, number, true);
        }
    }

    /// Adds a person's sockets to a room and sends them the person's view of it.
    fn show(&mut self, room: RoomId, user: UserId, number: ChangeNumber) {
        if !self.hub.people.has_outdated(user, number) {
            return;
        }
        match self.gathered.view(room, user) {
            Some(Some(view)) => self.bring_in(user, view, number),
            // The person left, which is one of the following changes.
            Some(None) => {}
            // The person connected after the views were read.
            None => drop(self.published.unsynced.insert(user)),
        }
    }

    fn show_to_members(&mut self, room: RoomId, number: ChangeNumber) {
        for user in self.hub.people.in_room(room) {
            self.show(room, user, number);
        }
    }

    /// Sends a person their new role and the rooms whose permissions change with it, and everybody else the role.
    async fn change_role(&mut self, person: UserId, role: Role, number: ChangeNumber) {
        if self.hub.people.has_outdated(person, number) {
            match self.gathered.rooms_of.get(&person) {
                Some(rooms) => {
                    self.set_role(person, role);
                    for view in rooms {
                        self.bring_in(person, view, number);
                    }
                }
                None => drop(self.published.unsynced.insert(person)),
            }
        }
        let changed = MemberRole { person, role };
        let everybody = EVERYBODY.to_owned();
        self.hub
            .broadcast(self.published, everybody, event::MEMBER_ROLE, &changed)
            .await;
    }

    /// Sends a person their new role.
    pub(super) fn set_role(&self, person: UserId, role: Role) {
        for connection in self.hub.people.of(person) {
            connection.place().role = role;
        }
        self.hub
            .sockets
            .emit_to_person(person, event::ROLE, &NewRole { role });
    }
}
