//! Membership: adds sockets to rooms and removes them, under the lock that publishes.
//!
//! So a person's view of a room is consistent with the live entries: a new member is sent the head, and receives every entry
//! after it; a former member is sent nothing more.

use steadfast_shared::event;
use steadfast_shared::room::{MembershipUpdate, RoomUpdate};
use steadfast_shared::{Person, Room, RoomId, UserId};

use super::super::sockets::room_name;
use super::apply::Applying;
use crate::store::ChangeNumber;

impl Applying<'_> {
    /// Adds those of a person's sockets to a room that do not include a change yet, and sends them the person's view.
    pub(super) fn bring_in(&mut self, user: UserId, view: &Room, number: ChangeNumber) {
        let hub = self.hub;
        let mut view = view.clone();
        if self.published.bring_up_to_date(&mut view, user) {
            hub.hints.room(view.id);
        }
        let room = view.id;
        let news = RoomUpdate::In { room: Box::new(view) };
        hub.presence.join(room, user, &hub.people.sids_of(user));
        for (connection, socket) in hub.sockets.outdated(user, number) {
            connection.place().rooms.insert(room);
            hub.sockets.join(&socket, &connection, vec![room_name(room)]);
            hub.sockets.emit(&socket, &connection, event::ROOM, &news);
        }
    }

    /// Removes those of a person's sockets from a room that do not include a change yet, and notifies them.
    pub(super) fn take_out(&self, user: UserId, room: RoomId, number: ChangeNumber, deleted: bool) {
        let hub = self.hub;
        hub.presence.leave(room, user, &hub.people.sids_of(user));
        let news = RoomUpdate::Out { room, deleted };
        for (connection, socket) in hub.sockets.outdated(user, number) {
            let was_in = connection.place().rooms.remove(&room);
            socket.leave(room_name(room));
            if was_in {
                hub.sockets.emit(&socket, &connection, event::ROOM, &news);
            }
        }
    }

    pub(super) async fn broadcast_membership(&self, room: RoomId, person: &Person, joined: bool) {
        let news = MembershipUpdate {
            room,
            person: person.clone(),
            joined,
        };
        self.hub
            .broadcast(self.published, room_name(room), event::MEMBERS, &news)
            .await;
    }

    /// Applies a person's new name.
    pub(super) fn rename(&mut self, person: &Person, number: ChangeNumber) {
        for connection in self.hub.people.of(person.id) {
            if connection.is_outdated(number) {
                connection.place().person = person.clone();
            }
        }
        self.published.rename(person);
        self.hub.presence.rename(person);
    }
}
