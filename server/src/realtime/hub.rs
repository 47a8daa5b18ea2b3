//! The news: what was committed goes out to every room, in order, and to every socket that comes, without a gap.
//!
//! One lock covers the heads, the tails and who was announced as present. Publishing holds it while it broadcasts, and a
//! session opens under it: so each entry is either in what the session tells, or broadcast to the socket afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use socketioxide::extract::SocketRef;
use socketioxide::operators::BroadcastOperators;
use socketioxide::{BroadcastError, SendError, SocketError, SocketIo};
use steadfast_shared::event::{self, Availability, ClosingReason, Cursors, Entries, Heads, Opened, Presence};
use steadfast_shared::{Entry, Person, Role, Room, RoomId, Seq, UserId, limit};
use tokio::sync::{Mutex, MutexGuard, mpsc};

use super::connection::Connection;
use super::doubts::Doubts;
use super::news::News;
use super::people::People;
use super::writer::Publish;
use super::{person_room, room_name};
use crate::clock;
use crate::store::{Act, Acted, Span, Store, StoreError};

/// The Socket.IO room of everybody.
pub(super) const EVERYBODY: &str = "everybody";

/// A connection that is to be ended, and why.
pub(super) type Ending = (Arc<Connection>, ClosingReason);

/// Where the news come together.
pub(super) struct Hub {
    pub(super) io: SocketIo,
    pub(super) store: Arc<dyn Store>,
    pub(super) people: Arc<People>,
    /// Where connections go that are to be ended.
    ending: mpsc::UnboundedSender<Ending>,
    /// Most missed entries sent along when a session opens.
    recovered_entries: usize,
    /// How often somebody moved: the clock of [`Moves`](super::moves::Moves).
    moves: AtomicU64,
    pub(super) doubts: Doubts,
    news: Mutex<News>,
}

/// What a device brings when it connects.
#[derive(Clone, Debug)]
pub(super) struct Greeting {
    /// What [`Hub::moves`] was before the database was asked.
    pub(super) moves: u64,
    /// The person's rooms, as the database had them shortly before.
    pub(super) rooms: Vec<Room>,
    /// What the person is on the server.
    pub(super) role: Role,
    /// Whom the person has blocked.
    pub(super) blocked: Vec<Person>,
    /// How far the device has got; `None` where it has nothing of this epoch.
    pub(super) cursors: Option<Cursors>,
}

impl Hub {
    pub(super) fn new(
        io: SocketIo,
        store: Arc<dyn Store>,
        people: Arc<People>,
        ending: mpsc::UnboundedSender<Ending>,
        recovered_entries: usize,
        heads: Heads,
    ) -> Self {
        Self {
            io,
            store,
            people,
            ending,
            recovered_entries,
            moves: AtomicU64::new(0),
            doubts: Doubts::default(),
            news: Mutex::new(News::new(heads)),
        }
    }

    /// Joins a socket to its rooms and opens its session. Answers how the others had known the person.
    pub(super) async fn open(
        &self,
        socket: &SocketRef,
        connection: &Arc<Connection>,
        mut greeting: Greeting,
    ) -> Result<Option<Availability>, StoreError> {
        let user = connection.user;
        let mut news = self.news.lock().await;
        if !socket.connected() || connection.closing().is_some() {
            return Ok(None);
        }
        if news.moves.any_of(user, greeting.moves) {
            // They came somewhere, left or were renamed while this device connected.
            greeting.rooms = self.store.rooms_of(user).await?;
            if let Some(person) = self.store.person(user).await? {
                connection.place().person = person;
            }
            if let Some(info) = self.store.person_info(user, clock::now()).await? {
                greeting.role = info.role;
                connection.place().role = info.role;
            }
            greeting.blocked = self.store.blocked_by(user).await?;
        }
        let rooms = greeting.rooms.iter().map(|room| room.id);
        let mut names: Vec<String> = rooms.clone().map(room_name).collect();
        names.extend([person_room(user), EVERYBODY.to_owned()]);
        let me = {
            let mut place = connection.place();
            place.rooms = rooms.collect();
            place.open = true;
            place.person.clone()
        };
        join(socket, connection, names);

        for room in &mut greeting.rooms {
            news.bring_up_to_date(room, user);
        }
        let missed = greeting
            .cursors
            .and_then(|cursors| news.missed(&greeting.rooms, &cursors, self.recovered_entries));
        let here = Presence {
            person: me.clone(),
            state: Availability::Online,
        };
        let known = news.present.get(&user).map(|presence| presence.state);
        news.present.entry(user).or_insert_with(|| here.clone());
        let opened = event::Session::Open(Opened {
            me,
            owner: greeting.role == Role::Owner,
            role: greeting.role,
            blocked: greeting.blocked,
            epoch: self.store.epoch(),
            rooms: greeting.rooms,
            recovered: missed.is_some(),
            missed: missed.unwrap_or_default(),
            online: news.present.values().cloned().collect(),
            last_closed: self.people.recall(connection),
        });
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(event::SESSION, &opened)
        {
            self.end_stalled(socket, connection);
        }
        connection.reading.add_permits(1);
        if known.is_none() {
            self.announce(&news, &here).await;
        }
        Ok(known)
    }

    /// How often somebody has moved. Asked before the database is.
    pub(super) fn moves(&self) -> u64 {
        self.moves.load(Ordering::Acquire)
    }

    /// Notes who moved; `None` where it can be anybody.
    pub(super) fn count_move(&self, news: &mut News, people: Option<&[UserId]>) {
        let at = self.moves.fetch_add(1, Ordering::AcqRel) + 1;
        match people {
            Some(people) => news.moves.note(people, at),
            None => news.moves.note_everybody(at),
        }
    }

    pub(super) async fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().await
    }

    /// The newest `seq` of each of the person's rooms.
    pub(super) async fn heads(&self, connection: &Connection) -> Heads {
        let news = self.news.lock().await;
        news.heads_of(&connection.rooms())
    }

    /// The newest `seq` of a room, where the person is in it.
    pub(super) async fn head_for(&self, connection: &Connection, room: RoomId) -> Option<Seq> {
        let news = self.news.lock().await;
        connection.member_of(room).ok()?;
        news.heads.get(&room).copied()
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
        news.keep(room, batch.entries);
    }

    /// Some socket of these rooms had no place left for a packet. Which one is not told, so all are told the heads: those
    /// that have a place pull what they may have missed, those that have none are stalled.
    pub(super) fn resync(&self, news: &News, rooms: Vec<String>) {
        let Some(everybody) = self.everybody() else { return };
        for socket in everybody.to(rooms).sockets() {
            let Some(connection) = self.people.get(socket.id) else {
                continue;
            };
            let heads = news.heads_of(&connection.rooms());
            if let Err(SendError::Socket(SocketError::InternalChannelFull)) = socket.emit(event::SYNC, &heads)
            {
                self.end_stalled(&socket, &connection);
            }
        }
    }

    /// Out of its rooms at once, so that it disturbs no further broadcast; the rest is done elsewhere.
    pub(super) fn end_stalled(&self, socket: &SocketRef, connection: &Arc<Connection>) {
        self.end(socket, connection, ClosingReason::SlowConsumer);
    }

    /// Ends a connection for a reason: out of its rooms at once, the rest elsewhere.
    pub(super) fn end(&self, socket: &SocketRef, connection: &Arc<Connection>, reason: ClosingReason) {
        socket.leave_all();
        let _ = self.ending.send((connection.clone(), reason));
    }

    /// `None` once the server is closed.
    pub(super) fn everybody(&self) -> Option<BroadcastOperators> {
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

    async fn settle(&self, by: UserId, acted: &Acted) -> Result<Option<Room>, StoreError> {
        self.follow(by, acted).await
    }

    fn doubt(&self, by: UserId, act: &Act) {
        self.doubts.note(by, act);
    }

    async fn realign(&self) {
        self.clear_up().await;
    }
}

/// Lets a socket into rooms, unless it is ending: what is taken out with a socket would stay for ever where it comes in later.
pub(super) fn join(socket: &SocketRef, connection: &Connection, rooms: Vec<String>) {
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
