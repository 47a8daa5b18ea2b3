//! Who is there: the union over a person's connections, told to everybody when it changes.

use std::sync::Arc;
use std::time::Duration;

use socketioxide::extract::SocketRef;
use steadfast_shared::UserId;
use steadfast_shared::event::{self, Availability, Presence};

use super::connection::Connection;
use super::hub::{EVERYBODY, Hub, is_full};
use super::published::PublishedState;
use super::resume::Resume;
use super::{Realtime, person_room};

/// How long a connection of somebody who was away has to say that nobody sits at it either.
const TO_SAY_AWAY: Duration = Duration::from_secs(1);
/// How long somebody who goes away and comes back, at whichever of their devices, may change their mind.
const TO_SETTLE: Duration = Duration::from_millis(200);

impl Realtime {
    /// Opens a connection's session.
    pub(super) async fn open(&self, socket: &SocketRef, connection: &Arc<Connection>, resume: Resume) {
        match self.0.hub.open(socket, connection, resume).await {
            Ok(Some(Availability::Away)) => self.reassess(connection.user, TO_SAY_AWAY),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "a session could not be opened");
                // It connects again, and asks again.
                match self.0.people.peer_of(connection) {
                    Some(peer) => peer.abort(),
                    None => drop(socket.clone().disconnect()),
                }
            }
        }
    }

    /// Has everybody told soon whether somebody is there, where that is otherwise then. However often this is asked for, they are
    /// told once in [`TO_SETTLE`].
    pub(super) fn reassess_soon(&self, person: UserId) {
        if !self.0.people.expect_change(person) {
            return;
        }
        let realtime = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(TO_SETTLE).await;
            realtime.0.people.change_expected(person);
            let grace = realtime.0.config.limits.presence_grace;
            realtime.0.hub.reassess(person, grace).await;
        });
    }

    /// Has everybody told after a while whether somebody is there, where that is otherwise then.
    pub(super) fn reassess(&self, person: UserId, after: Duration) {
        let realtime = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let grace = realtime.0.config.limits.presence_grace;
            realtime.0.hub.reassess(person, grace).await;
        });
    }
}

impl Hub {
    /// Tells whether somebody is there, where that is otherwise than it was told last.
    async fn reassess(&self, person: UserId, grace: Duration) {
        let mut published = self.published().await;
        let Some(state) = self.people.availability(person, grace) else {
            return;
        };
        let Some(told) = published
            .present
            .get_mut(&person)
            .filter(|told| told.state != state)
        else {
            return;
        };
        told.state = state;
        let told = told.clone();
        if state == Availability::Offline {
            published.present.remove(&person);
        }
        self.announce(&published, &told).await;
    }

    /// Tells everybody else.
    pub(super) async fn announce(&self, published: &PublishedState, presence: &Presence) {
        let Some(everybody) = self.everybody() else { return };
        let others = everybody.to(EVERYBODY).except(person_room(presence.person.id));
        if is_full(&others.emit(event::PRESENCE, presence).await) {
            self.resync(published, vec![EVERYBODY.to_owned()]);
        }
    }

    /// These people with whether they are there: those who are first, as many as are told.
    pub(super) async fn availability(
        &self,
        people: Vec<steadfast_shared::Person>,
        most: usize,
    ) -> Vec<Presence> {
        let published = self.published().await;
        let state = |id| {
            let known = published.present.get(&id).map(|presence| presence.state);
            known.unwrap_or(Availability::Offline)
        };
        let mut told: Vec<Presence> = people
            .into_iter()
            .map(|person| Presence {
                state: state(person.id),
                person,
            })
            .collect();
        told.sort_by_key(|presence| presence.state);
        told.truncate(most);
        told
    }
}
