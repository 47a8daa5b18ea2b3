//! What connections may not be in line with: errands of which nobody knows whether they were done.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use steadfast_shared::{RoomId, UserId, limit};

use super::connection::Connection;
use super::hub::Hub;
use crate::store::{Act, StoreError};

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
    fn name(&self, connections: &[Arc<Connection>]) {
        let mut doubts = self.inner();
        doubts.everybody = false;
        for connection in connections {
            doubts.people.insert(connection.user);
            doubts.rooms.extend(connection.rooms());
        }
    }

    fn is_everybody(&self) -> bool {
        self.inner().everybody
    }

    fn person(&self) -> Option<UserId> {
        self.inner().people.first().copied()
    }

    fn room(&self) -> Option<RoomId> {
        self.inner().rooms.first().copied()
    }

    fn inner(&self) -> MutexGuard<'_, InDoubt> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// Brings connections in line with what is stored, wherever that is in doubt. What cannot be read stays in doubt.
    pub(super) async fn clear_up(&self) {
        if let Err(error) = self.clear_all().await {
            tracing::warn!(%error, "connections could not follow a commit yet");
        }
    }

    async fn clear_all(&self) -> Result<(), StoreError> {
        if self.doubts.is_everybody() {
            let mut news = self.news().await;
            self.count_move(&mut news, None);
            self.doubts.name(&self.people.all());
        }
        while let Some(user) = self.doubts.person() {
            self.reseat(user).await?;
            self.doubts.inner().people.remove(&user);
        }
        while let Some(room) = self.doubts.room() {
            let members: Vec<UserId> = self.members_here(room).await.into_iter().collect();
            self.seat(room, &members).await?;
            self.doubts.inner().rooms.remove(&room);
        }
        Ok(())
    }

    /// Brings a person's connections in line with the rooms they are in and the name they have.
    async fn reseat(&self, user: UserId) -> Result<(), StoreError> {
        let stored = self.store.rooms_of(user).await?;
        if let Some(person) = self.store.person(user).await? {
            self.rename(&person).await;
        }
        let mut news = self.news().await;
        self.count_move(&mut news, Some(&[user]));
        let seats: Vec<HashSet<RoomId>> = self
            .people
            .of(user)
            .iter()
            .map(|one| one.place().rooms.clone())
            .collect();
        let left = seats
            .iter()
            .flatten()
            .filter(|room| stored.iter().all(|view| view.id != **room));
        for room in left.copied().collect::<BTreeSet<_>>() {
            self.tell_person(&mut news, user, room, None);
        }
        for mut view in stored {
            if seats.iter().any(|seats| !seats.contains(&view.id)) {
                self.tell_person(&mut news, user, view.id, Some(&mut view));
            }
        }
        Ok(())
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
