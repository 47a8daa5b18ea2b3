//! The news: what was committed goes out to every room, in order, and to every socket that comes, without a gap.
//!
//! One lock covers the heads, the tails and who was announced as present. Publishing holds it while it broadcasts, and a
//! session opens under it: so each entry is either in what the session tells, or broadcast to the socket afterwards.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use socketioxide::extract::SocketRef;
use socketioxide::operators::BroadcastOperators;
use socketioxide::{BroadcastError, SendError, SocketError, SocketIo};
use steadfast_shared::event::{self, Availability, Cursors, Entries, Heads, Opened, Presence};
use steadfast_shared::{Entry, Person, RoomId, Seq, UserId, limit};
use tokio::sync::{Mutex, MutexGuard, mpsc};

use super::connection::Connection;
use super::people::People;
use super::revision::{is_revision, revise};
use super::tail::Tail;
use super::writer::Publish;
use super::{person_room, room_name};
use crate::store::{Span, Store, StoreError};

/// Most rooms with a tail; the others are healed from the database.
const TAILS: usize = 1_000;
/// Most bytes of text sent along when a session opens.
const MISSED_BYTES: usize = 256 * 1024;

/// Where the news come together.
pub(super) struct Hub {
    io: SocketIo,
    store: Arc<dyn Store>,
    people: Arc<People>,
    /// Where connections go that have no place left for a packet.
    stalled: mpsc::UnboundedSender<Arc<Connection>>,
    /// Most missed entries sent along when a session opens.
    recovered_entries: usize,
    news: Mutex<News>,
}

/// What has gone out so far.
struct News {
    heads: Heads,
    tails: HashMap<RoomId, Tail>,
    present: HashMap<UserId, Person>,
}

/// What a device brings when it connects.
#[derive(Clone, Debug)]
pub(super) struct Greeting {
    /// The person's rooms, as the database had them shortly before.
    pub(super) rooms: Vec<event::Room>,
    /// How far the device has got; `None` where it has nothing of this epoch.
    pub(super) cursors: Option<Cursors>,
}

impl Hub {
    pub(super) fn new(
        io: SocketIo,
        store: Arc<dyn Store>,
        people: Arc<People>,
        stalled: mpsc::UnboundedSender<Arc<Connection>>,
        recovered_entries: usize,
        heads: Heads,
    ) -> Self {
        Self {
            io,
            store,
            people,
            stalled,
            recovered_entries,
            news: Mutex::new(News {
                heads,
                tails: HashMap::new(),
                present: HashMap::new(),
            }),
        }
    }

    /// Joins a socket to its rooms and opens its session.
    pub(super) async fn open(
        &self,
        socket: &SocketRef,
        connection: &Arc<Connection>,
        mut greeting: Greeting,
    ) {
        let mut news = self.news.lock().await;
        if !socket.connected() {
            return;
        }
        let mut names: Vec<String> = connection.rooms.iter().map(|room| room_name(*room)).collect();
        names.push(person_room(connection.person.id));
        socket.join(names);

        for room in &mut greeting.rooms {
            news.bring_up_to_date(room, connection.person.id);
        }
        let missed = greeting
            .cursors
            .and_then(|cursors| news.missed(&greeting.rooms, &cursors, self.recovered_entries));
        let arrived = news
            .present
            .insert(connection.person.id, connection.person.clone())
            .is_none();
        let opened = event::Session::Open(Opened {
            me: connection.person.clone(),
            epoch: self.store.epoch(),
            rooms: greeting.rooms,
            recovered: missed.is_some(),
            missed: missed.unwrap_or_default(),
            online: news.present.values().cloned().map(online).collect(),
            last_closed: self.people.recall(connection),
        });
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(event::SESSION, &opened)
        {
            self.end_stalled(socket, connection);
        }
        if arrived {
            self.announce(&news, &connection.person, true).await;
        }
    }

    /// Tells that somebody has gone, unless they are back.
    pub(super) async fn gone(&self, person: UserId) {
        let mut news = self.news.lock().await;
        if self.people.is_online(person) {
            return;
        }
        if let Some(person) = news.present.remove(&person) {
            self.announce(&news, &person, false).await;
        }
    }

    /// The newest `seq` of each of these rooms.
    pub(super) async fn heads(&self, rooms: &[RoomId]) -> Heads {
        self.news.lock().await.heads_of(rooms)
    }

    async fn announce(&self, news: &News, person: &Person, online: bool) {
        let state = if online {
            Availability::Online
        } else {
            Availability::Offline
        };
        let presence = Presence {
            person: person.clone(),
            state,
        };
        let rooms: Vec<String> = news.heads.keys().map(|room| room_name(*room)).collect();
        let Some(everybody) = self.everybody() else { return };
        let others = everybody.to(rooms.clone()).except(person_room(person.id));
        if is_full(&others.emit(event::PRESENCE, &presence).await) {
            self.resync(news, rooms);
        }
    }

    /// Broadcasts consecutive entries and keeps them in the room's tail.
    async fn broadcast(&self, news: &mut News, room: RoomId, mut entries: Vec<Entry>) {
        news.revise(room, &mut entries);
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return;
        };
        news.heads.insert(room, last.seq);
        let batch = Entries {
            room,
            from: first.seq,
            entries,
        };
        if let Some(everybody) = self.everybody()
            && is_full(&everybody.to(room_name(room)).emit(event::ENTRIES, &batch).await)
        {
            self.resync(news, vec![room_name(room)]);
        }
        if news.tails.len() >= TAILS && !news.tails.contains_key(&room) {
            news.tails.clear();
        }
        news.tails.entry(room).or_default().extend(batch.entries);
    }

    /// Some socket of these rooms had no place left for a packet. Which one is not told, so all are told the heads: those
    /// that have a place pull what they may have missed, those that have none are stalled.
    fn resync(&self, news: &News, rooms: Vec<String>) {
        let Some(everybody) = self.everybody() else { return };
        for socket in everybody.to(rooms).sockets() {
            let Some(connection) = self.people.get(socket.id) else {
                continue;
            };
            let heads = news.heads_of(&connection.rooms);
            if let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(event::SYNC, &heads)
            {
                self.end_stalled(&socket, &connection);
            }
        }
    }

    /// Out of its rooms at once, so that it disturbs no further broadcast; the rest is done elsewhere.
    fn end_stalled(&self, socket: &SocketRef, connection: &Arc<Connection>) {
        socket.leave_all();
        let _ = self.stalled.send(connection.clone());
    }

    /// `None` once the server is closed.
    fn everybody(&self) -> Option<BroadcastOperators> {
        self.io.of("/").map(BroadcastOperators::local)
    }

    async fn head(&self, room: RoomId) -> (Seq, MutexGuard<'_, News>) {
        let news = self.news.lock().await;
        (news.heads.get(&room).copied().unwrap_or(0), news)
    }
}

#[async_trait]
impl Publish for Hub {
    async fn publish(&self, room: RoomId, head: Seq, mut fresh: Vec<Entry>) -> Result<(), StoreError> {
        loop {
            let (published, mut news) = self.head(room).await;
            fresh.retain(|entry| entry.seq > published);
            if fresh.first().is_some_and(|entry| entry.seq == published + 1) {
                self.broadcast(&mut news, room, std::mem::take(&mut fresh)).await;
                continue;
            }
            drop(news);
            if published >= head {
                return Ok(());
            }
            // Committed, and for some failure never published: the log has it. Only the writer comes here.
            let page = self
                .store
                .page(room, Span::After(published), limit::PAGE_ENTRIES)
                .await?;
            if page.entries.is_empty() {
                return Err(StoreError::Unreadable("log: entries below its head are missing"));
            }
            let mut entries = page.entries;
            // Every later change follows by itself.
            entries.iter_mut().for_each(|entry| entry.now = None);
            let (_, mut news) = self.head(room).await;
            self.broadcast(&mut news, room, entries).await;
        }
    }
}

fn online(person: Person) -> Presence {
    Presence {
        person,
        state: Availability::Online,
    }
}

impl News {
    fn heads_of(&self, rooms: &[RoomId]) -> Heads {
        rooms
            .iter()
            .filter_map(|room| Some((*room, *self.heads.get(room)?)))
            .collect()
    }

    /// What is about to go out, and what is kept, takes the shape that the newest changes have given it.
    fn revise(&mut self, room: RoomId, entries: &mut [Entry]) {
        let changes: Vec<Entry> = entries
            .iter()
            .filter(|entry| is_revision(entry))
            .cloned()
            .collect();
        for change in changes {
            entries.iter_mut().for_each(|entry| revise(entry, &change));
            if let Some(tail) = self.tails.get_mut(&room) {
                tail.revise(|entry| revise(entry, &change));
            }
        }
    }

    /// Adds what was published since the database was asked.
    fn bring_up_to_date(&self, room: &mut event::Room, person: UserId) {
        let Some(&head) = self.heads.get(&room.id) else {
            return;
        };
        if head > room.head {
            let since = self.tails.get(&room.id).and_then(|tail| tail.after(room.head));
            match since {
                Some(entries) => {
                    for entry in entries.filter(|entry| entry.body.is_news() && entry.author.id != person) {
                        room.unread += 1;
                        room.mentions += u64::from(entry.body.mentions().any(|id| id == person));
                        room.active_at = room.active_at.max(entry.at);
                    }
                }
                None => room.unread += head - room.head,
            }
        }
        // What is committed and not published yet comes as a broadcast.
        room.head = head;
    }

    /// What closes every gap, where the tails hold all of it and it is little.
    fn missed(&self, rooms: &[event::Room], cursors: &Cursors, most: usize) -> Option<Vec<Entries>> {
        let mut left = most;
        let mut bytes = 0;
        let mut missed = Vec::new();
        for room in rooms {
            let cursor = cursors.get(&room.id).copied().unwrap_or(0);
            if cursor >= room.head {
                continue;
            }
            let gap = self.tails.get(&room.id)?.after(cursor)?;
            left = left.checked_sub(gap.len())?;
            let entries: Vec<Entry> = gap.cloned().collect();
            bytes += entries.iter().map(Entry::text_bytes).sum::<usize>();
            if bytes > MISSED_BYTES {
                return None;
            }
            missed.push(Entries {
                room: room.id,
                from: cursor + 1,
                entries,
            });
        }
        Some(missed)
    }
}

/// Whether some socket had no place left. Sockets that are gone are no failure.
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
