//! Applies a change to sockets, under the lock that publishes.

use serde::Serialize;
use socketioxide::{SendError, SocketError};
use steadfast_shared::event::{self, ClosingReason, MemberRole, NewRole};
use steadfast_shared::{Person, Role, RoomId, UserId};

use super::super::hub::{EVERYBODY, Hub, is_full};
use super::super::published::PublishedState;
use super::gather::Gathered;
use crate::store::{ChangeKind, ChangeNumber, FeedChange, SessionId};

impl Hub {
    /// Applies one of the changes that were read.
    pub(super) async fn apply_change(&self, published: &mut PublishedState, gathered: &Gathered, nth: usize) {
        let FeedChange { number, kind } = &gathered.changes[nth];
        let number = *number;
        match kind {
            ChangeKind::Joined { room, people, made } => {
                if *made {
                    let heads = people
                        .iter()
                        .filter_map(|person| Some(gathered.view(*room, person.id)??.head));
                    if let Some(head) = heads.min() {
                        published.note_made(*room, head);
                        self.hints.room(*room);
                    }
                }
                self.bring_all_in(published, gathered, *room, people, number);
                // Members a room is created with do not count as joining.
                for person in people.iter().filter(|_| !made) {
                    self.broadcast_membership(published, *room, person, true).await;
                }
            }
            ChangeKind::Left { room, people } => {
                for person in people {
                    self.take_out(person.id, *room, number, false);
                }
                for person in people {
                    self.broadcast_membership(published, *room, person, false).await;
                }
            }
            ChangeKind::RoomChanged { room } => {
                // Members were read as of the last change, so only the last one of several is applied.
                let last = gathered.changes[nth + 1..]
                    .iter()
                    .all(|later| later.kind != *kind);
                if last {
                    self.show_to_members(published, gathered, *room, number);
                }
            }
            ChangeKind::RoomDeleted { room } => self.delete_room(published, *room, number),
            ChangeKind::EntriesRevised { rooms } => {
                for room in rooms {
                    published.forget_tail(*room);
                    self.show_to_members(published, gathered, *room, number);
                }
            }
            ChangeKind::ViewChanged { room, person } => {
                self.show(published, gathered, *room, *person, number);
            }
            ChangeKind::Renamed { person } => self.rename(published, person, number),
            ChangeKind::SignedUp { person, rooms } => {
                for room in rooms {
                    self.presence.join(*room, person.id, &[]);
                    self.broadcast_membership(published, *room, person, true).await;
                }
            }
            ChangeKind::RoleChanged { person, role } => {
                self.change_role(published, gathered, *person, *role, number);
                self.broadcast_role(published, *person, *role).await;
            }
            ChangeKind::LimitsChanged { person, limits } => self.people.limit(*person, limits),
            ChangeKind::BlockedChanged { by, blocked } => self.emit_to_person(*by, event::BLOCKED, blocked),
            ChangeKind::SessionsEnded { sessions, reason } => {
                for session in sessions {
                    self.end_session(*session, *reason);
                }
            }
            // Not applied one by one: see [`Gathered::skip_to`].
            ChangeKind::Unknown => {}
        }
    }

    /// Adds people's sockets to a room they have joined.
    fn bring_all_in(
        &self,
        published: &mut PublishedState,
        gathered: &Gathered,
        room: RoomId,
        people: &[Person],
        number: ChangeNumber,
    ) {
        for person in people {
            self.presence
                .join(room, person.id, &self.people.sids_of(person.id));
            self.show(published, gathered, room, person.id, number);
        }
    }

    fn delete_room(&self, published: &mut PublishedState, room: RoomId, number: ChangeNumber) {
        published.forget(room);
        self.presence.delete_room(room);
        for user in self.people.in_room(room) {
            self.take_out(user, room, number, true);
        }
    }

    /// Adds a person's sockets to a room and sends them the person's view of it.
    fn show(
        &self,
        published: &mut PublishedState,
        gathered: &Gathered,
        room: RoomId,
        user: UserId,
        number: ChangeNumber,
    ) {
        if !self.people.has_outdated(user, number) {
            return;
        }
        match gathered.view(room, user) {
            Some(Some(view)) => self.bring_in(published, user, view, number),
            // The person left, which is one of the following changes.
            Some(None) => {}
            // The person connected after the views were read.
            None => drop(published.unsynced.insert(user)),
        }
    }

    fn show_to_members(
        &self,
        published: &mut PublishedState,
        gathered: &Gathered,
        room: RoomId,
        number: ChangeNumber,
    ) {
        for user in self.people.in_room(room) {
            self.show(published, gathered, room, user, number);
        }
    }

    /// Sends a person their new role, and the rooms whose permissions change with it.
    fn change_role(
        &self,
        published: &mut PublishedState,
        gathered: &Gathered,
        person: UserId,
        role: Role,
        number: ChangeNumber,
    ) {
        if !self.people.has_outdated(person, number) {
            return;
        }
        let Some(rooms) = gathered.rooms_of.get(&person) else {
            published.unsynced.insert(person);
            return;
        };
        for connection in self.people.of(person) {
            connection.place().role = role;
        }
        self.emit_to_person(person, event::ROLE, &NewRole { role });
        for view in rooms {
            self.bring_in(published, person, view, number);
        }
    }

    /// Broadcasts a person's new role.
    async fn broadcast_role(&self, published: &PublishedState, person: UserId, role: Role) {
        let Some(everybody) = self.everybody() else { return };
        let changed = MemberRole { person, role };
        if is_full(&everybody.to(EVERYBODY).emit(event::MEMBER_ROLE, &changed).await) {
            self.resync(published, vec![EVERYBODY.to_owned()]);
        }
    }

    /// Ends the connections of a device, and those it is about to open.
    pub(in super::super) fn end_session(&self, session: SessionId, reason: ClosingReason) {
        for connection in self.people.sign_out(session, reason) {
            match self.io.of("/").and_then(|io| io.get_socket(connection.id)) {
                Some(socket) => self.end(&socket, &connection, reason),
                None => drop(connection.close_for(reason)),
            }
        }
    }

    /// Emits an event to the open connections of a person.
    pub(super) fn emit_to_person<T: Serialize>(&self, person: UserId, name: &str, data: &T) {
        for connection in self.people.of(person) {
            let Some(socket) = self.io.of("/").and_then(|io| io.get_socket(connection.id)) else {
                continue;
            };
            if connection.place().open
                && let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(name, data)
            {
                self.end_stalled(&socket, &connection);
            }
        }
    }
}
