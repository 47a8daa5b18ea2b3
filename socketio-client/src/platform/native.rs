//! A native program: tokio.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use futures_core::Stream;
use tokio::time::Sleep;

use crate::BuildError;
use crate::protocol::PROOF_OF_LIFE;
use crate::time::Time;

/// A type that can be sent to another thread on targets with threads: `Send` on native targets, no bound in a browser.
pub trait MaybeSend: Send {}

impl<T: Send + ?Sized> MaybeSend for T {}

/// A type that threads can share on targets with threads: `Sync` on native targets, no bound in a browser.
pub trait MaybeSync: Sync {}

impl<T: Sync + ?Sized> MaybeSync for T {}

/// A future of any type: `Send` on native targets, not in a browser.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A stream of any type: `Send` on native targets, not in a browser.
pub type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + Send + 'a>>;

/// The longest timer: timers stand still while a device sleeps, and only the wall clock shows that it slept.
pub(crate) const FARTHEST: Time = Time::from_secs(1);

/// A device that wakes is promised to know within two seconds whether its connection is alive.
const _: () = {
    let known = Duration::from_nanos(FARTHEST.bits()).saturating_add(PROOF_OF_LIFE);
    assert!(known.as_millis() <= 2_000);
};

/// How long the wall clock alone is trusted: never, because both clocks are cheap.
pub(crate) const LOOK_EVERY: Time = Time::ZERO;

static START: LazyLock<Instant> = LazyLock::new(now);

#[expect(clippy::disallowed_methods, reason = "the edge, where the clock is read")]
fn now() -> Instant {
    Instant::now()
}

pub(crate) fn monotonic() -> Time {
    let start = *START;
    now().saturating_duration_since(start).into()
}

#[expect(clippy::disallowed_methods, reason = "the edge, where the clock is read")]
pub(crate) fn wall() -> Time {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .into()
}

/// Runs a task beside the others: in a page's event loop, or on tokio's current runtime.
///
/// # Panics
/// On native targets, outside of a tokio runtime.
pub fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

/// Resolves after this time, in a page to the next millisecond, and never before its other events have had their turn.
///
/// # Panics
/// On native targets, outside of a tokio runtime with timers.
pub async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

/// A number that is random enough to seed a generator: 52 bits or more. Not for secrets.
pub fn seed() -> u64 {
    RandomState::new().hash_one(0)
}

/// Where a client's own tasks run: the runtime on which it was built, whichever thread they are spawned from.
pub(crate) struct Runtime(tokio::runtime::Handle);

impl Runtime {
    pub(crate) fn current() -> Result<Self, BuildError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| BuildError::NoRuntime)?;
        // tokio tells in no other way whether a runtime has timers.
        let timer = std::panic::catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO)));
        timer.map_err(|_| BuildError::NoRuntime)?;
        Ok(Self(runtime))
    }

    /// After the end of the runtime the task is dropped.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(task);
    }
}

pub(crate) fn page_origin() -> Option<String> {
    None
}

/// A native program has no page that comes back or goes offline: it calls [`Client::wake`](crate::Client::wake) itself.
pub(crate) struct PageListener;

pub(crate) fn on_return(_: impl Fn() + 'static) -> PageListener {
    PageListener
}

pub(crate) fn on_offline(_: impl Fn() + 'static) -> PageListener {
    PageListener
}

pub(crate) fn on_unload(_: impl Fn() + 'static) -> PageListener {
    PageListener
}

/// A timer that fires once.
pub(crate) struct Timer(Pin<Box<Sleep>>);

impl Timer {
    pub(crate) fn new(after: Time) -> Self {
        Self(Box::pin(tokio::time::sleep(after.into())))
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}
