//! Membership: adds sockets to rooms and removes them, under the lock that publishes.
//!
//! So a person's view of a room is consistent with the live entries: a new member is sent the head, and receives every entry
//! after it; a former member is sent nothing more.

use std::sync::Arc;

use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError};
use steadfast_shared::event;
use steadfast_shared::room::{MemberNews, RoomNews};
use steadfast_shared::{Person, Room, RoomId, UserId};

use super::connection::ClientConnection;
use super::hub::{Hub, is_full, join};
use super::published::PublishedState;
use super::room_name;
use crate::store::ChangeNumber;

impl Hub {
    /// Adds those of a person's sockets to a room that do not include a change yet, and sends them the person's view.
    pub(super) fn bring_in(
        &self,
        published: &mut PublishedState,
        user: UserId,
        view: &Room,
        number: ChangeNumber,
    ) {
        let mut view = view.clone();
        if published.bring_up_to_date(&mut view, user) {
            self.hints.room(view.id);
        }
        let room = view.id;
        let news = RoomNews::In { room: Box::new(view) };
        self.presence.join(room, user, &self.people.sids_of(user));
        for (connection, socket) in self.outdated(user, number) {
            connection.place().rooms.insert(room);
            join(&socket, &connection, vec![room_name(room)]);
            self.emit_room(&socket, &connection, &news);
        }
    }

    /// Removes those of a person's sockets from a room that do not include a change yet, and notifies them.
    pub(super) fn take_out(&self, user: UserId, room: RoomId, number: ChangeNumber, deleted: bool) {
        self.presence.leave(room, user, &self.people.sids_of(user));
        for (connection, socket) in self.outdated(user, number) {
            let was_in = connection.place().rooms.remove(&room);
            socket.leave(room_name(room));
            if was_in {
                self.emit_room(&socket, &connection, &RoomNews::Out { room, deleted });
            }
        }
    }

    /// A person's open connections that do not include a change. One that is still opening is compared with the feed when it
    /// opens.
    fn outdated(&self, user: UserId, number: ChangeNumber) -> Vec<(Arc<ClientConnection>, SocketRef)> {
        let connections = self.people.of(user).into_iter();
        connections
            .filter(|connection| connection.is_outdated(number))
            .filter_map(|connection| {
                let socket = self.io.of("/")?.get_socket(connection.id)?;
                Some((connection, socket))
            })
            .collect()
    }

    fn emit_room(&self, socket: &SocketRef, connection: &Arc<ClientConnection>, news: &RoomNews) {
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(event::ROOM, news) {
            self.end_stalled(socket, connection);
        }
    }

    pub(super) async fn broadcast_membership(
        &self,
        published: &PublishedState,
        room: RoomId,
        person: &Person,
        joined: bool,
    ) {
        let news = MemberNews {
            room,
            person: person.clone(),
            joined,
        };
        let Some(everybody) = self.everybody() else { return };
        let members = everybody.to(room_name(room));
        if is_full(&members.emit(event::MEMBERS, &news).await) {
            self.resync(published, vec![room_name(room)]);
        }
    }

    /// Applies a person's new name.
    pub(super) fn rename(&self, published: &mut PublishedState, person: &Person, number: ChangeNumber) {
        for connection in self.people.of(person.id) {
            if connection.is_outdated(number) {
                connection.place().person = person.clone();
            }
        }
        published.rename(person);
        self.presence.rename(person);
    }
}
