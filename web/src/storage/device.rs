//! The chat's records in IndexedDB.

use serde::Serialize;
use steadfast_client::link::{Storage, Task};
use steadfast_client::older::{self, Unreadable};
use steadfast_client::{Identity, OutboxItem, Restored, StorageError, Write};

use crate::browser::json;

use crate::storage::database::{DatabaseError, IndexedDatabase, ObjectStore, Operation};
use crate::storage::silence::Silence;

pub const DATABASE: &str = "steadfast";

const IDENTITY_KEY: &str = "identity";

/// The chat's records. Opens the database when first needed, and again after it was closed from
/// outside: cleared by the person, or upgraded by a newer page in another tab.
#[derive(Debug)]
pub struct DeviceStorage {
    name: String,
    database: Option<IndexedDatabase>,
    silence: Silence,
}

impl DeviceStorage {
    /// Uses the database of this name. Does not open it yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            database: None,
            silence: Silence::default(),
        }
    }

    /// Calls `changed` with whether the browser answers for its storage, whenever that changes.
    pub fn watch(&self, changed: impl Fn(bool) + 'static) {
        self.silence.watch(changed);
    }

    /// The person this device is signed in as, read before everything else.
    ///
    /// # Errors If this device stores nothing.
    pub async fn identity(&mut self) -> Result<Option<Identity>, StorageError> {
        let [identity] = self.read([ObjectStore::Identity]).await?;
        Ok(identity.iter().find_map(|text| json::parse(text).ok()))
    }

    /// Outbox items that cannot be read.
    ///
    /// # Errors If this device stores nothing.
    pub async fn unreadable(&mut self) -> Result<Vec<Unreadable>, StorageError> {
        let records = match self.open().await?.read_keyed(ObjectStore::Outbox).await {
            Err(DatabaseError::Closed) => self.reopen().await?.read_keyed(ObjectStore::Outbox).await,
            answer => answer,
        };
        let unreadable = records?
            .into_iter()
            .filter(|(_, record)| json::parse::<OutboxItem>(record).is_err());
        Ok(unreadable
            .map(|(key, record)| Unreadable::new(key, &record))
            .collect())
    }

    /// Erases these outbox records.
    ///
    /// # Errors If the browser does not erase them.
    pub async fn discard(&mut self, keys: &[String]) -> Result<(), StorageError> {
        let removals: Vec<Operation> = keys
            .iter()
            .map(|key| Operation::Remove(ObjectStore::Outbox, key.clone()))
            .collect();
        self.write(&removals).await
    }

    /// Erases everything.
    ///
    /// # Errors If this device stores nothing, or the browser does not erase it.
    pub async fn erase(&mut self) -> Result<(), StorageError> {
        let all = [ObjectStore::Identity, ObjectStore::Outbox, ObjectStore::Rooms].map(Operation::Clear);
        self.write(&all).await
    }

    async fn read<const N: usize>(
        &mut self,
        stores: [ObjectStore; N],
    ) -> Result<[Vec<String>; N], StorageError> {
        let records = match self.open().await?.read(stores).await {
            Err(DatabaseError::Closed) => self.reopen().await?.read(stores).await,
            answer => answer,
        };
        Ok(records?)
    }

    async fn write(&mut self, operations: &[Operation]) -> Result<(), StorageError> {
        let written = match self.open().await?.write(operations).await {
            Err(DatabaseError::Closed) => self.reopen().await?.write(operations).await,
            answer => answer,
        };
        Ok(written?)
    }

    async fn open(&mut self) -> Result<&IndexedDatabase, DatabaseError> {
        let database = match self.database.take() {
            Some(open) => open,
            None if self.silence.lasts() => return Err(DatabaseError::Silent),
            None => {
                let opened = IndexedDatabase::open(&self.name).await;
                if matches!(opened, Err(DatabaseError::Silent)) {
                    self.silence.begin(&self.name);
                }
                opened?
            }
        };
        Ok(self.database.insert(database))
    }

    async fn reopen(&mut self) -> Result<&IndexedDatabase, DatabaseError> {
        self.database = None;
        self.open().await
    }
}

impl Storage for DeviceStorage {
    fn load(&mut self) -> Task<'_, Result<Restored, StorageError>> {
        Box::pin(async {
            let [identity, outbox, rooms] = self
                .read([ObjectStore::Identity, ObjectStore::Outbox, ObjectStore::Rooms])
                .await?;
            Ok(Restored {
                identity: identity.iter().find_map(|text| json::parse(text).ok()),
                outbox: outbox.iter().filter_map(|text| json::parse(text).ok()).collect(),
                rooms: rooms
                    .iter()
                    .filter_map(|text| json::parse_or(text, older::mend))
                    .collect(),
            })
        })
    }

    fn apply(&mut self, writes: Vec<Write>) -> Task<'_, Result<(), StorageError>> {
        Box::pin(async move {
            let operations = writes.iter().map(operation).collect::<Result<Vec<_>, _>>()?;
            self.write(&operations).await
        })
    }
}

impl From<DatabaseError> for StorageError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Full => Self::Full,
            DatabaseError::Unavailable => Self::Unavailable,
            other => Self::Failed(other.to_string()),
        }
    }
}

fn operation(write: &Write) -> Result<Operation, StorageError> {
    Ok(match write {
        Write::PutOutbox(item) => Operation::Put(ObjectStore::Outbox, item.id.to_string(), text_of(item)?),
        Write::RemoveOutbox(id) => Operation::Remove(ObjectStore::Outbox, id.to_string()),
        Write::PutRoom(cache) => Operation::Put(ObjectStore::Rooms, cache.room.to_string(), text_of(cache)?),
        Write::DropRoom(room) => Operation::Remove(ObjectStore::Rooms, room.to_string()),
        Write::DropRooms => Operation::Clear(ObjectStore::Rooms),
        Write::PutIdentity(identity) => {
            Operation::Put(ObjectStore::Identity, IDENTITY_KEY.to_owned(), text_of(identity)?)
        }
        Write::DropIdentity => Operation::Clear(ObjectStore::Identity),
        Write::DropOutbox => Operation::Clear(ObjectStore::Outbox),
    })
}

fn text_of(record: &impl Serialize) -> Result<String, StorageError> {
    json::text_of(record).map_err(|error| StorageError::Failed(error.to_string()))
}
