//! What connections may not be in line with: errands of which nobody knows whether they were done.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use steadfast_shared::{RoomId, UserId, limit};

use super::connection::Connection;
use crate::store::Act;

/// Whose connections, and which rooms' members, are to be told what is stored.
#[derive(Debug, Default)]
pub(super) struct Doubts(Mutex<InDoubt>);

/// Most people and rooms remembered one by one. With one more, everybody who is connected is in doubt.
const REMEMBERED: usize = 1_024;

#[derive(Debug, Default)]
struct InDoubt {
    people: BTreeSet<UserId>,
    rooms: BTreeSet<RoomId>,
    everybody: bool,
}

impl Doubts {
    /// Notes whom this concerns.
    pub(super) fn note(&self, by: UserId, act: &Act) {
        let mut doubts = self.inner();
        let concerned = act.concerns().iter().take(limit::INVITED);
        doubts.people.extend(concerned.chain([&by]));
        doubts.rooms.extend(act.changes());
        if doubts.people.len() + doubts.rooms.len() > REMEMBERED {
            *doubts = InDoubt {
                everybody: true,
                ..InDoubt::default()
            };
        }
    }

    /// Names everybody one by one, where everybody is in doubt. Who is not connected reads what is stored when they connect.
    pub(super) fn name(&self, connections: &[Arc<Connection>]) {
        let mut doubts = self.inner();
        doubts.everybody = false;
        for connection in connections {
            doubts.people.insert(connection.user);
            doubts.rooms.extend(connection.rooms());
        }
    }

    /// Whether everybody who is connected is in doubt.
    pub(super) fn is_everybody(&self) -> bool {
        self.inner().everybody
    }

    /// Somebody who is in doubt.
    pub(super) fn person(&self) -> Option<UserId> {
        self.inner().people.first().copied()
    }

    /// A room whose members are in doubt.
    pub(super) fn room(&self) -> Option<RoomId> {
        self.inner().rooms.first().copied()
    }

    /// A person's connections are in line with what is stored.
    pub(super) fn person_is_clear(&self, user: UserId) {
        self.inner().people.remove(&user);
    }

    /// A room's members are in line with what is stored.
    pub(super) fn room_is_clear(&self, room: RoomId) {
        self.inner().rooms.remove(&room);
    }

    fn inner(&self) -> MutexGuard<'_, InDoubt> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use steadfast_shared::room::{ChangeRoom, Invite};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_in_doubt_is_bounded_and_nobody_is_forgotten() {
        let doubts = Doubts::default();
        let room = RoomId(Uuid::from_u128(1));
        let people = (0..10_000).map(|n| UserId(Uuid::from_u128(n))).collect();
        let invite = Act::Invite(Invite { room, people });
        doubts.note(UserId(Uuid::from_u128(20_000)), &invite);
        assert_eq!(doubts.inner().people.len(), limit::INVITED + 1);
        for n in 0..REMEMBERED as u128 {
            let change = ChangeRoom {
                room: RoomId(Uuid::from_u128(n)),
                name: None,
                topic: None,
                archived: None,
            };
            doubts.note(UserId(Uuid::from_u128(n)), &Act::Change(change));
        }
        assert!(doubts.is_everybody());
        let doubts = doubts.inner();
        assert!(doubts.people.len() + doubts.rooms.len() <= REMEMBERED);
    }
}
