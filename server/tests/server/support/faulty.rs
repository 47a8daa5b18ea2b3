//! A store that fails as told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use steadfast_server::store::{Appended, Log, NewEntry, ReadMark, Rooms, Span, Store, StoreError};
use steadfast_shared::{EntryId, Epoch, Millis, Room, RoomId, UserId, event};
use tokio::sync::Semaphore;

/// What happens to one append.
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
}

impl Faulty {
    pub(crate) fn new(inner: Arc<dyn Store>, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self {
            inner,
            faults: Mutex::new(faults.into_iter().collect()),
            rejected: Mutex::default(),
            appends: Mutex::default(),
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
        self.inner.rooms_of(user).await
    }

    async fn mark_read(&self, marks: &[ReadMark]) -> Result<(), StoreError> {
        self.inner.mark_read(marks).await
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
