//! This process's sockets: reached one by one or by Socket.IO room, and ended.

use std::sync::Arc;

use serde::Serialize;
use socketioxide::extract::SocketRef;
use socketioxide::operators::BroadcastOperators;
use socketioxide::socket::Sid;
use socketioxide::{BroadcastError, SendError, SocketError, SocketIo};
use steadfast_shared::event::{self, ClosingReason, Heads};
use steadfast_shared::{RoomId, UserId};
use tokio::sync::mpsc;

use super::connection::ClientConnection;
use super::people::People;
use crate::store::{ChangeNumber, SessionId};

/// The Socket.IO room of all sockets.
pub(super) const EVERYBODY: &str = "everybody";

/// The Socket.IO room of a room's members.
pub(super) fn room_name(room: RoomId) -> String {
    format!("room:{room}")
}

/// The Socket.IO room of a person's sockets.
pub(super) fn person_room(person: UserId) -> String {
    format!("person:{person}")
}

/// A connection to close, and the reason.
pub(super) type Ending = (Arc<ClientConnection>, ClosingReason);

/// The sockets of this process's connections.
pub(super) struct Sockets {
    io: SocketIo,
    people: Arc<People>,
    /// Takes connections to close.
    ending: mpsc::UnboundedSender<Ending>,
}

impl Sockets {
    pub(super) fn new(io: SocketIo, people: Arc<People>, ending: mpsc::UnboundedSender<Ending>) -> Self {
        Self { io, people, ending }
    }

    /// A connection's socket; `None` if it is gone.
    pub(super) fn of(&self, connection: &ClientConnection) -> Option<SocketRef> {
        self.get(connection.id)
    }

    pub(super) fn get(&self, id: Sid) -> Option<SocketRef> {
        self.io.of("/")?.get_socket(id)
    }

    /// The broadcast operators; `None` once the server is closed.
    pub(super) fn everybody(&self) -> Option<BroadcastOperators> {
        self.io.of("/").map(BroadcastOperators::local)
    }

    /// Adds a socket to Socket.IO rooms, unless it is ending: a room joined after the socket has left would stay for ever.
    pub(super) fn join(&self, socket: &SocketRef, connection: &ClientConnection, rooms: Vec<String>) {
        socket.join(rooms);
        if !socket.connected() || connection.closing().is_some() {
            socket.leave_all();
        }
    }

    /// Emits an event to a socket. One without space for it is stalled and ends.
    pub(super) fn emit<T: Serialize>(
        &self,
        socket: &SocketRef,
        connection: &Arc<ClientConnection>,
        name: &str,
        data: &T,
    ) {
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(name, data) {
            self.end_socket(socket, connection, ClosingReason::SlowConsumer);
        }
    }

    /// Emits an event to the open connections of a person.
    pub(super) fn emit_to_person<T: Serialize>(&self, person: UserId, name: &str, data: &T) {
        for connection in self.people.of(person) {
            if let Some(socket) = self.of(&connection)
                && connection.place().open
            {
                self.emit(&socket, &connection, name, data);
            }
        }
    }

    /// Emits an event to a Socket.IO room. Returns whether some socket had no space for it.
    pub(super) async fn broadcast<T: Serialize>(&self, room: String, name: &str, data: &T) -> bool {
        match self.everybody() {
            Some(everybody) => is_full(&everybody.to(room).emit(name, data).await),
            None => false,
        }
    }

    /// Some socket of this Socket.IO room had no space left for a packet. Its identity is unknown, so all are sent the heads: those
    /// with space pull the entries they may have missed, those without are stalled.
    pub(super) fn resync(&self, room: String, heads: impl Fn(&ClientConnection) -> Heads) {
        let Some(everybody) = self.everybody() else { return };
        for socket in everybody.to(room).sockets() {
            if let Some(connection) = self.people.get(socket.id) {
                self.emit(&socket, &connection, event::SYNC, &heads(&connection));
            }
        }
    }

    /// A person's open connections that do not include a change. One that is still opening is compared with the feed when it
    /// opens.
    pub(super) fn outdated(
        &self,
        user: UserId,
        number: ChangeNumber,
    ) -> Vec<(Arc<ClientConnection>, SocketRef)> {
        let connections = self.people.of(user).into_iter();
        connections
            .filter(|connection| connection.is_outdated(number))
            .filter_map(|connection| Some((connection.clone(), self.of(&connection)?)))
            .collect()
    }

    /// Closes a connection for a reason: its socket leaves its rooms at once, so that it disturbs no further broadcast; the rest
    /// happens elsewhere.
    pub(super) fn end_socket(
        &self,
        socket: &SocketRef,
        connection: &Arc<ClientConnection>,
        reason: ClosingReason,
    ) {
        socket.leave_all();
        let _ = self.ending.send((connection.clone(), reason));
    }

    /// Closes a connection for a reason, whether or not its socket is there yet.
    pub(super) fn end(&self, connection: &Arc<ClientConnection>, reason: ClosingReason) {
        match self.of(connection) {
            Some(socket) => self.end_socket(&socket, connection, reason),
            None => drop(connection.close_for(reason)),
        }
    }

    /// Ends the connections of a device, and those it is about to open.
    pub(super) fn end_session(&self, session: SessionId, reason: ClosingReason) {
        for connection in self.people.sign_out(session, reason) {
            self.end(&connection, reason);
        }
    }

    /// Disconnects every socket, and waits until they are gone.
    pub(super) async fn close(&self) {
        self.io.close().await;
    }
}

/// Whether a socket had no space left. A disconnected socket is no failure.
fn is_full(done: &Result<(), BroadcastError>) -> bool {
    match done {
        Err(BroadcastError::Socket(errors)) => errors
            .iter()
            .any(|error| matches!(error, SocketError::InternalChannelFull)),
        Err(error) => {
            tracing::error!(%error, "a broadcast failed");
            true
        }
        Ok(()) => false,
    }
}
