//! Operators' commands, and their view of the connections.

use std::collections::HashMap;

use socketioxide::TransportType;
use steadfast_shared::admin::ConnectionInfo;
use steadfast_shared::event::Availability;
use steadfast_shared::{ErrorCode, UserId, WireError};
use tokio::sync::oneshot;

use super::Realtime;
use super::connection::ClientConnection;
use super::entries::writer::{CommandAnswer, QueuedCommand};
use super::sockets::Sockets;
use crate::store::{Administer, Command};

impl Realtime {
    /// Runs an operator's command in a commit of its own, and returns once connections follow it.
    pub async fn administer(&self, action: Administer) -> Result<CommandAnswer, WireError> {
        let (answer, answered) = oneshot::channel();
        self.0.writer.run(QueuedCommand {
            by: action.actor.id(),
            // The actor carries the address.
            address: None,
            act: Command::Administer(Box::new(action)),
            entries: 0,
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

    /// The present connections, newest first.
    pub fn connections(&self, of: Option<UserId>) -> Vec<ConnectionInfo> {
        let connections = match of {
            Some(person) => self.0.people.of(person),
            None => self.0.people.all(),
        };
        let mut listed: Vec<_> = connections
            .iter()
            .map(|connection| about(connection, &self.0.sockets))
            .collect();
        listed.sort_by_key(|connection| std::cmp::Reverse(connection.since));
        listed
    }

    /// The availability of these people.
    pub fn availability_of(&self, people: &[UserId]) -> HashMap<UserId, Availability> {
        let presence = &self.0.hub.presence;
        let states = people.iter().map(|user| (*user, presence.state(*user)));
        states.collect()
    }
}

fn about(connection: &ClientConnection, sockets: &Sockets) -> ConnectionInfo {
    let socket = sockets.of(connection);
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
