//! A store that fails as told.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use steadfast_server::store::quota::{Room as DiskRoom, Usage};
use steadfast_server::store::{
    Act, Acted, Appended, Feed, Log, NewEntry, Quota, Quotas, ReadMark, Refusal, Rooms, Snapshot, Span,
    Store, StoreError,
};
use steadfast_shared::room::{BrowseRooms, ListedRoom};
use steadfast_shared::{EntryId, Epoch, Millis, Person, Role, Room, RoomId, UserId, event};
use tokio::sync::Semaphore;

/// What happens to one append, or to one errand.
pub(crate) enum Fault {
    /// Nothing is stored.
    Fails,
    /// Everything is stored, and an error comes all the same.
    FailsAfterCommit,
    Panics,
    /// Whatever holds this entry breaks a constraint, now and later.
    Rejects(EntryId),
    /// Waits until the gate lets it pass.
    Waits(Arc<Semaphore>),
}

pub(crate) struct Faulty {
    pub(super) inner: Arc<dyn Store>,
    faults: Mutex<VecDeque<Fault>>,
    rejected: Mutex<Option<EntryId>>,
    /// How many entries each append had.
    pub(crate) appends: Mutex<Vec<usize>>,
    /// What happens to the next errands.
    pub(crate) errands: Mutex<VecDeque<Fault>>,
    /// How often it cannot be read how people see a room.
    pub(crate) blind: AtomicUsize,
    /// Where the next answer waits.
    held: Mutex<Option<Held>>,
}

/// Something that is read, and may be out of date by the time it is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Read {
    Device,
    Rooms,
}

/// An answer that waits once it was read.
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
            errands: Mutex::default(),
            blind: AtomicUsize::new(0),
            held: Mutex::default(),
        }
    }

    /// Holds the next answer of this kind. Answers what tells that it was read, and what lets it go.
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
        let held = self.held.lock().unwrap().take_if(|held| held.read == read);
        if let Some(held) = held {
            held.came.add_permits(1);
            held.go.acquire().await.unwrap().forget();
        }
    }
}

fn broken() -> StoreError {
    StoreError::Failed(sqlx::Error::Io(std::io::ErrorKind::StorageFull.into()))
}

#[async_trait]
impl Log for Faulty {
    async fn append(&self, entries: &[NewEntry], at: Millis) -> Result<Appended, StoreError> {
        self.appends.lock().unwrap().push(entries.len());
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            Some(Fault::Fails) => return Err(broken()),
            Some(Fault::FailsAfterCommit) => {
                self.inner.append(entries, at).await?;
                return Err(broken());
            }
            Some(Fault::Panics) => panic!("as told"),
            Some(Fault::Rejects(id)) => *self.rejected.lock().unwrap() = Some(id),
            Some(Fault::Waits(gate)) => gate.acquire().await.unwrap().forget(),
            None => {}
        }
        let rejected = *self.rejected.lock().unwrap();
        if entries.iter().any(|entry| Some(entry.id) == rejected) {
            return Err(StoreError::Rejected(sqlx::Error::RowNotFound));
        }
        self.inner.append(entries, at).await
    }

    async fn heads(&self) -> Result<event::Heads, StoreError> {
        self.inner.heads().await
    }

    async fn page(&self, room: RoomId, span: Span, limit: usize) -> Result<event::Page, StoreError> {
        self.inner.page(room, span, limit).await
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
        let less = |left: usize| left.checked_sub(1);
        if self
            .blind
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, less)
            .is_ok()
        {
            return Err(broken());
        }
        self.inner.views(room, users).await
    }

    async fn act(
        &self,
        by: UserId,
        from: Option<IpAddr>,
        act: &Act,
        at: Millis,
    ) -> Result<Result<Acted, Refusal>, StoreError> {
        let fault = self.errands.lock().unwrap().pop_front();
        match fault {
            None => return self.inner.act(by, from, act, at).await,
            Some(Fault::Panics) => {
                let _ = self.inner.act(by, from, act, at).await?;
                panic!("as told");
            }
            Some(Fault::FailsAfterCommit) => drop(self.inner.act(by, from, act, at).await?),
            Some(_) => {}
        }
        Err(broken())
    }

    async fn browse(&self, user: UserId, asked: &BrowseRooms) -> Result<Vec<ListedRoom>, StoreError> {
        self.inner.browse(user, asked).await
    }

    async fn members(&self, room: RoomId) -> Result<Vec<Person>, StoreError> {
        self.inner.members(room).await
    }

    async fn roles_in(&self, room: RoomId) -> Result<HashMap<UserId, Role>, StoreError> {
        self.inner.roles_in(room).await
    }

    async fn find_people(&self, search: &str) -> Result<Vec<Person>, StoreError> {
        self.inner.find_people(search).await
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
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        self.inner.snapshot().await
    }

    async fn prune_changes(&self, at: Millis) -> Result<(), StoreError> {
        self.inner.prune_changes(at).await
    }
}

#[async_trait]
impl Quotas for Faulty {
    async fn set_quota(&self, user: UserId, quota: Option<Quota>) -> Result<bool, StoreError> {
        self.inner.set_quota(user, quota).await
    }

    async fn usage(&self, user: UserId, at: Millis) -> Result<(Usage, Quota), StoreError> {
        self.inner.usage(user, at).await
    }

    fn disk(&self) -> DiskRoom {
        self.inner.disk()
    }
}

#[async_trait]
impl Store for Faulty {
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
