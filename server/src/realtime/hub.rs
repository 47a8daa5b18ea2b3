//! Committed entries go out to every room, in order, and to every socket that comes, without a gap.
//!
//! One lock covers the published state. Publishing holds it while it broadcasts, and a session opens under it: so each
//! entry is either in the session's answer, or broadcast to the socket afterwards.

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

/// The Socket.IO room of everybody.
pub(super) const EVERYBODY: &str = "everybody";

/// A connection that is to be ended, and why.
pub(super) type Ending = (Arc<ClientConnection>, ClosingReason);

/// Broadcasts of this process come together here.
pub(super) struct Hub {
    pub(super) io: SocketIo,
    pub(super) store: Arc<dyn Store>,
    pub(super) people: Arc<People>,
    /// The adapter to the other nodes.
    pub(super) adapter: Arc<Adapter>,
    pub(super) presence: Arc<PresenceBoard>,
    /// Hints for the listener.
    pub(super) hints: Arc<Hints>,
    /// The newest change that was applied.
    pub(super) applied: watch::Sender<ChangeNumber>,
    /// When everything that is stored was seen last.
    pub(super) fresh: watch::Sender<Instant>,
    /// Where connections go that are to be ended.
    ending: mpsc::UnboundedSender<Ending>,
    /// Most missed entries sent along when a session opens.
    pub(super) recovered_entries: usize,
    published: Mutex<PublishedState>,
}

impl Hub {
    /// Follows the change feed from its head on.
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

    /// The newest `seq` published of each of the person's rooms.
    pub(super) async fn heads(&self, connection: &ClientConnection) -> Heads {
        let published = self.published().await;
        published.heads_of(&connection.rooms())
    }

    /// The newest `seq` published of a room, where the person is in it.
    pub(super) async fn head_for(&self, connection: &ClientConnection, room: RoomId) -> Option<Seq> {
        let published = self.published().await;
        connection.member_of(room).ok()?;
        published.head(room)
    }

    /// Publishes the entries after the newest one published of a room: none twice, and none past a gap. Answers whether nothing
    /// up to these is missing. Of a room that is not known nothing is published, for nobody here is in it.
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

    /// Tells every session whether other nodes are heard.
    pub(super) async fn broadcast_nodes(&self, nodes: Nodes) {
        let published = self.published().await;
        self.adapter.note_nodes(nodes);
        let Some(everybody) = self.everybody() else { return };
        if is_full(&everybody.to(EVERYBODY).emit(event::NODES, &nodes).await) {
            self.resync(&published, vec![EVERYBODY.to_owned()]);
        }
    }

    /// Some socket of these rooms had no place left for a packet. Which one is not told, so all are told the heads: those
    /// that have a place pull the entries they may have missed, those that have none are stalled.
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

    /// Out of its rooms at once, so that it disturbs no further broadcast; the rest is done elsewhere.
    pub(super) fn end_stalled(&self, socket: &SocketRef, connection: &Arc<ClientConnection>) {
        self.end(socket, connection, ClosingReason::SlowConsumer);
    }

    /// Ends a connection for a reason: out of its rooms at once, the rest elsewhere.
    pub(super) fn end(&self, socket: &SocketRef, connection: &Arc<ClientConnection>, reason: ClosingReason) {
        socket.leave_all();
        let _ = self.ending.send((connection.clone(), reason));
    }

    /// `None` once the server is closed.
    pub(super) fn everybody(&self) -> Option<BroadcastOperators> {
        self.io.of("/").map(BroadcastOperators::local)
    }
}

#[async_trait]
impl Publish for Hub {
    async fn committed(&self, feed: ChangeNumber, logs: Vec<Grown>) {
        let mut published = self.published().await;
        // Changes before these entries go before them; and changes after them may have changed them, too.
        let is_here = self.store.elsewhere().is_none();
        let applied = is_here && published.applied() == feed && published.unsynced.is_empty();
        for Grown { room, fresh, head } in logs {
            let has_grown = !fresh.is_empty();
            let told = applied && self.publish_log(&mut published, room, fresh).await;
            if !told {
                self.hints.room(room);
            }
            // Those here first.
            if has_grown {
                self.adapter.send(&Hint::Room { room, head });
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

/// Lets a socket into rooms, unless it is ending: rooms left with the socket would stay for ever where it comes in later.
pub(super) fn join(socket: &SocketRef, connection: &ClientConnection, rooms: Vec<String>) {
    socket.join(rooms);
    if !socket.connected() || connection.closing().is_some() {
        socket.leave_all();
    }
}

/// Whether some socket had no place left. Sockets that are gone are no failure.
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
