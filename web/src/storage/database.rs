//! A minimal IndexedDB wrapper for records of text: open, write a batch, read everything.
//!
//! A write resolves on its transaction's `complete` event, requested with `durability: "strict"`:
//! the browser has flushed to disk by then. (The `idb` crate cannot request that, and web-sys binds
//! it only behind an unstable flag.)

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{Either, select};
use js_sys::{Array, Function, Object, Reflect};
use steadfast_client::link::sleep;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    DomException, Event, EventTarget, IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransaction,
};

/// The schema's version. Raised when a store is added or removed; records evolve through serde.
const VERSION: u32 = 1;

/// Some browsers never answer an open request, so it has a time limit.
const OPEN_WITHIN: Duration = Duration::from_secs(5);

/// The stores, each a map from text to text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObjectStore {
    /// The person this device is signed in as.
    Identity,
    /// Unacknowledged items, by entry id.
    Outbox,
    /// The newest page of each room, by room id.
    Rooms,
}

impl ObjectStore {
    const ALL: [Self; 3] = [Self::Identity, Self::Outbox, Self::Rooms];

    fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Outbox => "outbox",
            Self::Rooms => "rooms",
        }
    }
}

/// One change. All changes of one [`IndexedDatabase::write`] happen together or not at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Operation {
    Put(ObjectStore, String, String),
    /// Removes a record; it need not exist.
    Remove(ObjectStore, String),
    /// Removes every record of a store.
    Clear(ObjectStore),
}

/// Why a database operation failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The browser has no IndexedDB, or denies it to this page.
    #[error("this browser keeps no database for this page")]
    Unavailable,
    /// Another tab keeps an older version of the database open.
    #[error("another tab holds an older database open")]
    Blocked,
    /// The browser did not answer.
    #[error("the browser did not answer")]
    Silent,
    /// A newer version of the page has upgraded the database.
    #[error("the database belongs to a newer page")]
    Newer,
    /// The disk, or this site's quota, is full.
    #[error("no room is left")]
    Full,
    /// The database was closed since; opening it again may help.
    #[error("the database was closed")]
    Closed,
    /// Another error, in the browser's words.
    #[error("{0}")]
    Failed(String),
}

impl From<JsValue> for DatabaseError {
    fn from(value: JsValue) -> Self {
        match value.dyn_into::<DomException>() {
            Ok(exception) => match exception.name().as_str() {
                "QuotaExceededError" => Self::Full,
                "InvalidStateError" => Self::Closed,
                "VersionError" => Self::Newer,
                "SecurityError" => Self::Unavailable,
                name => Self::Failed(format!("{name}: {}", exception.message())),
            },
            Err(other) => Self::Failed(format!("{other:?}")),
        }
    }
}

/// An open database. Closes itself when another tab needs to upgrade it; after that it returns
/// [`DatabaseError::Closed`].
#[derive(Debug)]
pub struct IndexedDatabase {
    inner: IdbDatabase,
    on_version_change: RequestClosure,
}

impl IndexedDatabase {
    /// Opens the database of this name, and creates it if needed.
    ///
    /// # Errors [`DatabaseError::Unavailable`], [`DatabaseError::Blocked`],
    /// [`DatabaseError::Silent`], [`DatabaseError::Newer`], or the browser's words.
    pub async fn open(name: &str) -> Result<Self, DatabaseError> {
        let request = factory()?
            .open_with_u32(name, VERSION)
            .map_err(|_| DatabaseError::Unavailable)?;
        let upgrade = Closure::once(|event: Event| create_stores(&event));
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let answer = first_event(&request, &["success", "error", "blocked"]);
        let answered = match select(answer, Box::pin(sleep(OPEN_WITHIN))).await {
            Either::Left((event, _)) => Some(event),
            Either::Right(_) => None,
        };
        match answered {
            Some("success") => Ok(Self::of(request.result()?.unchecked_into())),
            Some("error") => Err(match failure_of(&request) {
                DatabaseError::Newer => DatabaseError::Newer,
                DatabaseError::Full => DatabaseError::Full,
                DatabaseError::Failed(_) | DatabaseError::Unavailable => DatabaseError::Unavailable,
                other => other,
            }),
            given_up => {
                close_when_it_opens(request, upgrade);
                Err(if given_up.is_some() {
                    DatabaseError::Blocked
                } else {
                    DatabaseError::Silent
                })
            }
        }
    }

    /// Deletes the database of this name.
    ///
    /// # Errors As [`IndexedDatabase::open`].
    pub async fn delete(name: &str) -> Result<(), DatabaseError> {
        let request = factory()?.delete_database(name)?;
        match first_event(&request, &["success", "error", "blocked"]).await {
            "success" => Ok(()),
            "blocked" => Err(DatabaseError::Blocked),
            _ => Err(failure_of(&request)),
        }
    }

    /// Performs all `operations` in order, or none. Durable when it resolves.
    ///
    /// # Errors [`DatabaseError::Full`], [`DatabaseError::Closed`], or the browser's words. Nothing
    /// was written then.
    pub async fn write(&self, operations: &[Operation]) -> Result<(), DatabaseError> {
        if operations.is_empty() {
            return Ok(());
        }
        let transaction = self.begin("readwrite")?;
        let done = first_event(&transaction, &["complete", "abort"]);
        for operation in operations {
            if let Err(error) = perform(&transaction, operation) {
                let _ = transaction.abort();
                return Err(error.into());
            }
        }
        commit(&transaction);
        finished(&transaction, done.await)
    }

    /// Every record of each of `stores`, as one consistent view.
    ///
    /// # Errors [`DatabaseError::Closed`], or the browser's words.
    pub async fn read<const N: usize>(
        &self,
        stores: [ObjectStore; N],
    ) -> Result<[Vec<String>; N], DatabaseError> {
        let transaction = self.begin("readonly")?;
        let done = first_event(&transaction, &["complete", "abort"]);
        let requests = stores
            .into_iter()
            .map(|store| transaction.object_store(store.name())?.get_all())
            .collect::<Result<Vec<IdbRequest>, JsValue>>()?;
        finished(&transaction, done.await)?;
        let mut records = [const { Vec::new() }; N];
        for (request, records) in requests.iter().zip(&mut records) {
            let values: Array = request.result()?.unchecked_into();
            *records = values.iter().filter_map(|value| value.as_string()).collect();
        }
        Ok(records)
    }

    /// Every record of a store, with its key.
    ///
    /// # Errors As [`IndexedDatabase::read`].
    pub async fn read_keyed(&self, store: ObjectStore) -> Result<Vec<(String, String)>, DatabaseError> {
        let transaction = self.begin("readonly")?;
        let done = first_event(&transaction, &["complete", "abort"]);
        let object_store = transaction.object_store(store.name())?;
        // Both requests return results in key order.
        let (keys, records) = (object_store.get_all_keys()?, object_store.get_all()?);
        finished(&transaction, done.await)?;
        let texts = |request: &IdbRequest| -> Result<Vec<String>, JsValue> {
            let values: Array = request.result()?.unchecked_into();
            Ok(values
                .iter()
                .map(|value| value.as_string().unwrap_or_default())
                .collect())
        };
        Ok(texts(&keys)?.into_iter().zip(texts(&records)?).collect())
    }

    fn of(inner: IdbDatabase) -> Self {
        let closing = inner.clone();
        let on_version_change = Closure::new(move |_: Event| closing.close());
        inner.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        Self {
            inner,
            on_version_change,
        }
    }

    fn begin(&self, mode: &str) -> Result<IdbTransaction, DatabaseError> {
        let names: Array = ObjectStore::ALL
            .iter()
            .map(|store| JsValue::from_str(store.name()))
            .collect();
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into())?;
        let transaction: Function = Reflect::get(&self.inner, &"transaction".into())?.unchecked_into();
        Ok(transaction
            .call3(&self.inner, &names, &mode.into(), &options)?
            .unchecked_into())
    }
}

impl Drop for IndexedDatabase {
    fn drop(&mut self) {
        self.inner.set_onversionchange(None);
        self.inner.close();
        let _ = &self.on_version_change;
    }
}

fn factory() -> Result<IdbFactory, DatabaseError> {
    // The getter throws in some private modes, and returns undefined in others.
    let factory =
        Reflect::get(&js_sys::global(), &"indexedDB".into()).map_err(|_| DatabaseError::Unavailable)?;
    if factory.is_undefined() || factory.is_null() {
        return Err(DatabaseError::Unavailable);
    }
    Ok(factory.unchecked_into())
}

fn create_stores(event: &Event) {
    let Some(request) = event.target().and_then(|t| t.dyn_into::<IdbOpenDbRequest>().ok()) else {
        return;
    };
    let Ok(database) = request.result().map(JsCast::unchecked_into::<IdbDatabase>) else {
        return;
    };
    for store in ObjectStore::ALL {
        if !database.object_store_names().contains(store.name()) {
            // An error aborts the upgrade, and the open request reports it.
            let _ = database.create_object_store(store.name());
        }
    }
}

fn perform(transaction: &IdbTransaction, operation: &Operation) -> Result<(), JsValue> {
    let store =
        |store: ObjectStore| -> Result<IdbObjectStore, JsValue> { transaction.object_store(store.name()) };
    match operation {
        Operation::Put(name, key, value) => store(*name)?.put_with_key(&value.into(), &key.into())?,
        Operation::Remove(name, key) => store(*name)?.delete(&key.into())?,
        Operation::Clear(name) => store(*name)?.clear()?,
    };
    Ok(())
}

/// Commits without waiting for the requests' own events, where the browser supports it: a page that
/// closes the next instant has still written.
fn commit(transaction: &IdbTransaction) {
    if let Ok(commit) = Reflect::get(transaction, &"commit".into())
        && let Ok(commit) = commit.dyn_into::<Function>()
    {
        let _ = commit.call0(transaction);
    }
}

fn finished(transaction: &IdbTransaction, event: &str) -> Result<(), DatabaseError> {
    match event {
        "complete" => Ok(()),
        // A transaction aborted without an error of its own lost its database.
        _ => Err(transaction
            .error()
            .map_or(DatabaseError::Closed, |e| JsValue::from(e).into())),
    }
}

fn failure_of(request: &IdbRequest) -> DatabaseError {
    match request.error() {
        Ok(Some(exception)) => JsValue::from(exception).into(),
        _ => DatabaseError::Unavailable,
    }
}

/// A request that timed out may still succeed; an unused connection would block every later
/// upgrade.
fn close_when_it_opens(request: IdbOpenDbRequest, upgrade: RequestClosure) {
    wasm_bindgen_futures::spawn_local(async move {
        if first_event(&request, &["success", "error"]).await == "success"
            && let Ok(database) = request.result()
        {
            database.unchecked_into::<IdbDatabase>().close();
        }
        drop(upgrade);
    });
}

/// The first of `names` to fire on `target`. Listens from the call on, not from the first poll.
fn first_event(
    target: &EventTarget,
    names: &'static [&'static str],
) -> impl Future<Output = &'static str> + Unpin + use<> {
    let (sender, receiver) = oneshot::channel();
    let sender = Rc::new(Cell::new(Some(sender)));
    let listening = RequestListener(
        names
            .iter()
            .map(|name| {
                let sender = sender.clone();
                let listener = RequestClosure::new(move |_: Event| {
                    if let Some(sender) = sender.take() {
                        let _ = sender.send(*name);
                    }
                });
                let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
                (target.clone(), *name, listener)
            })
            .collect(),
    );
    Box::pin(async move {
        let name = receiver.await.unwrap_or("abort");
        drop(listening);
        name
    })
}

/// Event listeners, removed on drop.
struct RequestListener(Vec<(EventTarget, &'static str, RequestClosure)>);

type RequestClosure = Closure<dyn FnMut(Event)>;

impl Drop for RequestListener {
    fn drop(&mut self) {
        for (target, name, listener) in &self.0 {
            let _ = target.remove_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
    }
}
