//! The tasks beside the handle. Every task ends with the chat.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use futures::channel::{mpsc, oneshot};
use futures::future::{self, Either, FutureExt};
use futures::stream::StreamExt;
use socketio_anywhere::{BuildError, Client};

use super::{ChatInner, Decorator, Peers, Storage, Stream, Task, WireEvent, lock, sleep, socket, spawn};
use crate::record::{Restored, StorageError, Write};
use crate::session::{Change, Input, StoreTicket};
use crate::tab_message::TabMessage;

/// The longest wait for storage. Records that come later are applied then.
const LOADING_TAKES: Duration = Duration::from_secs(3);

/// The wait before storage that could not be read is read again.
const READ_AGAIN: Duration = Duration::from_secs(2);

/// One thing for the storage to do.
pub(super) enum StorageJob {
    Load(oneshot::Sender<Result<Restored, StorageError>>),
    Apply { ticket: StoreTicket, writes: Vec<Write> },
    Decorate(Arc<dyn Decorator>),
    Barrier(oneshot::Sender<()>),
}

/// Where the tasks receive what the handle sends them.
pub(super) struct Inboxes {
    pub(super) storage: mpsc::UnboundedReceiver<StorageJob>,
    /// For the other tabs.
    pub(super) peers: mpsc::UnboundedReceiver<TabMessage>,
    /// When the session wants to be woken.
    pub(super) deadlines: mpsc::UnboundedReceiver<Option<Duration>>,
    pub(super) decorations: mpsc::UnboundedReceiver<()>,
    /// Ends with the chat.
    pub(super) ended: oneshot::Receiver<()>,
}

/// The socket. Each of its connections presents the session's cursors.
pub(super) fn client(
    url: &str,
    path: &str,
    token: Option<String>,
    inner: Arc<OnceLock<Weak<ChatInner>>>,
) -> Result<Client, BuildError> {
    let auth = move || {
        let auth = inner
            .get()
            .and_then(Weak::upgrade)
            .map(|inner| lock(&inner.session).auth());
        let mut auth = auth.unwrap_or_default();
        auth.token.clone_from(&token);
        serde_json::to_value(auth).unwrap_or_default()
    };
    let client = Client::builder(url)
        .auth_with(auth)
        // Some networks carry no WebSocket.
        .try_all_transports(true)
        // The session says when to dial.
        .reconnection(false)
        .auto_connect(false);
    let client = if path.is_empty() {
        client
    } else {
        client.path(path)
    };
    client.build()
}

pub(super) fn start(inner: &Arc<ChatInner>, storage: impl Storage, mut peers: impl Peers, inboxes: Inboxes) {
    let ended = inboxes.ended.map(drop).shared();
    let this = Arc::downgrade(inner);
    // Listening starts before storage is read: a tab's message in between is not in storage yet, and would be missed. So
    // would the socket's events: natively another thread may have connected it already.
    let events = socket::events(&inner.client);
    let messages = peers.messages();
    let leadership = peers.leadership();
    spawn(store(this.clone(), Box::new(storage), inboxes.storage));
    spawn(broadcast(peers, inboxes.peers));
    spawn(future::select(Box::pin(receive(this.clone(), messages)), ended.clone()).map(drop));
    spawn(future::select(Box::pin(begin(this.clone(), leadership)), ended).map(drop));
    spawn(follow(this.clone(), events, inboxes.decorations));
    spawn(keep_time(this, inboxes.deadlines));
}

async fn store(
    this: Weak<ChatInner>,
    mut storage: Box<dyn Storage>,
    mut jobs: mpsc::UnboundedReceiver<StorageJob>,
) {
    // Jobs that wait when the chat ends are still done.
    while let Some(job) = jobs.next().await {
        match job {
            StorageJob::Load(answer) => {
                let _awaited = answer.send(storage.load().await);
            }
            StorageJob::Decorate(decorator) => storage = decorator.storage(storage),
            StorageJob::Barrier(answer) => {
                let _awaited = answer.send(());
            }
            StorageJob::Apply { ticket, writes } => {
                let result = storage.apply(writes).await;
                if let Some(inner) = this.upgrade() {
                    inner.input(Input::Stored { ticket, result });
                }
            }
        }
    }
}

async fn broadcast(mut peers: impl Peers, mut broadcasts: mpsc::UnboundedReceiver<TabMessage>) {
    while let Some(news) = broadcasts.next().await {
        peers.broadcast(news);
    }
}

async fn receive(this: Weak<ChatInner>, mut messages: Stream<'static, TabMessage>) {
    while let (Some(news), Some(inner)) = (messages.next().await, this.upgrade()) {
        inner.input(Input::TabMessage(news));
    }
}

/// Restores, then waits to become the leader.
async fn begin(this: Weak<ChatInner>, leadership: Task<'static, ()>) {
    let loading = load(&this);
    let records = match future::select(loading, Box::pin(sleep(LOADING_TAKES))).await {
        Either::Left((records, _)) => records,
        Either::Right(((), loading)) => {
            if let Some(inner) = this.upgrade() {
                inner.restored(Restored::default());
            }
            loading.await
        }
    };
    let records = or_read_again(&this, records);
    if let Some(inner) = this.upgrade() {
        inner.restored(records);
    }
    leadership.await;
    // The tab that drained before may have left something since.
    let records = load(&this).await;
    let records = or_read_again(&this, records);
    if let Some(inner) = this.upgrade() {
        inner.input(Input::TakeOver(records.outbox));
    }
}

/// The stored records; `None` if there is a storage that cannot be read.
fn load(this: &Weak<ChatInner>) -> Task<'static, Option<Restored>> {
    let (answer, loaded) = oneshot::channel();
    if let Some(inner) = this.upgrade() {
        let _alive = inner.storage.unbounded_send(StorageJob::Load(answer));
    }
    Box::pin(loaded.map(|loaded| match loaded {
        Ok(Ok(records)) => Some(records),
        Ok(Err(StorageError::Unavailable)) => Some(Restored::default()),
        Ok(Err(_)) | Err(_) => None,
    }))
}

/// The records that were read. If storage could not be read, the chat starts without them and reads again: there may be
/// unsent items among them.
fn or_read_again(this: &Weak<ChatInner>, records: Option<Restored>) -> Restored {
    if records.is_none() {
        spawn(read_again(this.clone()));
    }
    records.unwrap_or_default()
}

async fn read_again(this: Weak<ChatInner>) {
    while this.strong_count() > 0 {
        sleep(READ_AGAIN).await;
        if let Some(records) = load(&this).await {
            if let Some(inner) = this.upgrade() {
                inner.restored(records);
            }
            return;
        }
    }
}

async fn follow(
    this: Weak<ChatInner>,
    mut events: Stream<'static, WireEvent>,
    mut decorations: mpsc::UnboundedReceiver<()>,
) {
    loop {
        let event = match future::select(events.next(), decorations.next()).await {
            Either::Left((Some(event), _)) => event,
            Either::Right((Some(()), _)) => {
                let inner = this.upgrade();
                if let Some(decorator) = inner.as_ref().and_then(|inner| inner.decorator.get()) {
                    events = decorator.events(events);
                }
                continue;
            }
            Either::Left((None, _)) | Either::Right((None, _)) => return,
        };
        let Some(inner) = this.upgrade() else {
            return;
        };
        match event {
            WireEvent::Changed => inner.watchers.announce(Change::Connection),
            event => {
                if let Some(input) = event.input() {
                    inner.input(input);
                }
            }
        }
    }
}

async fn keep_time(this: Weak<ChatInner>, mut deadlines: mpsc::UnboundedReceiver<Option<Duration>>) {
    let mut until: Option<Duration> = None;
    loop {
        let now = this.upgrade().map(|inner| inner.clock.now());
        let left = until.zip(now).map(|(until, now)| until.saturating_sub(now));
        let sleep = async move {
            match left {
                Some(left) => sleep(left).await,
                None => future::pending().await,
            }
        };
        match future::select(deadlines.next(), Box::pin(sleep)).await {
            Either::Left((Some(deadline), _)) => until = deadline,
            Either::Left((None, _)) => return,
            Either::Right(_) => {
                until = None;
                if let Some(inner) = this.upgrade() {
                    inner.tick();
                }
            }
        }
    }
}
