//! What operators do: connections follow it; and what they see of who is connected.

use std::collections::HashMap;

use serde::Serialize;
use socketioxide::{SendError, SocketError, TransportType};
use steadfast_shared::admin::ConnectionInfo;
use steadfast_shared::event::{self, Availability, ClosingReason, NewRole};
use steadfast_shared::{ErrorCode, Role, RoomId, UserId, WireError};
use tokio::sync::oneshot;

use super::Realtime;
use super::connection::Connection;
use super::hub::Hub;
use super::writer::{Done, Errand};
use crate::store::{Act, Acted, Administer, SessionId, StoreError};

impl Hub {
    /// Brings connections in line with what concerns people rather than rooms.
    pub(super) async fn follow_operators(&self, by: UserId, acted: &Acted) -> Result<(), StoreError> {
        if let Some((sessions, reason)) = &acted.ended {
            for session in sessions {
                self.end_session(*session, *reason);
            }
        }
        if let (Some(person), Some(limits)) = (acted.person, &acted.limits) {
            self.people.limit(person, limits);
        }
        if let Some(blocked) = &acted.blocked {
            let mut news = self.news().await;
            self.count_move(&mut news, Some(&[by]));
            self.tell_all_of(by, event::BLOCKED, blocked);
        }
        if let Some((person, role)) = acted.role {
            self.follow_role(person, role).await?;
        }
        for room in &acted.revised {
            self.news().await.forget_tail(*room);
            let members: Vec<UserId> = self.members_here(*room).await.into_iter().collect();
            self.seat(*room, &members).await?;
        }
        Ok(())
    }

    /// Ends the connections of a device, and those it may be about to open.
    pub(super) fn end_session(&self, session: SessionId, reason: ClosingReason) {
        for connection in self.people.sign_out(session, reason) {
            match self.io.of("/").and_then(|io| io.get_socket(connection.id)) {
                Some(socket) => self.end(&socket, &connection, reason),
                None => drop(connection.close_for(reason)),
            }
        }
    }

    /// Tells a person of their role, and of the rooms they may change by it, or no longer.
    async fn follow_role(&self, person: UserId, role: Role) -> Result<(), StoreError> {
        let views = self.store.rooms_of(person).await?;
        let mut news = self.news().await;
        self.count_move(&mut news, Some(&[person]));
        for connection in self.people.of(person) {
            connection.place().role = role;
        }
        self.tell_all_of(person, event::ROLE, &NewRole { role });
        for mut view in views {
            self.tell_person(&mut news, person, view.id, Some(&mut view), false);
        }
        Ok(())
    }

    /// Everybody is out of a room that is gone, and nothing is kept of it.
    pub(super) async fn forget_room(&self, room: RoomId, people: &[UserId]) {
        let mut here = self.members_here(room).await;
        here.extend(people);
        let mut news = self.news().await;
        news.forget(room);
        for user in here {
            self.tell_person(&mut news, user, room, None, true);
        }
    }

    /// Tells the open connections of a person something.
    fn tell_all_of<T: Serialize>(&self, person: UserId, name: &str, told: &T) {
        for connection in self.people.of(person) {
            let Some(socket) = self.io.of("/").and_then(|io| io.get_socket(connection.id)) else {
                continue;
            };
            if connection.place().open
                && let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(name, told)
            {
                self.end_stalled(&socket, &connection);
            }
        }
    }
}

impl Realtime {
    /// Does what an operator asks, behind everything that was queued before, and answers once connections follow it.
    pub async fn administer(&self, asked: Administer) -> Result<Done, WireError> {
        let (answer, answered) = oneshot::channel();
        self.0.writer.run(Errand {
            by: asked.actor.id(),
            // The actor has it.
            address: None,
            act: Act::Administer(Box::new(asked)),
            answer: Box::new(move |done| {
                let _ = answer.send(done);
            }),
        });
        answered.await.unwrap_or_else(|_| {
            Err(WireError::new(
                ErrorCode::Unavailable,
                "the server is shutting down",
            ))
        })
    }

    /// Who is connected, the newest first.
    pub fn connections(&self, of: Option<UserId>) -> Vec<ConnectionInfo> {
        let connections = match of {
            Some(person) => self.0.people.of(person),
            None => self.0.people.all(),
        };
        let mut told: Vec<_> = connections
            .iter()
            .map(|connection| self.about(connection))
            .collect();
        told.sort_by_key(|connection| std::cmp::Reverse(connection.since));
        told
    }

    fn about(&self, connection: &Connection) -> ConnectionInfo {
        let socket = self.0.io.of("/").and_then(|io| io.get_socket(connection.id));
        let websocket = socket.is_some_and(|socket| socket.transport_type() == TransportType::Websocket);
        let place = connection.place();
        ConnectionInfo {
            person: place.person.clone(),
            role: place.role,
            device: connection.device.session,
            device_name: connection.device_name.clone(),
            address: connection.address.map(|address| address.to_string()),
            transport: if websocket { "websocket" } else { "polling" }.to_owned(),
            since: connection.since,
            away: place.away,
        }
    }

    /// Whether these people are there.
    pub fn availability_of(&self, people: &[UserId]) -> HashMap<UserId, Availability> {
        let told = people.iter().map(|user| {
            let state = self
                .0
                .people
                .availability(*user, self.0.config.limits.presence_grace);
            (*user, state.unwrap_or(Availability::Offline))
        });
        told.collect()
    }
}
