//! A store with injected faults.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use steadfast_server::clock::Instant;
use steadfast_server::store::quota::{DayUsage, DiskSpace};
use steadfast_server::store::{
    ChangeNumber, Committed, Feed, FeedChange, Grown, Log, NewCommand, NewEntry, NodeId, PeoplePage, Profile,
    Quota, Quotas, ReadMark, Rooms, SessionId, Snapshot, Span, Store, StoreError, Tries, Try,
};
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{Cursors, EntryId, Epoch, Millis, Person, Role, Room, RoomId, Seq, UserId, event};
use tokio::sync::Semaphore;

/// The fault of one append, or of one command.
pub(crate) enum Fault {
    /// Nothing is stored.
    Fails,
    /// Everything is stored, and an error is returned anyway.
    FailsAfterCommit,
    /// Everything is stored, and the outcome is reported as unknown.
    UnconfirmedAfterCommit,
    Panics,
    /// Everything that contains this entry violates a constraint, now and later.
    Rejects(EntryId),
    /// Waits until the gate opens.
    Waits(Arc<Semaphore>),
}

/// A group of sign-ups, and when it was written.
pub(crate) struct SignUpsWritten {
    pub(crate) sign_ups: usize,
    pub(crate) from: Instant,
    pub(crate) to: Instant,
}

pub(crate) struct Faulty {
    pub(super) inner: Arc<dyn Store>,
    pub(crate) faults: Mutex<VecDeque<Fault>>,
    rejected: Mutex<Option<EntryId>>,
    /// The number of entries in each append.
    pub(crate) appends: Mutex<Vec<usize>>,
    /// The number of commands in each commit that had any.
    pub(crate) commands: Mutex<Vec<usize>>,
    /// The faults of the next commits with commands.
    pub(crate) command_faults: Mutex<VecDeque<Fault>>,
    /// How often reading people's views of a room fails.
    pub(crate) blind: Arc<AtomicUsize>,
    /// The groups of sign-ups written so far.
    pub(crate) sign_ups: Mutex<Vec<SignUpsWritten>>,
    /// Groups of sign-ups wait for this, where it is there.
    pub(crate) sign_ups_held: Mutex<Option<Arc<Semaphore>>>,
    /// Pages that are being read. They wait for the first of these, where it is there, and take one of them along.
    pub(crate) pages_reading: AtomicUsize,
    pub(crate) pages_held: Mutex<Option<Arc<Semaphore>>>,
    /// The next response to hold back.
    held: Arc<Mutex<Option<Held>>>,
    /// The gate for reads of the feed, if they do not pass freely.
    gate: Mutex<Option<Arc<Semaphore>>>,
    /// How many wait at the gate.
    pub(crate) waiting: AtomicUsize,
    /// Counting attempts never finishes.
    pub(crate) counts_nothing: AtomicBool,
    /// How often the following changes are reported as deleted.
    pub(crate) forgetful: Arc<AtomicUsize>,
}

/// A read that may be outdated by the time it is returned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Read {
    Device,
    Rooms,
}

/// A response that is held back after it was read.
pub(crate) struct Held {
    read: Read,
    came: Arc<Semaphore>,
    go: Arc<Semaphore>,
}

impl Faulty {
    pub(crate) fn new(inner: Arc<dyn Store>, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self {
            inner,
            faults: Mutex::new(faults.into_iter().collect()),
            rejected: Mutex::default(),
            appends: Mutex::default(),
            commands: Mutex::default(),
            command_faults: Mutex::default(),
            blind: Arc::default(),
            pages_reading: AtomicUsize::new(0),
            pages_held: Mutex::default(),
            held: Arc::default(),
            gate: Mutex::default(),
            waiting: AtomicUsize::new(0),
            counts_nothing: AtomicBool::new(false),
            forgetful: Arc::default(),
            sign_ups: Mutex::default(),
            sign_ups_held: Mutex::default(),
        }
    }

    /// Holds back the next response of this kind. Returns a signal that it was read, and one that releases it.
    pub(crate) fn hold(&self, read: Read) -> (Arc<Semaphore>, Arc<Semaphore>) {
        let (came, go) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        *self.held.lock().unwrap() = Some(Held {
            read,
            came: came.clone(),
            go: go.clone(),
        });
        (came, go)
    }

    pub(super) async fn was_read(&self, read: Read) {
        was_read(&self.held, read).await;
    }

    /// The store without faults.
    pub(crate) fn inner(&self) -> &dyn Store {
        self.inner.as_ref()
    }

    /// Blocks all reads of the feed.
    pub(crate) fn close_the_feed(&self) {
        *self.gate.lock().unwrap() = Some(Arc::new(Semaphore::new(0)));
    }

    /// Blocks one read of the feed, the next one, and lets later ones pass. Returns the gate that it waits at.
    pub(crate) async fn block_one_read(&self) -> Arc<Semaphore> {
        let before = self.waiting.load(Ordering::Acquire);
        self.close_the_feed();
        while self.waiting.load(Ordering::Acquire) == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.gate.lock().unwrap().take().unwrap()
    }

    /// Allows reads of the feed again.
    pub(crate) fn open_the_feed(&self) {
        if let Some(gate) = self.gate.lock().unwrap().take() {
            gate.add_permits(Semaphore::MAX_PERMITS / 2);
        }
    }
}

/// Waits if this response is held back.
async fn was_read(held: &Mutex<Option<Held>>, read: Read) {
    let held = held.lock().unwrap().take_if(|held| held.read == read);
    if let Some(held) = held {
        held.came.add_permits(1);
        held.go.acquire().await.unwrap().forget();
    }
}

/// Whether it should happen once more.
fn once(left: &AtomicUsize) -> bool {
    let less = |left: usize| left.checked_sub(1);
    left.fetch_update(Ordering::AcqRel, Ordering::Acquire, less)
        .is_ok()
}

fn broken() -> StoreError {
    StoreError::Failed(sqlx::Error::Io(std::io::ErrorKind::StorageFull.into()))
}

#[async_trait]
impl Log for Faulty {
    async fn commit(
        &self,
        entries: &[NewEntry],
        commands: &[NewCommand],
        at: Millis,
    ) -> Result<Committed, StoreError> {
        if !commands.is_empty() {
            self.commands.lock().unwrap().push(commands.len());
            let fault = self.command_faults.lock().unwrap().pop_front();
            match fault {
                None => {}
                Some(Fault::Panics) => {
                    self.inner.commit(entries, commands, at).await?;
                    panic!("as told");
                }
                Some(Fault::FailsAfterCommit) => {
                    self.inner.commit(entries, commands, at).await?;
                    return Err(broken());
                }
                Some(Fault::UnconfirmedAfterCommit) => {
                    self.inner.commit(entries, commands, at).await?;
                    let cut = sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
                    return Err(StoreError::Unconfirmed(cut));
                }
                Some(_) => return Err(broken()),
            }
        }
        if entries.is_empty() {
            return self.inner.commit(entries, commands, at).await;
        }
        self.appends.lock().unwrap().push(entries.len());
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            Some(Fault::Fails) => return Err(broken()),
            Some(Fault::FailsAfterCommit) => {
                self.inner.commit(entries, commands, at).await?;
                return Err(broken());
            }
            Some(Fault::Panics | Fault::UnconfirmedAfterCommit) => panic!("as told"),
            Some(Fault::Rejects(id)) => *self.rejected.lock().unwrap() = Some(id),
            Some(Fault::Waits(gate)) => gate.acquire().await.unwrap().forget(),
            None => {}
        }
        let rejected = *self.rejected.lock().unwrap();
        if entries.iter().any(|entry| Some(entry.id) == rejected) {
            return Err(StoreError::Rejected(sqlx::Error::RowNotFound));
        }
        self.inner.commit(entries, commands, at).await
    }

    async fn heads(&self) -> Result<event::Heads, StoreError> {
        self.inner.heads().await
    }

    async fn page(&self, room: RoomId, span: Span, limit: usize) -> Result<event::Page, StoreError> {
        self.pages_reading.fetch_add(1, Ordering::AcqRel);
        let held = self.pages_held.lock().unwrap().clone();
        if let Some(held) = held {
            held.acquire().await.unwrap().forget();
        }
        let page = self.inner.page(room, span, limit).await;
        self.pages_reading.fetch_sub(1, Ordering::AcqRel);
        page
    }

    async fn scrub(&self) -> Result<bool, StoreError> {
        self.inner.scrub().await
    }
}

#[async_trait]
impl Rooms for Faulty {
    async fn rooms_of(&self, user: UserId) -> Result<Vec<Room>, StoreError> {
        let rooms = self.inner.rooms_of(user).await;
        self.was_read(Read::Rooms).await;
        rooms
    }

    async fn views(&self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError> {
        self.inner.views(room, users).await
    }

    async fn browse(&self, user: UserId, query: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError> {
        self.inner.browse(user, query).await
    }

    async fn members(&self, room: RoomId, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        self.inner.members(room, page).await
    }

    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError> {
        self.inner.roles_in(room).await
    }

    async fn find_people(&self, page: &PeoplePage) -> Result<Vec<Person>, StoreError> {
        self.inner.find_people(page).await
    }

    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError> {
        self.inner.person(user).await
    }

    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        self.inner.mark_read(marks).await
    }
}

#[async_trait]
impl Feed for Faulty {
    async fn handshake_snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        self.snapshot().await
    }

    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let gate = self.gate.lock().unwrap().clone();
        if let Some(gate) = gate {
            self.waiting.fetch_add(1, Ordering::AcqRel);
            gate.acquire().await.unwrap().forget();
        }
        Ok(Box::new(FaultySnapshot {
            inner: self.inner.snapshot().await?,
            blind: self.blind.clone(),
            forgetful: self.forgetful.clone(),
            held: self.held.clone(),
        }))
    }

    async fn prune_changes(&self, at: Millis) -> Result<(), StoreError> {
        self.inner.prune_changes(at).await
    }
}

struct FaultySnapshot {
    inner: Box<dyn Snapshot>,
    blind: Arc<AtomicUsize>,
    forgetful: Arc<AtomicUsize>,
    held: Arc<Mutex<Option<Held>>>,
}

#[async_trait]
impl Snapshot for FaultySnapshot {
    async fn feed_head(&mut self) -> Result<ChangeNumber, StoreError> {
        self.inner.feed_head().await
    }

    async fn changes_after(
        &mut self,
        number: ChangeNumber,
        limit: usize,
    ) -> Result<Option<Vec<FeedChange>>, StoreError> {
        if once(&self.forgetful) {
            return Ok(None);
        }
        self.inner.changes_after(number, limit).await
    }

    async fn grown(&mut self, rooms: &[(RoomId, Seq)], limit: usize) -> Result<Vec<Grown>, StoreError> {
        self.inner.grown(rooms, limit).await
    }

    async fn rooms_of(&mut self, user: UserId) -> Result<Vec<Room>, StoreError> {
        let rooms = self.inner.rooms_of(user).await;
        was_read(&self.held, Read::Rooms).await;
        rooms
    }

    async fn views(&mut self, room: RoomId, users: &[UserId]) -> Result<HashMap<UserId, Room>, StoreError> {
        if once(&self.blind) {
            return Err(broken());
        }
        self.inner.views(room, users).await
    }

    async fn profile(&mut self, user: UserId) -> Result<Option<Profile>, StoreError> {
        self.inner.profile(user).await
    }

    async fn mismatched(&mut self, cursors: &Cursors) -> Result<Vec<RoomId>, StoreError> {
        self.inner.mismatched(cursors).await
    }

    async fn ended(&mut self, sessions: &[SessionId]) -> Result<Vec<SessionId>, StoreError> {
        self.inner.ended(sessions).await
    }
}

#[async_trait]
impl Quotas for Faulty {
    async fn set_quota(&self, user: UserId, quota: Option<Quota>) -> Result<bool, StoreError> {
        self.inner.set_quota(user, quota).await
    }

    async fn usage(&self, user: UserId, at: Millis) -> Result<(DayUsage, Quota), StoreError> {
        self.inner.usage(user, at).await
    }

    fn disk(&self) -> DiskSpace {
        self.inner.disk()
    }
}

#[async_trait]
impl Tries for Faulty {
    async fn count_tries(&self, tries: &[Try], at: Millis) -> Result<Option<Duration>, StoreError> {
        if self.counts_nothing.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.inner.count_tries(tries, at).await
    }

    async fn prune_tries(&self, at: Millis) -> Result<(), StoreError> {
        self.inner.prune_tries(at).await
    }
}

impl steadfast_server::store::PresenceRows for Faulty {}

#[async_trait]
impl Store for Faulty {
    fn node(&self) -> NodeId {
        self.inner.node()
    }

    fn epoch(&self) -> Epoch {
        self.inner.epoch()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
