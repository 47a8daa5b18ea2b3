//! Sends committed entries to every room, in order, and to every new socket, without a gap.
//!
//! One lock covers the published state. It is held while entries are broadcast and while a session opens, so each entry is either
//! in the session's response or broadcast to the socket afterwards.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use steadfast_shared::event::{self, Entries, Heads, Nodes};
use steadfast_shared::{Entry, Room, RoomId, Seq, UserId};
use tokio::sync::{Mutex, MutexGuard};

use super::published::{Next, PublishedState};
use super::writer::Publish;
use crate::realtime::adapter::Adapter;
use crate::realtime::adapter::hint::Hint;
use crate::realtime::connection::ClientConnection;
use crate::realtime::feed::hints::Hints;
use crate::realtime::feed::progress::FeedProgress;
use crate::realtime::people::People;
use crate::realtime::presence::PresenceBoard;
use crate::realtime::sockets::{EVERYBODY, Sockets, room_name};
use crate::store::{ChangeNumber, Grown, Store, StoreError};

/// The center of this process's broadcasts.
pub(in crate::realtime) struct Hub {
    pub(in crate::realtime) store: Arc<dyn Store>,
    pub(in crate::realtime) people: Arc<People>,
    pub(in crate::realtime) sockets: Arc<Sockets>,
    /// The adapter to the other nodes.
    pub(in crate::realtime) adapter: Arc<Adapter>,
    pub(in crate::realtime) presence: Arc<PresenceBoard>,
    /// Hints for the listener.
    pub(in crate::realtime) hints: Arc<Hints>,
    pub(in crate::realtime) progress: FeedProgress,
    /// Most missed entries sent when a session opens.
    pub(in crate::realtime) recovered_entries: usize,
    published: Mutex<PublishedState>,
}

impl Hub {
    /// Follows the change feed from its present head.
    pub(in crate::realtime) async fn new(
        store: Arc<dyn Store>,
        people: Arc<People>,
        sockets: Arc<Sockets>,
        adapter: Adapter,
        presence: Arc<PresenceBoard>,
        recovered_entries: usize,
    ) -> Result<Self, StoreError> {
        let applied = store.snapshot().await?.feed_head().await?;
        Ok(Self {
            store,
            people,
            sockets,
            adapter: Arc::new(adapter),
            presence,
            hints: Arc::default(),
            progress: FeedProgress::new(applied),
            recovered_entries,
            published: Mutex::new(PublishedState::new(applied)),
        })
    }

    pub(in crate::realtime) async fn published(&self) -> MutexGuard<'_, PublishedState> {
        self.published.lock().await
    }

    /// The newest published `seq` of each of the person's rooms.
    pub(in crate::realtime) async fn heads(&self, connection: &ClientConnection) -> Heads {
        let published = self.published().await;
        published.heads_of(&connection.rooms())
    }

    /// The newest published `seq` of a room, if the person is in it.
    pub(in crate::realtime) async fn head_for(
        &self,
        connection: &ClientConnection,
        room: RoomId,
    ) -> Option<Seq> {
        let published = self.published().await;
        connection.member_of(room).ok()?;
        published.head(room)
    }

    /// Publishes the entries after the newest published one of a room, each once, and none past a gap. Returns whether nothing up
    /// to them is missing. Nothing is published for a room that is not loaded, because no member is connected here.
    pub(in crate::realtime) async fn publish_log(
        &self,
        published: &mut PublishedState,
        room: RoomId,
        fresh: Vec<Entry>,
    ) -> bool {
        match published.next(room, fresh) {
            Next::Publish(fresh) => {
                self.broadcast_entries(published, room, fresh).await;
                true
            }
            Next::Nothing => true,
            Next::Gap => false,
        }
    }

    /// Broadcasts consecutive entries and keeps them in the room's tail.
    async fn broadcast_entries(&self, published: &mut PublishedState, room: RoomId, mut entries: Vec<Entry>) {
        published.revise(room, &mut entries);
        let Some(first) = entries.first() else { return };
        let batch = Entries {
            room,
            from: first.seq,
            entries,
        };
        let is_full = self
            .sockets
            .broadcast(room_name(room), event::ENTRIES, &batch)
            .await;
        published.keep(room, batch.entries);
        if is_full {
            self.resync(published, room_name(room));
        }
    }

    /// Tells every session whether other nodes are connected.
    pub(in crate::realtime) async fn broadcast_nodes(&self, nodes: Nodes) {
        let published = self.published().await;
        self.adapter.note_nodes(nodes);
        self.broadcast(&published, EVERYBODY.to_owned(), event::NODES, &nodes)
            .await;
    }

    /// Emits an event to a Socket.IO room. If a socket has no space for it, all are sent their heads.
    pub(in crate::realtime) async fn broadcast<T: Serialize>(
        &self,
        published: &PublishedState,
        room: String,
        name: &str,
        data: &T,
    ) {
        if self.sockets.broadcast(room.clone(), name, data).await {
            self.resync(published, room);
        }
    }

    fn resync(&self, published: &PublishedState, room: String) {
        self.sockets
            .resync(room, |connection| published.heads_of(&connection.rooms()));
    }

    /// Waits until this process's sockets follow everything committed so far.
    pub(in crate::realtime) async fn follow_all(&self) -> Result<(), StoreError> {
        let head = self.store.snapshot().await?.feed_head().await?;
        self.follow(head).await
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

    async fn follow(&self, change: ChangeNumber) -> Result<(), StoreError> {
        self.adapter.send(&Hint::Feed(Some(change)));
        if self.progress.applied() >= change {
            return Ok(());
        }
        self.hints.feed();
        self.progress.reached(change).await
    }

    async fn view(&self, room: RoomId, user: UserId) -> Result<Option<Room>, StoreError> {
        let Some(mut view) = self.store.views(room, &[user]).await?.remove(&user) else {
            return Ok(None);
        };
        if self.published().await.bring_up_to_date(&mut view, user) {
            self.hints.room(room);
        }
        Ok(Some(view))
    }
}
