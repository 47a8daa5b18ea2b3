//! Synchronizes a person's sockets with everything stored about them, when single changes cannot be followed.

use std::collections::BTreeSet;

use steadfast_shared::RoomId;
use steadfast_shared::event::{self, ClosingReason, NewRole};

use super::super::hub::Hub;
use super::super::published::PublishedState;
use super::gather::{Gathered, StoredPerson};
use crate::store::ChangeNumber;

impl Hub {
    pub(super) fn sync_person(
        &self,
        published: &mut PublishedState,
        stored: &StoredPerson,
        gathered: &Gathered,
    ) {
        let (user, as_of) = (stored.user, gathered.as_of);
        published.unsynced.remove(&user);
        for session in &stored.ended {
            self.end_session(*session, ClosingReason::SignedOut);
        }
        let Some(profile) = &stored.profile else { return };
        self.people.limit(user, &profile.limits);
        let connections = self.people.of(user);
        let renamed = connections
            .iter()
            .any(|connection| connection.place().person != profile.person);
        if renamed {
            self.rename(published, &profile.person, as_of);
        }
        let role = profile.role;
        let has_new_role = connections
            .iter()
            .any(|connection| connection.place().role != role);
        if has_new_role {
            for connection in &connections {
                connection.place().role = role;
            }
            self.emit_to_person(user, event::ROLE, &NewRole { role });
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
            self.bring_in(published, user, view, as_of);
        }
        for connection in connections {
            let mut place = connection.place();
            place.as_of = place.as_of.max(as_of);
        }
    }

    /// Records the people whose connections may miss a change up to this one.
    pub(super) fn note_unsynced(&self, published: &mut PublishedState, head: ChangeNumber) {
        for connection in self.people.all() {
            if connection.is_outdated(head) {
                published.unsynced.insert(connection.user);
            }
        }
    }
}
