//! Synchronizes a person's sockets with everything stored about them, when single changes cannot be followed.

use std::collections::BTreeSet;

use steadfast_shared::RoomId;
use steadfast_shared::event::ClosingReason;

use super::apply::Applying;
use super::gather::StoredPerson;
use crate::store::ChangeNumber;

impl Applying<'_> {
    /// Synchronizes the sockets of everybody who was read for it.
    pub(super) fn sync_people(&mut self) {
        for stored in &self.gathered.unsynced {
            self.sync_person(stored);
        }
    }

    fn sync_person(&mut self, stored: &StoredPerson) {
        let (user, as_of) = (stored.user, self.gathered.as_of);
        self.published.unsynced.remove(&user);
        for session in &stored.ended {
            self.hub.sockets.end_session(*session, ClosingReason::SignedOut);
        }
        let Some(profile) = &stored.profile else { return };
        self.hub.people.limit(user, &profile.limits);
        let connections = self.hub.people.of(user);
        let renamed = connections
            .iter()
            .any(|connection| connection.place().person != profile.person);
        if renamed {
            self.rename(&profile.person, as_of);
        }
        let role = profile.role;
        let has_new_role = connections
            .iter()
            .any(|connection| connection.place().role != role);
        if has_new_role {
            self.set_role(user, role);
        }
        let is_in = |room: &RoomId| stored.rooms.iter().any(|view| view.id == *room);
        let left: BTreeSet<RoomId> = connections
            .iter()
            .flat_map(|connection| connection.rooms())
            .filter(|room| !is_in(room))
            .collect();
        for room in left {
            self.take_out(user, room, as_of, false);
        }
        for view in &stored.rooms {
            self.bring_in(user, view, as_of);
        }
        for connection in connections {
            let mut place = connection.place();
            place.as_of = place.as_of.max(as_of);
        }
    }

    /// Continues from another position of the feed, and records the people whose connections may miss a change up to it.
    pub(super) fn skip_to(&mut self, head: ChangeNumber) {
        self.published.skip_to(head);
        for connection in self.hub.people.all() {
            if connection.is_outdated(head) {
                self.published.unsynced.insert(connection.user);
            }
        }
    }
}
