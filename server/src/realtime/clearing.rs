//! Connections are brought in line with what is stored, wherever that is in doubt.

use std::collections::{BTreeSet, HashSet};

use steadfast_shared::event::ClosingReason;
use steadfast_shared::{RoomId, UserId};

use super::hub::Hub;
use crate::store::StoreError;

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
            self.doubts.person_is_clear(user);
        }
        while let Some(room) = self.doubts.room() {
            let members: Vec<UserId> = self.members_here(room).await.into_iter().collect();
            self.seat(room, &members).await?;
            self.doubts.room_is_clear(room);
        }
        Ok(())
    }

    /// Brings a person's connections in line with the rooms they are in and the name they have.
    async fn reseat(&self, user: UserId) -> Result<(), StoreError> {
        let devices = self.store.devices(user).await?;
        for connection in self.people.of(user) {
            let session = connection.device.session;
            if devices.iter().all(|device| device.session != session) {
                self.end_session(session, ClosingReason::SignedOut);
            }
        }
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
            self.tell_person(&mut news, user, room, None, false);
        }
        for mut view in stored {
            if seats.iter().any(|seats| !seats.contains(&view.id)) {
                self.tell_person(&mut news, user, view.id, Some(&mut view), false);
            }
        }
        Ok(())
    }
}
