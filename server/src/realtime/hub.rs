//! Sends committed entries to every room, in order, and to every new socket, without a gap.
//!
//! One lock covers the published state. It is held while entries are broadcast and while a session opens, so each entry is either
//! in the session's response or broadcast to the socket afterwards.

use std::sync::Arc;

use async_trait::async_trait;
use socketioxide::extract::SocketRef;
use socketioxide::operators::BroadcastOperators;
use socketioxide::{BroadcastError, SendError, SocketError, SocketIo};
use steadfast_shared::event::{self, ClosingReason, Entries, Heads, Nodes};
use steadfast_shared::{Entry, Room, RoomId, Seq, UserId};
use tokio::sync::{Mutex, MutexGuard, mpsc, watch};

use super::adapter::Adapter;
use super::adapter::hint::Hint;
use super::connection::ClientConnection;
use super::feed::hints::Hints;
use super::people::People;
use super::presence::PresenceBoard;
use super::published::{Next, PublishedState};
use super::room_name;
use super::writer::Publish;
use crate::clock::{self, Instant};
use crate::store::{ChangeNumber, Grown, Store, StoreError};

/// The Socket.IO room of all sockets.
pub(super) const EVERYBODY: &str = "everybody";

/// A connection to close, and the reason.
pub(super) type Ending = (Arc<ClientConnection>, ClosingReason);

/// The center of this process's broadcasts.
pub(super) struct Hub {
    pub(super) io: SocketIo,
    pub(super) store: Arc<dyn Store>,
    pub(super) people: Arc<People>,
    /// The adapter to the other nodes.
    pub(super) adapter: Arc<Adapter>,
    pub(super) presence: Arc<PresenceBoard>,
    /// Hints for the listener.
    pub(super) hints: Arc<Hints>,
    /// The newest applied change.
    pub(super) applied: watch::Sender<ChangeNumber>,
    /// When the whole store was last read.
    pub(super) fresh: watch::Sender<Instant>,
    /// Takes connections to close.
    ending: mpsc::UnboundedSender<Ending>,
    /// Most missed entries sent when a session opens.
    pub(super) recovered_entries: usize,
    published: Mutex<PublishedState>,
}

impl Hub {
    /// Follows the change feed from its present head.
    pub(super) async fn new(
        io: SocketIo,
        store: Arc<dyn Store>,
        people: Arc<People>,
        adapter: Adapter,
        ending: mpsc::UnboundedSender<Ending>,
        recovered_entries: usize,
    ) -> Result<Self, StoreError> {
        let applied = store.snapshot().await?.feed_head().await?;
        Ok(Self {
            io,
            store,
            people,
            adapter: Arc::new(adapter),
            presence: Arc::default(),
            hints: Arc::default(),
            applied: watch::Sender::new(applied),
            fresh: watch::Sender::new(clock::instant()),
            ending,
            recovered_entries,
            published: Mutex::new(PublishedState::new(applied)),
        })
    }

    pub(super) async fn published(&self) -> MutexGuard<'_, PublishedState> {
        self.published.lock().await
    }

    /// The newest published `seq` of each of the person's rooms.
    pub(super) async fn heads(&self, connection: &ClientConnection) -> Heads {
        let published = self.published().await;
        published.heads_of(&connection.rooms())
    }

    /// The newest published `seq` of a room, if the person is in it.
    pub(super) async fn head_for(&self, connection: &ClientConnection, room: RoomId) -> Option<Seq> {
        let published = self.published().await;
        connection.member_of(room).ok()?;
        published.head(room)
    }

    /// Publishes the entries after the newest published one of a room, each once, and none past a gap. Returns whether nothing up
    /// to them is missing. Nothing is published for a room that is not loaded, because no member is connected here.
    pub(super) async fn publish_log(
        &self,
        published: &mut PublishedState,
        room: RoomId,
        fresh: Vec<Entry>,
    ) -> bool {
        match published.next(room, fresh) {
            Next::Publish(fresh) => {
                self.broadcast(published, room, fresh).await;
                true
            }
            Next::Nothing => true,
            Next::Gap => false,
        }
    }

    /// Broadcasts consecutive entries and keeps them in the room's tail.
    async fn broadcast(&self, published: &mut PublishedState, room: RoomId, mut entries: Vec<Entry>) {
        published.revise(room, &mut entries);
        let Some(first) = entries.first() else { return };
        let batch = Entries {
            room,
            from: first.seq,
            entries,
        };
        let done = match self.everybody() {
            Some(everybody) => everybody.to(room_name(room)).emit(event::ENTRIES, &batch).await,
            None => Ok(()),
        };
        published.keep(room, batch.entries);
        if is_full(&done) {
            self.resync(published, vec![room_name(room)]);
        }
    }

    /// Tells every session whether other nodes are connected.
    pub(super) async fn broadcast_nodes(&self, nodes: Nodes) {
        let published = self.published().await;
        self.adapter.note_nodes(nodes);
        let Some(everybody) = self.everybody() else { return };
        if is_full(&everybody.to(EVERYBODY).emit(event::NODES, &nodes).await) {
            self.resync(&published, vec![EVERYBODY.to_owned()]);
        }
    }

    /// Some socket of these rooms had no space left for a packet. Its identity is unknown, so all are sent the heads: those with
    /// space pull the entries they may have missed, those without are stalled.
    pub(super) fn resync(&self, published: &PublishedState, rooms: Vec<String>) {
        let Some(everybody) = self.everybody() else { return };
        for socket in everybody.to(rooms).sockets() {
            let Some(connection) = self.people.get(socket.id) else {
                continue;
            };
            let heads = published.heads_of(&connection.rooms());
            if let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(event::SYNC, &heads)
            {
                self.end_stalled(&socket, &connection);
            }
        }
    }

    /// Closes a stalled connection. It leaves its rooms at once, so that it disturbs no further broadcast; the rest happens
    /// elsewhere.
    pub(super) fn end_stalled(&self, socket: &SocketRef, connection: &Arc<ClientConnection>) {
        self.end(socket, connection, ClosingReason::SlowConsumer);
    }

    /// Closes a connection for a reason: it leaves its rooms at once, the rest happens elsewhere.
    pub(super) fn end(&self, socket: &SocketRef, connection: &Arc<ClientConnection>, reason: ClosingReason) {
        socket.leave_all();
        let _ = self.ending.send((connection.clone(), reason));
    }

    /// The broadcast operators; `None` once the server is closed.
    pub(super) fn everybody(&self) -> Option<BroadcastOperators> {
        self.io.of("/").map(BroadcastOperators::local)
    }
}

#[async_trait]
impl Publish for Hub {
    async fn committed(&self, feed: ChangeNumber, logs: Vec<Grown>) {
        // It is on its way while those here are sent the entries: the commit is done, and nobody waits for a hint.
        for Grown { room, fresh, head } in &logs {
            if !fresh.is_empty() {
                let (room, head) = (*room, *head);
                self.adapter.send(&Hint::Room { room, head });
            }
        }
        let mut published = self.published().await;
        // Changes before these entries must be applied first; changes after them may have altered them too.
        let is_here = self.store.elsewhere().is_none();
        let applied = is_here && published.applied() == feed && published.unsynced.is_empty();
        for Grown { room, fresh, .. } in logs {
            let is_published = applied && self.publish_log(&mut published, room, fresh).await;
            if !is_published {
                self.hints.room(room);
            }
        }
        if published.applied() < feed {
            self.hints.feed();
        }
    }

    fn uncertain(&self) {
        self.hints.everything();
    }

    async fn follow(&self, feed: ChangeNumber) -> Result<(), StoreError> {
        Self::follow(self, feed).await
    }

    async fn view(&self, room: RoomId, user: UserId) -> Result<Option<Room>, StoreError> {
        Self::view(self, room, user).await
    }
}

/// Adds a socket to rooms, unless it is ending: a room joined after the socket has left would stay for ever.
pub(super) fn join(socket: &SocketRef, connection: &ClientConnection, rooms: Vec<String>) {
    socket.join(rooms);
    if !socket.connected() || connection.closing().is_some() {
        socket.leave_all();
    }
}

/// Whether a socket had no space left. A disconnected socket is no failure.
pub(super) fn is_full(done: &Result<(), BroadcastError>) -> bool {
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
