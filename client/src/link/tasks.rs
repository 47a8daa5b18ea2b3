//! The tasks beside the handle. Every task ends with the chat.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use futures::channel::{mpsc, oneshot};
use futures::future::{self, Either, FutureExt};
use futures::stream::StreamExt;
use socketio_anywhere::{BuildError, Client, ConnectError, Event, EventStream};
use steadfast_shared::HandshakeError;

use super::platform::{self, Stream, Task};
use super::{ChatInner, Peers, Storage, lock, socket};
use crate::record::{Restored, StorageError, Write};
use crate::session::{Change, Input, StoreTicket};
use crate::tab_message::TabMessage;

/// A storage that takes longer than this to answer is not waited for. Its records come in when it answers.
const LOADING_TAKES: Duration = Duration::from_secs(3);

/// How long until storage that could not be read is read again.
const READ_AGAIN: Duration = Duration::from_secs(2);

/// One thing for the storage to do.
pub(super) enum StorageJob {
    Load(oneshot::Sender<Result<Restored, StorageError>>),
    Apply { ticket: StoreTicket, writes: Vec<Write> },
    Barrier(oneshot::Sender<()>),
}

/// The socket. It presents the session's cursors anew on each connection.
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

pub(super) fn start(
    inner: &Arc<ChatInner>,
    storage: impl Storage,
    storage_jobs: mpsc::UnboundedReceiver<StorageJob>,
    mut peers: impl Peers,
    tellings: mpsc::UnboundedReceiver<TabMessage>,
    deadlines: mpsc::UnboundedReceiver<Option<Duration>>,
    ended: oneshot::Receiver<()>,
) {
    let ended = ended.map(drop).shared();
    let this = Arc::downgrade(inner);
    // Listening starts before storage is read: a tab's message in between would be missed, as it is not in storage yet.
    // So would the socket's events: natively another thread may have connected it before this one goes on.
    let events = inner.client.events();
    let heard = peers.heard();
    let elected = peers.elected();
    platform::spawn(store(this.clone(), storage, storage_jobs));
    platform::spawn(tell(peers, tellings));
    platform::spawn(future::select(Box::pin(hear(this.clone(), heard)), ended.clone()).map(drop));
    platform::spawn(future::select(Box::pin(begin(this.clone(), elected)), ended).map(drop));
    platform::spawn(follow(this.clone(), events));
    platform::spawn(keep_time(this, deadlines));
}

async fn store(
    this: Weak<ChatInner>,
    mut storage: impl Storage,
    mut jobs: mpsc::UnboundedReceiver<StorageJob>,
) {
    // Jobs that wait when the chat ends are still done.
    while let Some(job) = jobs.next().await {
        match job {
            StorageJob::Load(answer) => {
                let _asked = answer.send(storage.load().await);
            }
            StorageJob::Barrier(answer) => {
                let _asked = answer.send(());
            }
            StorageJob::Apply { ticket, writes } => {
                while let Some(stall) = this.upgrade().and_then(|inner| inner.gate.stall()) {
                    let _over = stall.await;
                }
                let result = storage.apply(writes).await;
                if let Some(inner) = this.upgrade() {
                    inner.input(Input::Stored { ticket, result });
                }
            }
        }
    }
}

async fn tell(mut peers: impl Peers, mut tellings: mpsc::UnboundedReceiver<TabMessage>) {
    while let Some(news) = tellings.next().await {
        peers.tell(news);
    }
}

async fn hear(this: Weak<ChatInner>, mut heard: Stream<'static, TabMessage>) {
    while let (Some(news), Some(inner)) = (heard.next().await, this.upgrade()) {
        inner.input(Input::Heard(news));
    }
}

/// Restores, then waits to become the leader.
async fn begin(this: Weak<ChatInner>, elected: Task<'static, ()>) {
    let loading = load(&this);
    let held = match future::select(loading, Box::pin(platform::sleep(LOADING_TAKES))).await {
        Either::Left((held, _)) => held,
        Either::Right(((), loading)) => {
            if let Some(inner) = this.upgrade() {
                inner.restored(Restored::default());
            }
            loading.await
        }
    };
    let held = or_read_again(&this, held);
    if let Some(inner) = this.upgrade() {
        inner.restored(held);
    }
    elected.await;
    // The tab that drained before may have left something since.
    let held = load(&this).await;
    let held = or_read_again(&this, held);
    if let Some(inner) = this.upgrade() {
        inner.input(Input::Elected(held.outbox));
    }
}

/// The stored records; `None` where the storage cannot be read, though there is one.
fn load(this: &Weak<ChatInner>) -> Task<'static, Option<Restored>> {
    let (answer, loaded) = oneshot::channel();
    if let Some(inner) = this.upgrade() {
        let _alive = inner.storage.unbounded_send(StorageJob::Load(answer));
    }
    Box::pin(loaded.map(|loaded| match loaded {
        Ok(Ok(held)) => Some(held),
        Ok(Err(StorageError::Unavailable)) => Some(Restored::default()),
        Ok(Err(_)) | Err(_) => None,
    }))
}

/// The records read. Where storage could not be read, the chat starts without them and they come in later: there may be
/// unsent items among them.
fn or_read_again(this: &Weak<ChatInner>, held: Option<Restored>) -> Restored {
    if held.is_none() {
        platform::spawn(read_again(this.clone()));
    }
    held.unwrap_or_default()
}

async fn read_again(this: Weak<ChatInner>) {
    while this.strong_count() > 0 {
        platform::sleep(READ_AGAIN).await;
        if let Some(held) = load(&this).await {
            if let Some(inner) = this.upgrade() {
                inner.restored(held);
            }
            return;
        }
    }
}

async fn follow(this: Weak<ChatInner>, mut events: EventStream) {
    while let Some(event) = events.next().await {
        let Some(inner) = this.upgrade() else {
            return;
        };
        match event {
            Event::Connecting { .. } => {
                inner.gate.dialling(&inner);
            }
            Event::Connected { .. } => {
                inner.gate.connected(&inner);
                inner.input(Input::LinkUp);
            }
            Event::Disconnected { reason, at_once, .. } => {
                inner.gate.disconnected();
                inner.input(Input::LinkDown(socket::link_end(reason, at_once)));
            }
            Event::ConnectError(ConnectError {
                message,
                refused: true,
                ..
            }) => {
                // A refusal that is not ours comes from something in between: it may pass.
                let (error, wait) =
                    HandshakeError::read(&message).unwrap_or((HandshakeError::Unavailable, None));
                inner.input(Input::LinkRefused(error, wait.map(Duration::from_millis)));
            }
            Event::ConnectError(ConnectError { at_once, .. }) => {
                inner.input(Input::DialFailed { at_once });
            }
            Event::Message(message) => {
                if let Some(event) = socket::server_event(message) {
                    inner.gate.event(&inner, event);
                }
            }
            // Another transport, perhaps.
            _ => inner.watchers.announce(Change::Connection),
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
                Some(left) => platform::sleep(left).await,
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
